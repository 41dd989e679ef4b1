package dev.millrace.kernel.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Progress;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

class BackupTest {
    @TempDir Path folder;

    private Path backup;
    private Path restored;

    @BeforeEach
    void name() {
        backup = folder.resolve("backup");
        restored = folder.resolve("restored");
    }

    private DataDir open() throws IOException {
        return DataDir.open(folder.resolve("data"));
    }

    private List<String> restore() throws IOException {
        new Restore(backup, restored, Progress.UNSEEN).run(OptionalLong.empty());
        return DataDir.notesIn(restored);
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "note " + i).toList();
    }

    @Test
    void what_was_written_before_a_backup_is_in_it() throws Exception {
        try (DataDir dir = open()) {
            numbers(10).forEach(dir::note);
            dir.backup(backup);
            dir.note("later");
        }
        assertEquals(numbers(10), restore());
    }

    @Test
    void a_backup_of_nothing_restores_nothing() throws Exception {
        try (DataDir dir = open()) {
            dir.backup(backup);
        }
        assertEquals(List.of(), restore());
    }

    @Test
    void under_concurrent_writes_it_is_a_prefix_with_all_that_was_there_before() throws Exception {
        for (int round = 0; round < 5; round++) {
            backup = folder.resolve("backup" + round);
            restored = folder.resolve("restored" + round);
            try (DataDir dir = DataDir.open(folder.resolve("data" + round))) {
                AtomicBoolean enough = new AtomicBoolean();
                String filler = "x".repeat(2000);
                Thread writer =
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            for (int i = 0; !enough.get() && i < 20_000; i++) {
                                                dir.note(i + filler);
                                            }
                                        });
                while (dir.notebook.notes().size() < 300 * (round + 1)) {
                    Thread.onSpinWait();
                }
                int before = dir.notebook.notes().size();
                dir.backup(backup);
                enough.set(true);
                writer.join();
                List<String> found = restore();
                assertTrue(found.size() >= before, found.size() + " < " + before);
                assertEquals(dir.notebook.notes().subList(0, found.size()), found);
            }
        }
    }

    @Test
    void a_given_up_checkpoint_costs_a_backup_nothing_but_length() throws Exception {
        try (DataDir dir = open()) {
            numbers(5).forEach(dir::note);
            new Backup(dir.shard, dir.bodies()).take(backup, 0, () -> {}, Progress.UNSEEN);
        }
        assertEquals(numbers(5), restore());
    }

    @Test
    void files_of_rooms_go_into_the_backup_and_come_back() throws Exception {
        try (DataDir dir = open()) {
            dir.note("a note");
            Path room = Files.createDirectories(dir.bodies().resolve("room"));
            Files.writeString(room.resolve("1.chunks"), "messages");
            dir.backup(backup);
        }
        assertEquals(List.of("a note"), restore());
        assertEquals(
                "messages",
                Files.readString(ShardRoom.bodies(restored).resolve("room").resolve("1.chunks")));
    }

    @Test
    void what_is_being_copied_outlives_the_next_checkpoint() throws Exception {
        try (DataDir dir = open()) {
            String filler = "x".repeat(50_000);
            for (int i = 0; i < 20; i++) {
                dir.note(i + filler);
            }
            dir.shard.segments().sync();
            List<Path> segments;
            Path snapshots = dir.path.resolve("snapshot");
            try (Shard.Hold hold = dir.shard.hold()) {
                assertEquals(0, hold.position());
                segments = DataDir.files(dir.path.resolve("journal"));
                dir.checkpoint();
                dir.note("behind the first");
                dir.checkpoint();
                assertTrue(segments.stream().allMatch(Files::exists), segments.toString());
                assertEquals(2, DataDir.files(snapshots).size());
            }
            assertFalse(segments.stream().allMatch(Files::exists), segments.toString());
            assertEquals(1, DataDir.files(snapshots).size());
        }
    }

    @Test
    void a_directory_that_is_not_empty_is_left_alone() throws Exception {
        Files.createDirectories(backup);
        Path file = Files.writeString(backup.resolve("mine"), "text");
        try (DataDir dir = open()) {
            assertThrows(TargetTaken.class, () -> dir.backup(backup));
        }
        assertEquals(List.of(file), DataDir.files(backup));
    }

    @Test
    void an_empty_directory_will_do_and_an_unfinished_backup_is_in_nobodys_way() throws Exception {
        Files.createDirectories(backup);
        Path unfinished = Files.createDirectories(folder.resolve("backup.unfinished/journal"));
        Files.writeString(unfinished.resolve("0000000000.seg"), "half");
        try (DataDir dir = open()) {
            dir.note("one");
            dir.backup(backup);
        }
        assertEquals(List.of("one"), restore());
        assertFalse(Files.exists(folder.resolve("backup.unfinished")));
    }

    @Test
    void damage_is_found_while_it_is_copied_and_no_backup_is_left() throws Exception {
        try (DataDir dir = open()) {
            numbers(50).forEach(dir::note);
            Path segment = DataDir.files(dir.path.resolve("journal")).getFirst();
            DataDir.flip(segment, 500);
            CorruptJournalException refused =
                    assertThrows(
                            CorruptJournalException.class,
                            () ->
                                    new Backup(dir.shard, dir.bodies())
                                            .take(backup, 0, () -> {}, Progress.UNSEEN));
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.contains(segment.getFileName() + " at offset "), message);
            assertFalse(Files.exists(backup));
            assertFalse(Files.exists(folder.resolve("backup.unfinished")));
        }
    }
}
