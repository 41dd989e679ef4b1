package dev.millrace.queue.backlog;

import dev.millrace.kernel.memory.Memory;

/**
 * A stored message where it lies; moved from one to the next.
 *
 * <pre>
 * bytes u32 | meta bytes u32 | id u64 | timestamp ns u64 | attempts u16 | flags u16 | meta | body
 * </pre>
 *
 * <p>What it points to is good while its store is locked and nothing is appended.
 */
public final class Message {
    /** Bytes before meta. */
    public static final int HEADER_BYTES = 28;

    /** A message, with its header and meta, is at most so long. */
    public static final int BYTES_MAX = 1 << 30;

    /** In the flags of a stored message: meta begins with the time at which it is due, ms u64. */
    public static final int TIMED = 1 << 15;

    private static final int META = 4;
    private static final int ID = 8;
    private static final int TIMESTAMP = 16;
    private static final int ATTEMPTS = 24;
    private static final int FLAGS = 26;

    private long address;

    /** How much a message takes in a chunk. */
    static long bytes(long metaBytes, long bodyBytes) {
        return HEADER_BYTES + metaBytes + bodyBytes;
    }

    static int bytesAt(long address) {
        return Memory.getInt(address);
    }

    /** Writes a header; meta and body follow it. */
    static void putHeader(long address, Envelope envelope, int metaBytes, int bodyBytes) {
        Memory.putInt(address, HEADER_BYTES + metaBytes + bodyBytes);
        Memory.putInt(address + META, metaBytes);
        Memory.putLong(address + ID, envelope.id());
        Memory.putLong(address + TIMESTAMP, envelope.timestampNanos());
        Memory.putShort(address + ATTEMPTS, envelope.attempts());
        Memory.putShort(address + FLAGS, envelope.flags());
    }

    /** Points to another message. */
    void at(long address) {
        this.address = address;
    }

    /** Header, meta and body. */
    public int bytes() {
        return bytesAt(address);
    }

    /** Unique in the store, and greater than those of older messages. */
    public long id() {
        return Memory.getLong(address + ID);
    }

    /** When it was published, since 1970. */
    public long timestampNanos() {
        return Memory.getLong(address + TIMESTAMP);
    }

    /** How often it had been delivered before it came into this backlog. */
    public int attempts() {
        return Memory.getUnsignedShort(address + ATTEMPTS);
    }

    /** The protocol's own; 15 bits. */
    public int flags() {
        return Memory.getUnsignedShort(address + FLAGS) & ~TIMED;
    }

    /** When it is due, in ms since 1970; 0: it was appended without a time. */
    public long dueMillis() {
        return timeBytes() == 0 ? 0 : Memory.getLong(address + HEADER_BYTES);
    }

    private int timeBytes() {
        return (Memory.getUnsignedShort(address + FLAGS) & TIMED) == 0 ? 0 : Long.BYTES;
    }

    /** Where the protocol's own bytes lie. */
    public long metaAddress() {
        return address + HEADER_BYTES + timeBytes();
    }

    public int metaBytes() {
        return Memory.getInt(address + META) - timeBytes();
    }

    public long bodyAddress() {
        return address + HEADER_BYTES + Memory.getInt(address + META);
    }

    public int bodyBytes() {
        return bytes() - HEADER_BYTES - Memory.getInt(address + META);
    }

    /** What stands in its header. */
    public Envelope envelope() {
        return new Envelope(id(), timestampNanos(), attempts(), flags());
    }
}
