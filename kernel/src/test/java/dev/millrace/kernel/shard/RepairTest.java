package dev.millrace.kernel.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.CorruptJournalException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

class RepairTest {
    private static final String FILLER = "x".repeat(30_000);

    @TempDir Path folder;

    private Path data;

    @BeforeEach
    void name() {
        data = folder.resolve("data");
    }

    private void write(int count) throws IOException {
        try (DataDir dir = DataDir.open(data)) {
            for (int i = 0; i < count; i++) {
                dir.note(i + FILLER);
            }
        }
    }

    private List<Path> segments() throws IOException {
        return DataDir.files(data.resolve("journal"));
    }

    @Test
    void of_what_is_whole_nothing_is_said_and_nothing_cut() throws IOException {
        write(3);
        try (Repair repair = Repair.examine(data)) {
            assertEquals(List.of(), repair.findings());
            assertEquals(List.of(), repair.cut());
        }
        assertEquals(3, DataDir.notesIn(data).size());
    }

    @Test
    void a_corrupt_middle_is_cut_and_kept_and_what_stood_before_it_survives() throws IOException {
        write(60);
        List<Path> before = segments();
        Path broken = before.get(2);
        byte[] content = Files.readAllBytes(broken);
        DataDir.flip(broken, 100_000);
        assertThrows(CorruptJournalException.class, () -> DataDir.open(data));
        List<String> saved;
        try (Repair repair = Repair.examine(data)) {
            String finding = repair.findings().getFirst();
            assertTrue(finding.contains(broken + " at offset "), finding);
            assertTrue(finding.matches(".* and [0-9]+ good frames stand behind it .*"), finding);
            assertTrue(repair.findings().get(1).contains("up to about 2023-11-14T22:13:"));
            assertEquals("", repair.incurable());
            saved = repair.cut();
        }
        List<String> notes = DataDir.notesIn(data);
        assertTrue(notes.size() > 15 && notes.size() < 30, "left: " + notes.size());
        for (int i = 0; i < notes.size(); i++) {
            assertEquals(i + FILLER, notes.get(i));
        }
        Path cut = data.resolve(saved.getFirst());
        String name = String.valueOf(cut.getFileName());
        int offset = Integer.parseInt(name.split("\\.")[2]);
        byte[] tail = Arrays.copyOfRange(content, offset, content.length);
        tail[100_000 - offset] ^= 0x40;
        byte[] kept = Files.readAllBytes(cut);
        assertTrue(Arrays.equals(kept, Arrays.copyOf(tail, kept.length)));
        assertEquals(before.size() - 3, saved.size() - 1);
    }

    @Test
    void after_a_repair_the_log_goes_on_and_can_be_damaged_and_repaired_again() throws IOException {
        write(30);
        for (int round = 0; round < 2; round++) {
            DataDir.flip(segments().getFirst(), 100_000);
            try (Repair repair = Repair.examine(data)) {
                repair.cut();
            }
            int left = DataDir.notesIn(data).size();
            try (DataDir dir = DataDir.open(data)) {
                for (int i = 0; i < 30; i++) {
                    dir.note("more" + FILLER);
                }
                assertEquals(left + 30, dir.notebook.notes().size());
            }
            DataDir.flip(segments().getFirst(), 50_000 - 10_000 * round);
        }
        try (Repair repair = Repair.examine(data)) {
            assertFalse(repair.cut().isEmpty());
        }
        assertTrue(DataDir.notesIn(data).size() < 30);
    }

    @Test
    void a_missing_segment_is_named_as_what_it_is() throws IOException {
        write(60);
        Files.delete(segments().get(2));
        try (Repair repair = Repair.examine(data)) {
            String finding = repair.findings().getFirst();
            assertTrue(finding.contains("starts at position"), finding);
            repair.cut();
        }
        assertTrue(DataDir.notesIn(data).size() < 30);
    }

    @Test
    void a_missing_beginning_cannot_be_repaired() throws IOException {
        write(60);
        Files.delete(segments().getFirst());
        try (Repair repair = Repair.examine(data)) {
            assertTrue(repair.incurable().contains("what is between is missing"));
            assertThrows(IllegalStateException.class, repair::cut);
        }
    }

    @Test
    void a_damaged_checkpoint_is_set_aside_where_the_journal_has_it_all() throws Exception {
        try (DataDir dir = DataDir.open(data)) {
            dir.note("one");
            dir.checkpoint();
            dir.note("two");
        }
        Path file = DataDir.files(data.resolve("snapshot")).getFirst();
        DataDir.flip(file, 57);
        try (Repair repair = Repair.examine(data)) {
            assertTrue(repair.findings().getFirst().contains(file + " at offset 40"));
            assertEquals(List.of("snapshot/" + file.getFileName() + ".cut"), repair.cut());
        }
        assertEquals(List.of("one", "two"), DataDir.notesIn(data));
    }

    @Test
    void a_damaged_checkpoint_is_incurable_where_the_journal_was_trimmed() throws Exception {
        try (DataDir dir = DataDir.open(data)) {
            for (int i = 0; i < 30; i++) {
                dir.note(i + FILLER);
            }
            dir.shard.segments().sync();
            dir.checkpoint();
        }
        DataDir.flip(DataDir.files(data.resolve("snapshot")).getFirst(), 60);
        try (Repair repair = Repair.examine(data)) {
            assertTrue(repair.incurable().contains("Restore a backup"), repair.incurable());
        }
    }
}
