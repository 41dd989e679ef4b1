package dev.millrace.kv.server;

/** Has replies that wait until what they depend on is durable. On its loop. */
interface ReplyHolder {
    /**
     * Lets go of what may leave, now that the journal is durable up to here; true if some may not.
     */
    boolean release(long durable);
}
