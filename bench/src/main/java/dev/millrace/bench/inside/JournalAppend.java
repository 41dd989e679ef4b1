package dev.millrace.bench.inside;

import dev.millrace.bench.server.Workspace;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.JournalThreads;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.NativeBuffer;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Appending a record, while there is space: so many at once as the spare segments hold, for else
 * the disk would be what is measured. How single appends are spread over time is what {@code
 * AppendStalls} tells.
 */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class JournalAppend {
    private static final int RECORDS = 10_000;
    private static final SegmentJournal.Options OPTIONS = new SegmentJournal.Options(16 << 20, 6);

    /** Bytes of the record's effects. */
    @Param({"32", "1024"})
    public int recordBytes;

    private final RecordWriter record = new RecordWriter();
    private final Journal.Grant grant = new Journal.Grant();
    private final NativeBuffer effects = new NativeBuffer(1024);
    private final Path directory;
    private final SegmentJournal journal;
    private final JournalThreads threads;

    /** Opens a journal below the working directory, which should be no tmpfs. */
    public JournalAppend() {
        try {
            directory = Files.createTempDirectory(Path.of("").toAbsolutePath(), "append-");
            journal =
                    SegmentJournal.open(
                            new FileDisk(directory),
                            OPTIONS,
                            0,
                            System.currentTimeMillis(),
                            new SplittableRandom());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        threads = JournalThreads.start(journal, true, () -> {});
    }

    /** Writes the effects. */
    @Setup
    public void write() {
        for (int i = 0; i < recordBytes; i++) {
            effects.putByte(1 + i % 100);
        }
    }

    /** Forgets what was appended, or the disk would be full before long, and awaits new space. */
    @Setup(Level.Iteration)
    public void trim() {
        journal.sync();
        journal.trim(journal.durable());
        while (journal.shortOfSpace()) {
            Thread.onSpinWait();
        }
    }

    /** Closes it and removes its files. */
    @TearDown
    public void close() throws IOException {
        threads.close();
        journal.close();
        Workspace.remove(directory);
    }

    /** One record of many in a row. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OperationsPerInvocation(RECORDS)
    @Warmup(iterations = 20)
    @Measurement(iterations = 20)
    public long append() {
        for (int i = 0; i < RECORDS; i++) {
            appendOne();
        }
        return journal.end();
    }

    /** One record and its sync: what a reply that waits for the disk waits for. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    public long appendAndSync() {
        appendOne();
        journal.sync();
        return journal.durable();
    }

    private void appendOne() {
        record.clear();
        record.part(0).put(effects.address(), recordBytes);
        while (journal.admit(grant, record.length()) != Journal.Admission.ADMITTED) {
            Thread.onSpinWait();
        }
        journal.append(record, grant, System.currentTimeMillis());
    }
}
