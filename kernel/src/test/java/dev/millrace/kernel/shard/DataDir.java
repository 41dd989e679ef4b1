package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.SegmentJournal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** A shard with a notebook on a real directory, as a node would have it open. For tests. */
final class DataDir implements AutoCloseable {
    private static final SegmentJournal.Options SMALL =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 2);

    final Path path;
    final Notebook notebook = new Notebook();
    final Shard shard;

    /** The time of the next note, ms since 1970; a note takes a second. */
    long nowMillis = 1_700_000_000_000L;

    private DataDir(Path path) throws IOException {
        this.path = path;
        this.shard =
                Shard.open(
                        new FileDisk(path.resolve(Folders.JOURNAL)),
                        new FileDisk(path.resolve(Folders.SNAPSHOT)),
                        SMALL,
                        List.of(notebook),
                        Clock.systemUTC(),
                        new Random(1));
    }

    static DataDir open(Path path) throws IOException {
        return new DataDir(path);
    }

    /** The notes in a directory that nobody has open. */
    static List<String> notesIn(Path path) throws IOException {
        try (DataDir dir = open(path)) {
            return dir.notebook.notes();
        }
    }

    void note(String note) {
        notebook.note(shard.segments(), note, nowMillis);
        nowMillis += 1000;
    }

    /** Returns when it is complete or given up. */
    void checkpoint() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        shard.checkpoint(Runnable::run, complete -> ended.countDown());
        ended.await();
    }

    BackupNote backup(Path target) throws IOException, InterruptedException {
        return new Backup(shard, bodies()).take(target, 0, this::checkpoint, Progress.UNSEEN);
    }

    /** Where rooms keep files. */
    Path bodies() {
        return ShardRoom.bodies(path);
    }

    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /** Changes one byte of a file, as a bad medium would. */
    static void flip(Path file, long offset) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(offset);
            int before = open.read();
            open.seek(offset);
            open.write(before ^ 0x40);
        }
    }

    @Override
    public void close() throws IOException {
        shard.segments().close();
    }
}
