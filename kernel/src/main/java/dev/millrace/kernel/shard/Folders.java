package dev.millrace.kernel.shard;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directories that backups and data are in: {@code DIR/journal}, {@code DIR/snapshot}, {@code
 * DIR/bodies}.
 */
final class Folders {
    static final String JOURNAL = "journal";
    static final String SNAPSHOT = "snapshot";

    /** Has a directory for each room that keeps files which checkpoints list. */
    static final String BODIES = "bodies";

    private Folders() {}

    /** The names in a directory; none if there is no directory. */
    static List<String> list(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    /** Makes new names in a directory, and names that are gone, survive a power cut. */
    static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Copies every file of every directory in {@code from}, durably. */
    static void copyBodies(Path from, Path to) throws IOException {
        for (String room : list(from)) {
            Path target = Files.createDirectories(to.resolve(room));
            for (String name : list(from.resolve(room))) {
                copyFile(from.resolve(room).resolve(name), target.resolve(name));
            }
            sync(target);
        }
        if (Files.exists(to)) {
            sync(to);
        }
    }

    private static void copyFile(Path from, Path to) throws IOException {
        try {
            Files.copy(from, to);
        } catch (NoSuchFileException gone) {
            // It was listed by no checkpoint, or it would be there.
            return;
        }
        try (FileChannel channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Gives a directory its name; an empty one of that name is replaced. */
    static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        Path parent = to.toAbsolutePath().getParent();
        if (parent != null) {
            sync(parent);
        }
    }

    /**
     * Deletes what an earlier copy of ours has left unfinished: the files that we make, and the
     * directories if they are empty then. Anything else is not touched, and fails it.
     */
    static void deleteUnfinished(Path folder) throws IOException {
        for (String room : list(folder.resolve(BODIES))) {
            for (String name : list(folder.resolve(BODIES).resolve(room))) {
                Files.delete(folder.resolve(BODIES).resolve(room).resolve(name));
            }
            Files.delete(folder.resolve(BODIES).resolve(room));
        }
        Files.deleteIfExists(folder.resolve(BODIES));
        for (String inner : List.of(JOURNAL, SNAPSHOT)) {
            for (String name : list(folder.resolve(inner))) {
                if (name.endsWith(".seg")
                        || name.endsWith(".checkpoint")
                        || name.endsWith(CheckpointFile.UNFINISHED)) {
                    Files.delete(folder.resolve(inner).resolve(name));
                }
            }
            Files.deleteIfExists(folder.resolve(inner));
        }
        Files.deleteIfExists(folder.resolve(BackupNote.FILE));
        Files.deleteIfExists(folder);
    }
}
