package dev.millrace.kv.session;

import dev.millrace.kernel.journal.RecordWriter;

/** Sees each record of the store right after it was appended, its stripes locked; from any lane. */
public interface RecordTap {
    /**
     * Takes a record.
     *
     * @param position its own
     * @return how far those who follow us are when they have it
     */
    long appended(RecordWriter record, long position);

    /** Takes a command that changes nothing here, and is to be repeated there: a message. */
    void said(byte[] request);
}
