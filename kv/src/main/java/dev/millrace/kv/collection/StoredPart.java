package dev.millrace.kv.collection;

/**
 * What a part holds that stands in a checkpoint, see {@link Parts#read}. It is lent and filled
 * anew; the addresses are in the checkpoint itself.
 */
public final class StoredPart {
    private long name;
    private int nameLength;
    private long value;
    private int valueLength;
    private double score;
    private long node;
    private long nextNode;
    private StreamId id = StreamId.MIN;

    void name(long address, int length) {
        name = address;
        nameLength = length;
    }

    void value(long address, int length) {
        value = address;
        valueLength = length;
    }

    void score(double score) {
        this.score = score;
    }

    void node(long node, long next) {
        this.node = node;
        this.nextNode = next;
    }

    void id(StreamId id) {
        this.id = id;
    }

    /** Of a stream's node. */
    public StreamId id() {
        return id;
    }

    /** A hash's field, or a member. */
    public long name() {
        return name;
    }

    public int nameLength() {
        return nameLength;
    }

    /** A field's value, or the listpack of a list's or a stream's node. */
    public long value() {
        return value;
    }

    public int valueLength() {
        return valueLength;
    }

    /** Of a sorted set's member. */
    public double score() {
        return score;
    }

    /** The name of a list's node, by which {@link #nextNode} of another knows it. */
    public long node() {
        return node;
    }

    /** The name of the node that follows, 0 if none does. */
    public long nextNode() {
        return nextNode;
    }
}
