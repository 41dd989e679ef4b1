package dev.millrace.kernel.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.data.DataInUse;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.NewerFormatException;
import dev.millrace.kernel.journal.Progress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

class RestoreTest {
    private static final long START = 1_700_000_000_000L;

    @TempDir Path folder;

    private Path data;
    private Path restored;

    @BeforeEach
    void name() {
        data = folder.resolve("data");
        restored = folder.resolve("restored");
    }

    private Restore.Restored restore(Path from) throws IOException {
        return new Restore(from, restored, Progress.UNSEEN).run(OptionalLong.empty());
    }

    private Restore.Restored restoreTo(long millis) throws IOException {
        return new Restore(data, restored, Progress.UNSEEN).run(OptionalLong.of(millis));
    }

    /** Note i was written i seconds after START. */
    private void writeNotes(int count) throws IOException {
        try (DataDir dir = DataDir.open(data)) {
            for (int i = 0; i < count; i++) {
                dir.note("note " + i);
            }
        }
    }

    @Test
    void the_log_is_cut_behind_the_last_record_at_or_before_a_time() throws IOException {
        writeNotes(10);
        Restore.Restored done = restoreTo(START + 4000);
        assertEquals(5, DataDir.notesIn(restored).size());
        assertEquals("note 4", DataDir.notesIn(restored).getLast());
        assertTrue(done.left() > 0, done.toString());
    }

    @Test
    void a_time_between_two_records_and_one_behind_the_last_are_times_too() throws IOException {
        writeNotes(10);
        restoreTo(START + 4999);
        assertEquals(5, DataDir.notesIn(restored).size());
        restored = folder.resolve("restored2");
        assertEquals(0, restoreTo(START + 1_000_000).left());
        assertEquals(10, DataDir.notesIn(restored).size());
    }

    @Test
    void a_time_before_everything_leaves_nothing_where_no_checkpoint_stands() throws IOException {
        writeNotes(10);
        restoreTo(START - 1);
        assertEquals(List.of(), DataDir.notesIn(restored));
    }

    @Test
    void a_cut_may_lie_in_any_segment() throws IOException {
        String filler = "x".repeat(30_000);
        try (DataDir dir = DataDir.open(data)) {
            for (int i = 0; i < 60; i++) {
                dir.note(i + filler);
            }
        }
        for (int second : List.of(0, 7, 8, 9, 25, 58, 59)) {
            restored = folder.resolve("restored" + second);
            restoreTo(START + second * 1000L);
            List<String> notes = DataDir.notesIn(restored);
            assertEquals(second + 1, notes.size());
            assertEquals(second + filler, notes.getLast());
        }
    }

    @Test
    void a_restored_log_goes_on() throws IOException {
        writeNotes(10);
        restoreTo(START + 4000);
        try (DataDir dir = DataDir.open(restored)) {
            dir.note("another future");
        }
        List<String> notes = DataDir.notesIn(restored);
        assertEquals(List.of("note 4", "another future"), notes.subList(4, notes.size()));
    }

    @Test
    void a_time_before_the_checkpoint_is_refused_with_what_is_possible() throws Exception {
        try (DataDir dir = DataDir.open(data)) {
            dir.note("one");
            dir.checkpoint();
            dir.note("two");
        }
        Restore.TooEarly refused =
                assertThrows(Restore.TooEarly.class, () -> restoreTo(START - 5000));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("--to 2023-11-14T22:13:15Z"), message);
        assertTrue(message.contains("expected: from 20"), message);
        assertFalse(Files.exists(restored.resolve("journal")));
    }

    @Test
    void a_directory_with_something_in_it_is_refused() throws IOException {
        writeNotes(1);
        Files.createDirectories(restored);
        Files.writeString(restored.resolve("notes.txt"), "mine");
        TargetTaken refused = assertThrows(TargetTaken.class, () -> restore(data));
        assertTrue(String.valueOf(refused.getMessage()).contains("notes.txt"));
    }

    @Test
    void what_is_in_use_is_neither_read_nor_written() throws IOException {
        writeNotes(1);
        try (DataFolder inUse = DataFolder.open(data)) {
            assertEquals(data, inUse.path());
            assertThrows(DataInUse.class, () -> restore(data));
        }
        try (DataFolder inUse = DataFolder.open(restored)) {
            assertEquals(restored, inUse.path());
            assertThrows(DataInUse.class, () -> restore(data));
        }
        restore(data);
    }

    @Test
    void what_is_no_backup_is_refused() {
        assertThrows(NoSuchFileException.class, () -> restore(folder.resolve("nothing")));
    }

    @Test
    void a_backup_whose_last_file_is_missing_is_refused() throws Exception {
        Path backup = folder.resolve("backup");
        String filler = "x".repeat(30_000);
        try (DataDir dir = DataDir.open(data)) {
            for (int i = 0; i < 60; i++) {
                dir.note(i + filler);
            }
            new Backup(dir.shard, dir.bodies()).take(backup, 0, () -> {}, Progress.UNSEEN);
        }
        Files.delete(DataDir.files(backup.resolve("journal")).getLast());
        CorruptJournalException refused =
                assertThrows(CorruptJournalException.class, () -> restore(backup));
        assertTrue(String.valueOf(refused.getMessage()).contains("something is missing"));
    }

    @Test
    void a_damaged_frame_in_a_backup_is_refused_by_file_and_offset() throws IOException {
        writeNotes(50);
        Path segment = DataDir.files(data.resolve("journal")).getFirst();
        DataDir.flip(segment, 500);
        CorruptJournalException refused =
                assertThrows(CorruptJournalException.class, () -> restore(data));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains(segment.getFileName() + " at offset "), message);
        assertFalse(Files.exists(restored.resolve("journal")));
    }

    private Path checkpointed() throws Exception {
        try (DataDir dir = DataDir.open(data)) {
            for (int i = 0; i < 50; i++) {
                dir.note("note " + i);
            }
            dir.checkpoint();
        }
        return DataDir.files(data.resolve("snapshot")).getFirst();
    }

    @Test
    void a_damaged_checkpoint_is_refused_by_file_and_offset() throws Exception {
        Path file = checkpointed();
        DataDir.flip(file, 100);
        for (CorruptJournalException refused :
                List.of(
                        assertThrows(CorruptJournalException.class, () -> restore(data)),
                        assertThrows(CorruptJournalException.class, () -> DataDir.open(data)))) {
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.contains(file + " at offset 40: the block is damaged"), message);
        }
    }

    @Test
    void every_flipped_or_missing_byte_of_a_checkpoint_is_noticed() throws Exception {
        Path file = checkpointed();
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] flipped = whole.clone();
            flipped[i] ^= 1;
            // Not covered by any sum: the header's padding, and the padding of a block's header.
            boolean padding = i >= 36 && i < 40 || i >= 52 && i < 56;
            boolean trailerPadding = i >= whole.length - 12 && i < whole.length - 8;
            if (!padding && !trailerPadding) {
                Files.write(file, flipped);
                assertThrows(CorruptJournalException.class, () -> DataDir.open(data), "byte " + i);
            }
            Files.write(file, Arrays.copyOf(whole, i));
            assertThrows(CorruptJournalException.class, () -> DataDir.open(data), "length " + i);
        }
        Files.write(file, whole);
        assertEquals(50, DataDir.notesIn(data).size());
    }

    @Test
    void a_checkpoint_of_a_newer_version_is_refused_and_not_called_damaged() throws Exception {
        Path file = checkpointed();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        bytes.putInt(8, 2);
        CRC32C crc = new CRC32C();
        crc.update(0);
        crc.update(bytes.array(), 0, 32);
        bytes.putInt(32, (int) crc.getValue());
        Files.write(file, bytes.array());
        NewerFormatException refused =
                assertThrows(NewerFormatException.class, () -> DataDir.open(data));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("format version: 2 (expected: <= 1)"), message);
        assertThrows(NewerFormatException.class, () -> restore(data));
        assertThrows(NewerFormatException.class, () -> Repair.examine(data));
    }

    @Test
    void a_checkpoint_under_another_name_is_refused() throws Exception {
        Path file = checkpointed();
        Files.move(file, file.resolveSibling("00000000000000000099.checkpoint"));
        assertThrows(CorruptJournalException.class, () -> DataDir.open(data));
    }

    @Test
    void foreign_files_beside_are_nobodys_business() throws Exception {
        Path file = checkpointed();
        Files.writeString(file.resolveSibling("99999999999999999999.checkpoint"), "no position");
        Files.writeString(data.resolve("journal").resolve("readme.txt"), "hello");
        assertEquals(50, DataDir.notesIn(data).size());
    }
}
