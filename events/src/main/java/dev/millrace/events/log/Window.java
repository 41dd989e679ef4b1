package dev.millrace.events.log;

import io.netty.buffer.ByteBuf;

/**
 * Some events of a stream, copied from a file, in the order in which they are read.
 *
 * @param bytes theirs, one after another; whoever has the window releases it
 * @param revisions what they have in the stream, which is their own one or derived
 * @param filesKnown how many files the log had when this was looked for
 */
record Window(ByteBuf bytes, long[] revisions, long filesKnown) {
    int count() {
        return revisions.length;
    }

    /** Where the first lies. */
    long address() {
        return bytes.memoryAddress();
    }

    void release() {
        bytes.release();
    }
}
