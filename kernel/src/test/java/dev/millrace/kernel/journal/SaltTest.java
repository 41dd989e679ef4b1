package dev.millrace.kernel.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What clients store, and what a power cut leaves, is never taken for what a journal wrote. */
class SaltTest {
    private static final SegmentJournal.Options SMALL =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 2);
    private static final long LATER_MILLIS = 9_000_000_000L;

    private final FakeDisk disk = new FakeDisk();
    private final Random salts = new Random(1);

    private SegmentJournal open() throws IOException {
        return SegmentJournal.open(disk, SMALL, 0, 1_000_000, salts);
    }

    private void wipe() throws IOException {
        for (String name : disk.list()) {
            disk.delete(name);
        }
    }

    private String first() {
        return disk.list().getFirst();
    }

    private long salt() throws IOException {
        try (Disk.File file = disk.read(first())) {
            return Memory.getLong(file.map().address() + 56);
        }
    }

    /** Content whose frames would be good: clocks that claim that everything was durable. */
    private static byte[] frames(long position, long salt) {
        int count = 20;
        NativeBuffer content = new NativeBuffer(1024);
        content.put(new byte[3]); // behind the part's header frames are aligned then
        NativeBuffer clock = new NativeBuffer(64);
        Clock.write(clock, LATER_MILLIS, position + count);
        for (int i = 0; i < count; i++) {
            long bytes = Frame.bytes(Clock.BYTES);
            long at = content.room(bytes);
            int crc = Frame.crc(clock.address(), Clock.BYTES);
            Memory.putLong(at + bytes - 8, 0); // the padding, once the end of the clock is copied
            Frame.write(
                    at, clock.address(), Clock.BYTES, crc, position + i, salt, Frame.Piece.WHOLE);
            content.advance(bytes);
        }
        byte[] bytes = Memory.bytes(content.address(), (int) content.length());
        content.free();
        clock.free();
        return bytes;
    }

    /** Appends the content and loses the first bytes of its record. */
    private void storeAndTear(Records records, byte[] content) {
        int before = dataEnd();
        records.append(content);
        assertTrue(dataEnd() > before + content.length);
        disk.flip(first(), before + Frame.HEADER_BYTES + 1);
    }

    private int dataEnd() {
        byte[] bytes = disk.content(first());
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return (end + 7) & ~7;
    }

    @Test
    void a_torn_record_whose_body_looks_like_good_frames_is_cut_and_not_refused()
            throws IOException {
        for (boolean powerCut : new boolean[] {false, true}) {
            wipe();
            SegmentJournal journal = open();
            Records records = new Records(journal);
            long whole = records.append("whole");
            journal.sync();
            storeAndTear(records, frames(whole + 1, 0));
            if (powerCut) {
                disk.powerCut(new Random(1));
            }
            assertEquals(List.of("whole"), Records.texts(open()));
        }
    }

    @Test
    void only_who_knows_the_salt_could_make_them_count() throws IOException {
        Records records = new Records(open());
        long whole = records.append("whole");
        storeAndTear(records, frames(whole + 1, salt()));
        assertThrows(CorruptJournalException.class, this::open);
    }

    @Test
    void each_segment_has_a_salt_of_its_own() throws IOException {
        Records records = new Records(open());
        for (int i = 0; i < 50; i++) {
            records.append(new byte[10_000]);
        }
        List<String> files = disk.list();
        long distinct =
                files.stream()
                        .map(name -> Arrays.copyOfRange(disk.content(name), 56, 64))
                        .map(Arrays::toString)
                        .distinct()
                        .count();
        assertTrue(files.size() > 2);
        assertEquals(files.size(), distinct);
    }

    @Test
    void a_power_cut_takes_headers_and_frames_but_never_a_salt() throws IOException {
        for (int seed = 0; seed < 100; seed++) {
            wipe();
            Records records = new Records(open());
            for (int i = 0; i < 60; i++) {
                records.append(new byte[10_000]);
            }
            disk.powerCut(new Random(seed));
            assertTrue(Records.read(open(), 0).size() <= 60, "seed " + seed);
        }
    }

    @Test
    void a_power_cut_never_takes_the_header_of_the_first_segment_behind_a_checkpoint()
            throws IOException {
        long covered = 500;
        for (int seed = 0; seed < 50; seed++) {
            wipe();
            SegmentJournal journal = SegmentJournal.open(disk, SMALL, covered, 1_000_000, salts);
            Records records = new Records(journal);
            for (int i = 0; i < 100; i++) {
                records.append(new byte[1000]); // the clock claims what the checkpoint covers
            }
            disk.powerCut(new Random(seed));
            SegmentJournal after = SegmentJournal.open(disk, SMALL, covered, 1_000_000, salts);
            assertTrue(after.end() >= covered, "seed " + seed);
        }
    }

    @Test
    void frames_behind_a_damaged_first_page_are_not_cut_off() throws IOException {
        for (byte filling : new byte[] {0, 7}) {
            wipe();
            SegmentJournal journal = open();
            Records records = new Records(journal);
            for (int i = 0; i < 10; i++) {
                records.append(new byte[1000]);
            }
            journal.close();
            disk.powerCut(new Random(1));
            byte[] content = disk.content(first());
            Arrays.fill(content, 0, 4096, filling);
            disk.put(first(), content);
            CorruptJournalException refused =
                    assertThrows(CorruptJournalException.class, this::open);
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.contains("cannot be checked"), message);
            try (StoredJournal damaged = StoredJournal.openToRepair(disk)) {
                assertEquals(1, damaged.cut().size());
            }
            assertEquals(List.of(), Records.texts(open()));
        }
    }

    @Test
    void a_file_whose_salt_alone_was_written_is_an_empty_segment() throws IOException {
        SegmentJournal journal = open();
        new Records(journal).append("one");
        journal.prepareSpace();
        assertTrue(disk.list().size() > 1);
        disk.powerCut(new Random(2)); // the spare has no header yet
        new Records(open()).append("two");
    }

    @Test
    void the_last_piece_of_a_long_record_is_no_clock_whatever_a_client_put_there()
            throws IOException {
        SegmentJournal.Options large = new SegmentJournal.Options(4 << 20, 1);
        SegmentJournal journal = SegmentJournal.open(disk, large, 0, 1_000_000, salts);
        Records records = new Records(journal);
        long whole = records.append("whole");
        int before = dataEnd();
        byte[] content = new byte[Frame.BODY_BYTES_MAX + Clock.BYTES - 5];
        int piece = Frame.BODY_BYTES_MAX - 5;
        Arrays.fill(content, 0, piece, (byte) 'x');
        content[piece] = Clock.MACHINE;
        for (int i = 0; i < 8; i++) {
            content[piece + 5 + i] = (byte) (LATER_MILLIS >>> 8 * i);
            content[piece + 13 + i] = 0x11; // a position far away
        }
        records.append(content);
        try (StoredJournal stored = StoredJournal.open(disk)) {
            assertTrue(stored.lastMillis() < LATER_MILLIS, "" + stored.lastMillis());
            assertEquals(stored.end(), stored.endAt(LATER_MILLIS - 1, 0));
        }
        disk.powerCut(new Random(1));
        byte[] kept = disk.content(first());
        kept[before + Frame.HEADER_BYTES + 50_000] ^= 1;
        disk.put(first(), kept);
        try (StoredJournal stored = StoredJournal.open(disk)) {
            assertTrue(stored.damage().isEmpty(), stored.damage().toString());
            assertTrue(stored.end() <= whole, "" + stored.end());
        }
    }
}
