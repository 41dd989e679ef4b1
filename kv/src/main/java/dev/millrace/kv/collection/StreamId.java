package dev.millrace.kv.collection;

/**
 * The name of a stream's entry, and its place: a time and a number among those of the same time.
 * Both are unsigned.
 *
 * @param ms milliseconds since 1970, as a rule
 * @param seq which one of that millisecond
 */
public record StreamId(long ms, long seq) implements Comparable<StreamId> {
    public static final StreamId MIN = new StreamId(0, 0);
    public static final StreamId MAX = new StreamId(-1, -1);

    /** The order of entries: negative if the first of both comes first. */
    public static int compare(long ms, long seq, long otherMs, long otherSeq) {
        return ms != otherMs
                ? Long.compareUnsigned(ms, otherMs)
                : Long.compareUnsigned(seq, otherSeq);
    }

    @Override
    public int compareTo(StreamId other) {
        return compare(ms, seq, other.ms, other.seq);
    }

    /** True if it comes after another. */
    public boolean isAfter(StreamId other) {
        return compareTo(other) > 0;
    }

    /** The next there can be; the first of all after the last. */
    public StreamId next() {
        return seq == -1 ? new StreamId(ms + 1, 0) : new StreamId(ms, seq + 1);
    }

    /** The one before; the last of all before the first. */
    public StreamId previous() {
        return seq == 0 ? new StreamId(ms - 1, -1) : new StreamId(ms, seq - 1);
    }

    /** As clients write it. */
    @Override
    public String toString() {
        return Long.toUnsignedString(ms) + "-" + Long.toUnsignedString(seq);
    }
}
