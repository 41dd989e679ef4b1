package dev.millrace.kv.collection;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.Memory;

/** Reads a part's form; no length in it is believed. */
final class PartReader {
    private final long end;
    private long at;

    PartReader(long at, long end) {
        this.at = at;
        this.end = end;
    }

    /** Where what was not read begins. */
    long at() {
        return at;
    }

    /** A varint that is the length of what follows it. */
    int length() {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            need(1);
            int b = Memory.getUnsignedByte(at++);
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                need(value);
                return (int) value;
            }
        }
        throw new CorruptJournalException("kv part: varint without end");
    }

    int u8() {
        need(1);
        return Memory.getUnsignedByte(at++);
    }

    long i64() {
        need(8);
        at += 8;
        return Memory.getLong(at - 8);
    }

    /** The address of so many bytes, which are passed over. */
    long skip(int bytes) {
        need(bytes);
        at += bytes;
        return at - bytes;
    }

    private void need(long bytes) {
        if (bytes > end - at) {
            throw new CorruptJournalException(
                    "kv part: " + bytes + " bytes wanted (expected: <= " + (end - at) + ")");
        }
    }

    static CorruptJournalException twice() {
        return new CorruptJournalException("kv part: it is there already");
    }
}
