package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

/**
 * Reads effects, and what else a state machine has written with a {@link
 * dev.millrace.kernel.memory.NativeBuffer}, front to back; no length is believed. What goes beyond
 * the end is damage: {@link CorruptJournalException}.
 */
public class EffectReader {
    private final String owner;
    private long at;
    private long end;

    /**
     * @param owner whose effects they are, for messages
     */
    public EffectReader(String owner) {
        this.owner = owner;
    }

    /** Begins with so many bytes. */
    public void read(long address, long bytes) {
        at = address;
        end = address + bytes;
    }

    public boolean hasMore() {
        return at < end;
    }

    /** Passes over {@code count} bytes and says where they are. */
    public long skip(long count) {
        if (count < 0 || count > end - at) {
            throw damaged(count + " bytes (expected: at most " + (end - at) + ")");
        }
        long here = at;
        at += count;
        return here;
    }

    public int unsignedByte() {
        return Memory.getUnsignedByte(skip(1));
    }

    public int u16() {
        return Memory.getUnsignedShort(skip(2));
    }

    public long u64() {
        return Memory.getLong(skip(8));
    }

    /** A number from 0 on. */
    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int next = unsignedByte();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw damaged("a number of more than 63 bits");
    }

    /** A length that what is left can have. */
    public int length() {
        long length = varint();
        if (length > end - at) {
            throw damaged("length " + length + " (expected: at most " + (end - at) + ")");
        }
        return (int) length;
    }

    public byte[] bytes() {
        int length = length();
        return Memory.bytes(skip(length), length);
    }

    /** To be thrown: what is there is not what was written. */
    public CorruptJournalException damaged(String what) {
        return new CorruptJournalException(owner + ": " + what);
    }
}
