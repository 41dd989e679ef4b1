package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;

import java.io.IOException;

/**
 * A journal that holds commands to their word: a record must not be longer than what was set aside
 * for it. The journal itself sets aside far more at a time, and would notice only on a full disk.
 */
final class CheckedJournal implements Journal {
    private final Journal journal;
    private long admittedBytes;

    /** So many more are admitted before space runs short. */
    private int admissionsLeft = Integer.MAX_VALUE;

    private boolean extendsNothing;

    CheckedJournal(Journal journal) {
        this.journal = journal;
    }

    /** Has space run short after so many more admissions. */
    void admitOnly(int admissions) {
        admissionsLeft = admissions;
    }

    @Override
    public Admission admit(Grant grant, long bytes) {
        if (admissionsLeft == 0) {
            admittedBytes = 0; // What is not enough is given back.
            return Admission.WAIT;
        }
        admissionsLeft--;
        Admission admission = journal.admit(grant, bytes);
        admittedBytes = admission == Admission.ADMITTED ? Math.max(admittedBytes, bytes) : 0;
        return admission;
    }

    /** Has space run short for what is found to be needed half way. */
    void extendNothing() {
        extendsNothing = true;
    }

    @Override
    public boolean extend(Grant grant, long bytes) {
        boolean extended = !extendsNothing && journal.extend(grant, bytes);
        if (extended) {
            admittedBytes = Math.max(admittedBytes, bytes);
        }
        return extended;
    }

    @Override
    public long append(RecordWriter record, Grant grant, long nowMillis) {
        long bytes = record.length();
        assertTrue(
                bytes <= admittedBytes,
                () -> "effects: " + bytes + " bytes (expected: <= " + admittedBytes + ")");
        admittedBytes = 0;
        return journal.append(record, grant, nowMillis);
    }

    // ---- All else is the journal's

    @Override
    public void listen(Listener listener) {
        journal.listen(listener);
    }

    @Override
    public long end() {
        return journal.end();
    }

    @Override
    public long durable() {
        return journal.durable();
    }

    @Override
    public boolean syncIsQuick() {
        return journal.syncIsQuick();
    }

    @Override
    public void sync() {
        journal.sync();
    }

    @Override
    public void requestSync() {
        journal.requestSync();
    }

    @Override
    public State state() {
        return journal.state();
    }

    @Override
    public String trouble() {
        return journal.trouble();
    }

    @Override
    public void read(long after, Reader reader) throws IOException {
        journal.read(after, reader);
    }

    @Override
    public void trim(long position) {
        journal.trim(position);
    }

    @Override
    public long appendedBytes() {
        return journal.appendedBytes();
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
