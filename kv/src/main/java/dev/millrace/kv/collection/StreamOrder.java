package dev.millrace.kv.collection;

/**
 * The order of what a stranger's stream has: nodes by their IDs, and live entries by theirs, each
 * above those before it. A deleted entry has none: XSETID may have set the last ID below it, and
 * the next live one comes before it then.
 */
public final class StreamOrder {
    private StreamId node = StreamId.MIN;
    private boolean any;
    private StreamId last = StreamId.MIN;
    private long entries;

    /** A node comes; false if its ID is not above the last one's. */
    boolean begins(long ms, long seq) {
        StreamId next = new StreamId(ms, seq);
        boolean after = !any || next.isAfter(node);
        any = true;
        node = next;
        return after;
    }

    /** A live entry comes; false if it may not stand there. */
    boolean follows(long ms, long seq) {
        StreamId next = new StreamId(ms, seq);
        boolean after = next.isAfter(last) && next.compareTo(node) >= 0;
        last = next;
        entries++;
        return after;
    }

    /** The last live entry's ID; the least of all if there is none. */
    public StreamId last() {
        return last;
    }

    /** How many live entries there are. */
    public long entries() {
        return entries;
    }
}
