package dev.millrace.kv.rdb;

import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.JournalThreads;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kernel.shard.TargetTaken;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.store.Stripes;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Makes a data directory of a dump file as Redis 7.0 writes it.
 *
 * <p>All is written into {@code DATA/import.unfinished}, and the journal gets its place when the
 * file's end and sum are found to be right: of a bad file nothing is left. See {@link DumpLoad}.
 */
public final class RdbImport {
    private static final String UNFINISHED = "import.unfinished";
    private static final String JOURNAL = "journal";
    private static final int SEGMENT_BYTES = 64 << 20;
    private static final int SPARES = 4;
    private static final long WAIT_MILLIS = 1000;

    private RdbImport() {}

    /**
     * Imports.
     *
     * @param data a directory that is empty or absent
     * @throws BadFile if the file is not whole, or not known, with the offset; nothing is there
     *     then
     * @throws TargetTaken if there is data already
     */
    public static DumpLoad.Loaded run(Path file, Path data, Clock clock, Progress progress)
            throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                DataFolder owned = DataFolder.open(data)) {
            if (Files.exists(data.resolve(JOURNAL))) {
                throw new TargetTaken(data + ": there is data (expected: an empty directory)");
            }
            Path unfinished = owned.path().resolve(UNFINISHED);
            deleteAll(unfinished);
            try {
                DumpLoad.Loaded done = load(file, unfinished, channel, clock, progress);
                Files.move(
                        unfinished.resolve(JOURNAL),
                        owned.path().resolve(JOURNAL),
                        StandardCopyOption.ATOMIC_MOVE);
                syncDirectory(owned.path());
                return done;
            } finally {
                deleteAll(unfinished);
            }
        }
    }

    private static void syncDirectory(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static DumpLoad.Loaded load(
            Path file, Path folder, FileChannel channel, Clock clock, Progress progress)
            throws IOException {
        Shard shard =
                Shard.open(
                        new FileDisk(folder.resolve(JOURNAL)),
                        new FileDisk(folder.resolve("snapshot")),
                        new SegmentJournal.Options(SEGMENT_BYTES, SPARES),
                        List.of(new KvMachine(new Stripes(1))),
                        clock,
                        new SecureRandom());
        // Segments are filled with zeros and synced while the file is read.
        Semaphore gained = new Semaphore(0);
        shard.journal().listen(new Gained(gained));
        try (Arena arena = Arena.ofConfined();
                JournalThreads _ = JournalThreads.start(shard.segments(), true, () -> {})) {
            long bytes = channel.size();
            long address = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena).address();
            DumpLoad load = new DumpLoad(progress, _ -> await(gained));
            return load.read(shard, address, bytes, clock.millis());
        } catch (BadDump bad) {
            throw new BadFile(file + " at offset " + bad.offset() + ": " + bad.getMessage());
        } finally {
            shard.journal().close();
        }
    }

    private static void await(Semaphore gained) {
        try {
            // Whatever it was told: the caller asks again.
            if (gained.tryAcquire(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                gained.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Gained(Semaphore gained) implements Journal.Listener {
        @Override
        public void durabilityChanged() {}

        @Override
        public void spaceGained() {
            gained.release();
        }
    }
}
