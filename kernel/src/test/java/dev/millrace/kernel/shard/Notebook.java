package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The smallest state machine there is: it keeps every note it was ever given. For tests. */
public final class Notebook implements StateMachine {
    public static final int MACHINE = 7;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<String> notes = new ArrayList<>();
    private final Journal.Grant grant = new Journal.Grant();
    private final RecordWriter record = new RecordWriter();

    public List<String> notes() {
        lock.lock();
        try {
            return List.copyOf(notes);
        } finally {
            lock.unlock();
        }
    }

    /** Writes a note, and applies it. */
    public long note(SegmentJournal journal, String note, long nowMillis) {
        byte[] bytes = note.getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            while (journal.admit(grant, bytes.length + 8L) == Journal.Admission.WAIT) {
                journal.prepareSpace();
            }
            if (journal.admit(grant, bytes.length + 8L) != Journal.Admission.ADMITTED) {
                throw new IllegalStateException(journal.trouble());
            }
            record.part(MACHINE).put(bytes);
            long position = journal.append(record, grant, nowMillis);
            record.clear();
            notes.add(note);
            return position;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int machine() {
        return MACHINE;
    }

    @Override
    public void apply(long address, int bytes) {
        notes.add(new String(Memory.bytes(address, bytes), StandardCharsets.UTF_8));
    }

    /** Notes in a block end with line feeds. */
    @Override
    public void load(long address, int bytes) {
        notes.addAll(
                new String(Memory.bytes(address, bytes), StandardCharsets.UTF_8).lines().toList());
    }

    @Override
    public void freeze() {
        lock.lock();
    }

    @Override
    public void thaw() {
        lock.unlock();
    }

    @Override
    public void cut(Checkpoint checkpoint) {
        if (!notes.isEmpty()) {
            Checkpoint.Block block = checkpoint.takeAtOnce();
            if (block == null) {
                checkpoint.abandon("no block");
                return;
            }
            notes.forEach(note -> block.buffer().putUtf8(note + "\n"));
            checkpoint.give(MACHINE, block);
        }
        checkpoint.done();
    }
}
