package dev.millrace.queue.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.queue.state.Definition;

import java.nio.charset.StandardCharsets;

/** Reads what {@link Effects} and checkpoints write; no length is believed. */
public final class EffectReader {
    private long at;
    private long end;

    /** Begins with so many bytes. */
    public void read(long address, int bytes) {
        at = address;
        end = address + bytes;
    }

    public boolean hasMore() {
        return at < end;
    }

    /** Passes over {@code count} bytes and says where they are. */
    public long skip(long count) {
        if (count < 0 || count > end - at) {
            throw new CorruptJournalException(
                    "queue effect: " + count + " bytes (expected: at most " + (end - at) + ")");
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
        throw new CorruptJournalException("queue effect: a number of more than 63 bits");
    }

    /** A length that what is left can have. */
    public int length() {
        long length = varint();
        if (length > end - at) {
            throw new CorruptJournalException(
                    "queue effect: length " + length + " (expected: at most " + (end - at) + ")");
        }
        return (int) length;
    }

    public byte[] bytes() {
        int length = length();
        return Memory.bytes(skip(length), length);
    }

    public Definition.Name name() {
        int kind = unsignedByte();
        return new Definition.Name(kind, new String(bytes(), StandardCharsets.UTF_8));
    }
}
