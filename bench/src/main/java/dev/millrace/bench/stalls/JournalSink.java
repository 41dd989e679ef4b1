package dev.millrace.bench.stalls;

import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.JournalThreads;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.NativeBuffer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** The product's journal with its threads, as a node runs it. */
final class JournalSink implements Sink {
    private static final SegmentJournal.Options OPTIONS = new SegmentJournal.Options(16 << 20, 6);

    private final SegmentJournal journal;
    private final JournalThreads threads;
    private final NativeBuffer bytes;
    private final RecordWriter record = new RecordWriter();
    private final Journal.Grant grant = new Journal.Grant();
    private long nowMillis;

    JournalSink(Path directory, int bytes, boolean everySecond) throws IOException {
        this.bytes = Records.of(bytes);
        this.nowMillis = System.currentTimeMillis();
        this.journal =
                SegmentJournal.open(
                        new FileDisk(directory), OPTIONS, 0, nowMillis, new SplittableRandom());
        this.threads = JournalThreads.start(journal, everySecond, () -> {});
    }

    @Override
    public void prepare() {
        nowMillis = System.currentTimeMillis();
        record.clear();
        record.part(0).put(bytes.address(), bytes.length());
        while (journal.admit(grant, record.length()) != Journal.Admission.ADMITTED) {
            Thread.onSpinWait(); // A node would park the client meanwhile.
        }
    }

    @Override
    public void append() {
        journal.append(record, grant, nowMillis);
    }

    @Override
    public void close() throws IOException {
        threads.close();
        journal.close();
        bytes.free();
    }
}
