package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.CorruptJournalException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What stands in a backup's file {@code backup}: one {@code name: value} a line. It says what a
 * whole backup holds, and tells a backup from a data directory.
 *
 * @param createdMillis when it was begun, ms since 1970
 * @param checkpoint position of its checkpoint, 0 if it has none
 * @param end position of the last record it holds
 */
record BackupNote(long createdMillis, long checkpoint, long end) {
    static final String FILE = "backup";
    private static final int VERSION = 1;
    private static final List<String> NAMES =
            List.of("millrace backup", "created", "checkpoint", "end");

    void write(Path folder) throws IOException {
        String text =
                NAMES.get(0)
                        + ": "
                        + VERSION
                        + "\n"
                        + NAMES.get(1)
                        + ": "
                        + Instant.ofEpochMilli(createdMillis)
                        + "\n"
                        + NAMES.get(2)
                        + ": "
                        + checkpoint
                        + "\n"
                        + NAMES.get(3)
                        + ": "
                        + end
                        + "\n";
        try (FileChannel channel =
                FileChannel.open(
                        folder.resolve(FILE),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** The note in a directory, or nothing if that is no backup. */
    static Optional<BackupNote> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readString(file).lines().toList();
        if (lines.isEmpty() || !value(file, lines, 0).equals(Integer.toString(VERSION))) {
            throw new CorruptJournalException(file + ": no backup of format version " + VERSION);
        }
        try {
            return Optional.of(
                    new BackupNote(
                            Instant.parse(value(file, lines, 1)).toEpochMilli(),
                            Long.parseLong(value(file, lines, 2)),
                            Long.parseLong(value(file, lines, 3))));
        } catch (DateTimeException | ArithmeticException | NumberFormatException bad) {
            throw new CorruptJournalException(file + ": damaged: " + bad.getMessage());
        }
    }

    private static String value(Path file, List<String> lines, int index) {
        String start = NAMES.get(index) + ": ";
        if (lines.size() <= index || !lines.get(index).startsWith(start)) {
            throw new CorruptJournalException(file + ": damaged (expected: " + start + "...)");
        }
        return lines.get(index).substring(start.length());
    }
}
