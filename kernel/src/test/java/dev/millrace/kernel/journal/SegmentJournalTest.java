package dev.millrace.kernel.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.memory.Memory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class SegmentJournalTest {
    private static final SegmentJournal.Options SMALL =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 2);

    private final FakeDisk disk = new FakeDisk();
    private final Random salts = new Random(1);

    private SegmentJournal open() throws IOException {
        return SegmentJournal.open(disk, SMALL, 0, 1_000_000, salts);
    }

    private static String firstSegmentWithRecords(FakeDisk disk) {
        return disk.list().getFirst();
    }

    @Test
    void what_was_appended_is_read_back_in_order() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        records.append("one");
        long second = records.append("two");
        assertEquals(List.of("one", "two"), Records.texts(journal));
        assertEquals(second, journal.end());
        journal.close();
        assertEquals(List.of("one", "two"), Records.texts(open()));
    }

    @Test
    void a_killed_process_loses_nothing_though_nothing_was_synced() throws IOException {
        Records records = new Records(open());
        records.append("one");
        records.append("two");
        disk.processKilled();
        SegmentJournal after = open();
        assertEquals(List.of("one", "two"), Records.texts(after));
        new Records(after).append("three");
        disk.processKilled();
        assertEquals(List.of("one", "two", "three"), Records.texts(open()));
    }

    @Test
    void records_of_any_size_survive_many_segments() throws IOException {
        Random random = new Random(1);
        List<byte[]> written = new ArrayList<>();
        SegmentJournal journal = open();
        Records records = new Records(journal);
        for (int i = 0; i < 300; i++) {
            int size = i % 50 == 0 ? 700_000 + random.nextInt(100) : random.nextInt(20_000);
            byte[] content = new byte[size];
            random.nextBytes(content);
            records.append(content);
            written.add(content);
        }
        disk.processKilled();
        List<byte[]> found = Records.read(open(), 0);
        assertEquals(written.size(), found.size());
        for (int i = 0; i < written.size(); i++) {
            assertArrayEquals(written.get(i), found.get(i), "record " + i);
        }
    }

    @Test
    void a_torn_last_frame_is_cut_off_at_open() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        records.append("whole");
        records.append("torn by a dying machine");
        disk.flip(firstSegmentWithRecords(disk), lastNonZero(firstSegmentWithRecords(disk)));
        SegmentJournal after = open();
        assertEquals(List.of("whole"), Records.texts(after));
        new Records(after).append("next");
        assertEquals(List.of("whole", "next"), Records.texts(after));
    }

    private int lastNonZero(String name) {
        byte[] content = disk.content(name);
        int at = content.length - 1;
        while (content[at] == 0) {
            at--;
        }
        return at;
    }

    @Test
    void a_damaged_frame_with_good_ones_behind_it_is_refused_by_file_and_offset()
            throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        for (int i = 0; i < 10; i++) {
            records.append("record " + i);
        }
        String name = firstSegmentWithRecords(disk);
        disk.flip(name, Segment.HEADER_BYTES + 100);
        CorruptJournalException refused = assertThrows(CorruptJournalException.class, this::open);
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains(name + " at offset "), message);
        assertTrue(message.contains("millrace repair"), message);
    }

    @Test
    void after_a_power_cut_a_hole_in_what_was_never_synced_is_cut() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            FakeDisk torn = new FakeDisk();
            SegmentJournal journal = SegmentJournal.open(torn, SMALL, 0, 1_000_000, salts);
            Records records = new Records(journal);
            for (int i = 0; i < 20; i++) {
                records.append("synced " + i);
            }
            journal.sync();
            for (int i = 0; i < 2000; i++) {
                records.append("not synced " + i);
            }
            torn.powerCut(new Random(seed));
            List<String> left =
                    Records.texts(SegmentJournal.open(torn, SMALL, 0, 1_000_000, salts));
            assertTrue(left.size() >= 20, "seed " + seed + ": " + left.size());
            for (int i = 0; i < left.size(); i++) {
                String expected = i < 20 ? "synced " + i : "not synced " + (i - 20);
                assertEquals(expected, left.get(i), "seed " + seed);
            }
        }
    }

    @Test
    void damage_in_what_a_later_frame_knows_to_be_durable_is_refused_after_a_power_cut_too()
            throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        for (int i = 0; i < 10; i++) {
            records.append("synced " + i);
        }
        journal.sync();
        for (int i = 0; i < 40; i++) {
            records.append("later " + i); // the clock moves on, and notes what is durable
        }
        journal.sync();
        disk.powerCut(new Random(3));
        disk.flip(firstSegmentWithRecords(disk), Segment.HEADER_BYTES + 100);
        assertThrows(CorruptJournalException.class, this::open);
    }

    @Test
    void a_damaged_header_does_not_hide_that_good_frames_stand_behind_it() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        for (int i = 0; i < 30; i++) {
            records.append(new byte[20_000]);
        }
        disk.flip(disk.list().get(1), 33); // in the hash of the boot id
        CorruptJournalException refused = assertThrows(CorruptJournalException.class, this::open);
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("the segment's header is damaged"), message);
    }

    @Test
    void after_a_clean_stop_even_the_last_frames_are_known_to_be_durable() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        for (int i = 0; i < 10; i++) {
            records.append("record " + i); // all within one mark of the clock
        }
        journal.close();
        disk.powerCut(new Random(5));
        disk.flip(firstSegmentWithRecords(disk), Segment.HEADER_BYTES + 300);
        assertThrows(CorruptJournalException.class, this::open);
    }

    @Test
    void a_clock_that_is_set_back_is_followed() throws IOException {
        SegmentJournal journal = open();
        Journal.Grant grant = new Journal.Grant();
        RecordWriter record = new RecordWriter();
        for (long now : new long[] {5_000_000, 4_000_000, 4_000_050, 4_000_200}) {
            assertEquals(Journal.Admission.ADMITTED, journal.admit(grant, 100));
            record.part(7).putByte(1);
            journal.append(record, grant, now);
            record.clear();
        }
        journal.close();
        try (StoredJournal stored = StoredJournal.open(disk)) {
            assertEquals(4_000_200, stored.lastMillis());
        }
    }

    @Test
    void cut_at_any_length_a_prefix_is_recovered() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            written.add("record " + "x".repeat(i) + i);
            records.append(written.getLast());
        }
        journal.close();
        String name = firstSegmentWithRecords(disk);
        byte[] whole = disk.content(name);
        int most = 0;
        for (int length = 0; length <= whole.length; length++) {
            FakeDisk cut = new FakeDisk();
            cut.put(name, Arrays.copyOf(whole, length));
            List<String> found =
                    Records.texts(SegmentJournal.open(cut, SMALL, 0, 1_000_000, salts));
            assertEquals(written.subList(0, found.size()), found, "length " + length);
            assertTrue(found.size() >= most, "length " + length);
            most = found.size();
        }
        assertEquals(written.size(), most);
    }

    @Test
    void every_flipped_bit_is_noticed_or_cuts_the_very_end() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            written.add("record " + i);
            records.append(written.getLast());
        }
        journal.close();
        String name = firstSegmentWithRecords(disk);
        byte[] whole = disk.content(name);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            FakeDisk damaged = new FakeDisk();
            damaged.put(name, flipped);
            List<String> found;
            try {
                found = Records.texts(SegmentJournal.open(damaged, SMALL, 0, 1_000_000, salts));
            } catch (CorruptJournalException noticed) {
                continue;
            }
            // What is not noticed may be padding, or the last frame, which notes the durable end.
            assertEquals(written, found, "bit " + bit);
        }
    }

    @Test
    void a_newer_format_is_refused() throws IOException {
        new Records(open()).append("one");
        String name = firstSegmentWithRecords(disk);
        byte[] content = disk.content(name);
        content[8] = 3;
        disk.put(name, content);
        fixHeader(name);
        CorruptJournalException refused = assertThrows(CorruptJournalException.class, this::open);
        assertTrue(
                String.valueOf(refused.getMessage()).contains("format version: 3 (expected: <= 2)"),
                refused.getMessage());
    }

    private void fixHeader(String name) {
        try (Disk.File file = disk.open(name)) {
            long address = file.map().address();
            Memory.putInt(address + 48, Frame.crc(address, 48));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void what_was_set_aside_for_a_record_stays_when_there_is_no_space_for_more()
            throws IOException {
        SegmentJournal journal = open();
        journal.prepareSpace();
        Records begun = new Records(journal);
        assertEquals(Journal.Admission.ADMITTED, begun.admit(100_000));
        assertTrue(begun.extend(200_000));
        assertTrue(begun.extend(150_000), "so much is there already");
        assertFalse(begun.extend(100_000_000));
        while (new Records(journal).admit(1000) == Journal.Admission.ADMITTED) {
            // Others take all that is left, and keep it.
        }
        begun.appendAdmitted(new byte[200_000]);
        assertEquals(200_000, Records.read(journal, 0).getFirst().length);
    }

    @Test
    void space_that_a_record_lacks_when_it_has_begun_is_made() throws IOException {
        SegmentJournal journal = open();
        journal.prepareSpace();
        Records begun = new Records(journal);
        assertEquals(Journal.Admission.ADMITTED, begun.admit(100_000));
        int much = 20 * (int) SegmentJournal.SEGMENT_BYTES_MIN;
        assertFalse(begun.extend(much));
        journal.prepareSpace();
        assertTrue(begun.extend(much));
        begun.appendAdmitted(new byte[much]);
        assertEquals(much, Records.read(journal, 0).getFirst().length);
    }

    @Test
    void a_full_disk_refuses_admission_and_lets_go_when_there_is_room() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        disk.capacity(disk.usedBytes());
        byte[] content = new byte[10_000];
        int appended = 0;
        while (true) {
            Journal.Admission answer = records.admit(content.length);
            if (answer == Journal.Admission.WAIT) {
                journal.prepareSpace();
            } else if (answer == Journal.Admission.ADMITTED) {
                records.appendAdmitted(content);
                appended++;
            } else {
                break;
            }
        }
        assertTrue(appended > 5, "appended " + appended);
        assertTrue(journal.trouble().contains("no room"), journal.trouble());
        assertEquals(Journal.State.FULL, journal.state());
        assertTrue(journal.trouble().contains("no room"), journal.trouble());
        disk.capacity(Long.MAX_VALUE);
        journal.prepareSpace();
        assertEquals(Journal.State.OPEN, journal.state());
        assertEquals(Journal.Admission.ADMITTED, records.admit(content.length));
        records.appendAdmitted(content);
        assertEquals(appended + 1, Records.read(journal, 0).size());
    }

    @Test
    void after_a_failed_sync_nothing_becomes_durable_any_more() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        records.append("synced");
        journal.sync();
        long durable = journal.durable();
        records.append("lost");
        disk.failForces();
        journal.sync();
        assertEquals(Journal.State.FAILED, journal.state());
        disk.processKilled(); // syncs would succeed again
        journal.sync();
        assertEquals(durable, journal.durable());
        assertEquals(Journal.Admission.REFUSED, records.admit(10));
        assertTrue(journal.trouble().contains("sync failed"), journal.trouble());
    }

    @Test
    void a_file_that_somebody_cuts_fails_the_journal(@TempDir Path directory) throws IOException {
        SegmentJournal journal =
                SegmentJournal.open(new FileDisk(directory), SMALL, 0, 1_000_000, salts);
        Records records = new Records(journal);
        records.append("one");
        try (FileChannel file =
                FileChannel.open(directory.resolve("0000000000.seg"), StandardOpenOption.WRITE)) {
            file.truncate(200);
        }
        records.append("two"); // into the page that is still there
        journal.sync();
        assertEquals(Journal.State.FAILED, journal.state());
        assertTrue(journal.trouble().contains("somebody has cut it"), journal.trouble());
    }

    @Test
    void an_append_to_no_file_fails_the_journal(@TempDir Path directory) throws IOException {
        SegmentJournal journal =
                SegmentJournal.open(new FileDisk(directory), SMALL, 0, 1_000_000, salts);
        Records records = new Records(journal);
        records.append("one");
        try (FileChannel file =
                FileChannel.open(directory.resolve("0000000000.seg"), StandardOpenOption.WRITE)) {
            file.truncate(0);
        }
        assertThrows(InternalError.class, () -> records.append("two"));
        assertEquals(Journal.State.FAILED, journal.state());
    }

    @Test
    void trimming_deletes_whole_segments_and_positions_go_on() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        long last = 0;
        for (int i = 0; i < 100; i++) {
            last = records.append(new byte[20_000]);
        }
        journal.sync();
        int before = disk.list().size();
        journal.trim(last);
        assertTrue(disk.list().size() < before - 3, disk.list().toString());
        journal.close();
        SegmentJournal after = SegmentJournal.open(disk, SMALL, last, 1_000_000, salts);
        assertTrue(new Records(after).append("next") > last);
    }

    @Test
    void a_segment_that_cannot_be_deleted_stays_with_all_behind_it_until_it_can()
            throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        long last = 0;
        for (int i = 0; i < 100; i++) {
            last = records.append(new byte[20_000]);
        }
        journal.sync();
        List<String> before = disk.list();
        disk.failDeletesAfter(0);
        journal.trim(last);
        assertEquals(before, disk.list());
        assertEquals(Journal.State.OPEN, journal.state());
        disk.failDeletesAfter(2);
        journal.trim(last);
        assertEquals(before.subList(2, before.size()), disk.list());
        disk.processKilled();
        SegmentJournal after = SegmentJournal.open(disk, SMALL, last, 1_000_000, salts);
        after.trim(last);
        assertTrue(disk.list().size() < 3, disk.list().toString());
    }

    @Test
    void positions_go_on_behind_a_checkpoint_when_the_files_are_gone() throws IOException {
        SegmentJournal journal = SegmentJournal.open(disk, SMALL, 500, 1_000_000, salts);
        assertEquals(500, journal.end());
        assertTrue(new Records(journal).append("next") > 500);
    }

    @Test
    void only_what_is_behind_a_position_is_read() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        records.append("one");
        long second = records.append("two");
        records.append("three");
        assertEquals(1, Records.read(journal, second).size());
    }

    @Test
    void a_sync_makes_everything_durable_and_costs_nothing_when_nothing_is_new()
            throws IOException {
        SegmentJournal journal = open();
        long position = new Records(journal).append("one");
        assertFalse(journal.durable() >= position);
        journal.sync();
        assertEquals(position, journal.durable());
        int forces = disk.forces();
        journal.sync();
        assertEquals(forces, disk.forces());
    }

    @Test
    void it_works_on_a_real_disk(@TempDir Path directory) throws IOException {
        try (SegmentJournal journal =
                SegmentJournal.open(new FileDisk(directory), SMALL, 0, 1_000_000, salts)) {
            Records records = new Records(journal);
            for (int i = 0; i < 100; i++) {
                records.append(new byte[10_000]);
            }
            journal.sync();
            assertEquals(journal.end(), journal.durable());
        }
        try (SegmentJournal journal =
                SegmentJournal.open(new FileDisk(directory), SMALL, 0, 1_000_000, salts)) {
            assertEquals(100, Records.read(journal, 0).size());
        }
    }

    @Test
    void what_a_failed_sync_has_left_unwritten_is_durable_once_it_is_recovered()
            throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            FakeDisk failing = new FakeDisk();
            SegmentJournal journal = SegmentJournal.open(failing, SMALL, 0, 1_000_000, salts);
            Records records = new Records(journal);
            records.append("synced");
            journal.sync();
            for (int i = 0; i < 40; i++) {
                records.append("not synced " + "x".repeat(1000));
            }
            failing.failForces();
            journal.sync();
            failing.processKilled();
            SegmentJournal after = SegmentJournal.open(failing, SMALL, 0, 1_000_000, salts);
            assertEquals(after.end(), after.durable());
            failing.powerCut(new Random(seed));
            assertEquals(
                    41,
                    Records.texts(SegmentJournal.open(failing, SMALL, 0, 1_000_000, salts)).size(),
                    "seed " + seed);
        }
    }

    @Test
    void a_recovery_that_is_interrupted_is_begun_again() throws IOException {
        SegmentJournal journal = open();
        Records records = new Records(journal);
        records.append("whole");
        records.append(new byte[900_000]); // over several segments
        List<String> files = disk.list();
        String torn = lastWithRecords(files);
        disk.flip(torn, Segment.HEADER_BYTES + 20);
        disk.processKilled();
        int interrupted = 0;
        while (!recovers()) {
            interrupted++;
        }
        assertTrue(interrupted > 1, "interrupted: " + interrupted);
        assertEquals(List.of("whole"), Records.texts(open()));
    }

    /** Whether it comes to its end; it may delete one file only. */
    private boolean recovers() {
        disk.failDeletesAfter(1);
        try {
            open();
            return true;
        } catch (IOException interrupted) {
            return false;
        } finally {
            disk.processKilled();
        }
    }

    private String lastWithRecords(List<String> files) {
        return files.reversed().stream()
                .filter(name -> disk.content(name)[Segment.HEADER_BYTES] != 0)
                .findFirst()
                .orElseThrow();
    }
}
