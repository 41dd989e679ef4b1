package dev.millrace.kernel.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.memory.NativeBuffer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Fillers take space and positions; nobody who reads a journal sees more of them. */
class FillerTest {
    private static final SegmentJournal.Options SMALL =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1);
    private static final int BYTES = 64 * 1024;
    private static final int PAGE_BYTES = 4096;

    private final FakeDisk disk = new FakeDisk();
    private final NativeBuffer body = new NativeBuffer(1024);
    private long position;
    private final Segment segment = segment(disk);

    private static Segment segment(FakeDisk disk) {
        try {
            long salt = 0x1234_5678_9ABC_DEF0L;
            Segment segment =
                    new Segment(0, disk.create("0000000000.seg", BYTES, Segment.front(salt)), salt);
            segment.activate(1, Recovery.bootHash(disk), 1_000_000);
            return segment;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Appends a text, or a piece of one. */
    private void append(String text, Frame.Piece piece) {
        body.clear();
        if (piece == Frame.Piece.WHOLE || piece == Frame.Piece.FIRST) {
            body.putByte(7);
            body.putInt(piece == Frame.Piece.WHOLE ? text.length() : 2 * text.length());
        }
        body.put(text.getBytes(StandardCharsets.UTF_8));
        int bytes = (int) body.length();
        segment.append(body.address(), bytes, Frame.crc(body.address(), bytes), ++position, piece);
    }

    private void skipToNextPage() {
        segment.fillTo((segment.used / PAGE_BYTES + 1) * PAGE_BYTES, ++position);
    }

    private SegmentJournal open() throws IOException {
        return SegmentJournal.open(disk, SMALL, 0, 1_000_000, new Random(1));
    }

    @Test
    void records_before_and_behind_a_filler_are_recovered_and_read() throws IOException {
        append("one", Frame.Piece.WHOLE);
        skipToNextPage();
        append("two", Frame.Piece.WHOLE);
        SegmentJournal journal = open();
        assertEquals(List.of("one", "two"), Records.texts(journal));
        assertEquals(position, journal.end());
        new Records(journal).append("three");
        assertEquals(List.of("one", "two", "three"), Records.texts(journal));
    }

    @Test
    void what_a_filler_steps_over_may_be_anything() throws IOException {
        append("one", Frame.Piece.WHOLE);
        long at = segment.used;
        skipToNextPage();
        append("two", Frame.Piece.WHOLE);
        for (long i = at + Frame.HEADER_BYTES; i < PAGE_BYTES; i += 8) {
            disk.flip(segment.name(), (int) i);
        }
        assertEquals(List.of("one", "two"), Records.texts(open()));
    }

    @Test
    void fillers_may_stand_within_a_record_one_behind_the_other_and_with_nothing_to_step_over()
            throws IOException {
        append("half", Frame.Piece.FIRST);
        skipToNextPage();
        segment.fillTo(segment.used + Frame.HEADER_BYTES, ++position);
        append("half", Frame.Piece.LAST);
        append("next", Frame.Piece.WHOLE);
        assertEquals(List.of("halfhalf", "next"), Records.texts(open()));
    }

    @Test
    void a_record_cut_off_behind_a_filler_within_it_is_cut_from_its_beginning() throws IOException {
        append("whole", Frame.Piece.WHOLE);
        append("half", Frame.Piece.FIRST);
        skipToNextPage();
        SegmentJournal journal = open();
        assertEquals(List.of("whole"), Records.texts(journal));
        assertEquals(1, journal.end());
    }

    @Test
    void a_filler_to_the_end_of_its_segment_is_followed_by_the_next_segment() throws IOException {
        append("one", Frame.Piece.WHOLE);
        segment.fillTo(BYTES, ++position);
        SegmentJournal journal = open();
        new Records(journal).append("two");
        assertEquals(List.of("one", "two"), Records.texts(open()));
    }

    @Test
    void a_segment_that_is_full_to_its_last_byte_is_durable_once_it_is_recovered()
            throws IOException {
        append("one", Frame.Piece.WHOLE);
        segment.fillTo(BYTES, ++position);
        disk.processKilled();
        assertEquals(position, open().durable());
        disk.powerCut(new Random(1)); // takes the first page if it was not synced
        assertEquals(List.of("one"), Records.texts(open()));
    }

    @Test
    void a_damaged_filler_is_a_damaged_frame() throws IOException {
        append("one", Frame.Piece.WHOLE);
        int at = (int) segment.used;
        skipToNextPage();
        append("two", Frame.Piece.WHOLE);
        disk.flip(segment.name(), at + 1); // its length
        CorruptJournalException refused = assertThrows(CorruptJournalException.class, this::open);
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("at offset " + at), message);
    }

    @Test
    void copies_have_fillers_and_what_stands_around_them() throws IOException {
        append("one", Frame.Piece.WHOLE);
        skipToNextPage();
        append("two", Frame.Piece.WHOLE);
        SegmentJournal journal = open();
        FakeDisk backup = new FakeDisk();
        assertEquals(position, journal.copy(backup, 0, Progress.UNSEEN));
        FakeDisk restored = new FakeDisk();
        try (StoredJournal stored = StoredJournal.open(backup)) {
            assertEquals(position, stored.end());
            stored.copy(restored, 0, position, Progress.UNSEEN);
        }
        assertEquals(
                List.of("one", "two"),
                Records.texts(SegmentJournal.open(restored, SMALL, 0, 1_000_000, new Random(2))));
    }
}
