package dev.millrace.kv.rdb;

/**
 * Reads ziplists (Redis, ziplist.c), which were to Redis up to 6.2 what listpacks are since.
 *
 * <pre>
 * u32 all bytes | u32 offset of the last entry | u16 entries, 65535 if they are more | entry... | ff
 *
 * entry: bytes of the entry before, kind and value
 *   l8 | fe l32
 *   00llllll bytes | 01llllll l8 bytes | 80 l32 bytes      lengths big-endian
 *   c0 v16 | d0 v32 | e0 v64 | f0 v24 | fe v8              signed, little-endian
 *   f1 to fd                                               0 to 12
 * </pre>
 */
final class Ziplist {
    private static final int COUNT_UNKNOWN = 0xffff;
    private static final int LONG = 0xfe;
    private static final int END = 0xff;

    private static final int STRING_32 = 0x80;
    private static final int INT_16 = 0xc0;
    private static final int INT_32 = 0xd0;
    private static final int INT_64 = 0xe0;
    private static final int INT_24 = 0xf0;
    private static final int INT_8 = 0xfe;

    private final DumpReader in = new DumpReader();

    /**
     * Makes a listpack of the ziplist that is exactly these bytes. An entry of a hundred bytes or
     * more may become longer by five: so it is no longer than a listpack may be.
     *
     * @throws BadDump if it is none, with an offset in it
     */
    void read(long address, int bytes, ListpackDraft into) {
        in.read(address, bytes);
        requireSame("a length of ", unsigned(), bytes);
        long last = unsigned();
        int told = in.u16();
        into.begin();
        long before = in.offset();
        int count = 0;
        while (in.next() != END) {
            long at = in.offset();
            requireSame("bytes of the entry before: ", bytesBefore(), at - before);
            entry(into);
            before = at;
            count++;
        }
        in.skip(1);
        requireSame("bytes behind the end: ", in.left(), 0);
        if (count > 0) {
            requireSame("the last entry at ", last, before);
        }
        if (told != COUNT_UNKNOWN) {
            requireSame("entries: ", told, count);
        }
    }

    private void requireSame(String what, long found, long expected) {
        if (found != expected) {
            throw in.bad(what + found + " (expected: " + expected + ")");
        }
    }

    private long unsigned() {
        return Integer.toUnsignedLong((int) in.i32());
    }

    /** Redis writes a short length as a long one where it would have had to move all behind it. */
    private long bytesBefore() {
        int bytes = in.u8();
        return bytes == LONG ? unsigned() : bytes;
    }

    private void entry(ListpackDraft into) {
        int kind = in.u8();
        switch (kind) {
            case STRING_32 ->
                    string(Integer.toUnsignedLong(Integer.reverseBytes((int) in.i32())), into);
            case INT_8 -> into.add((byte) in.u8());
            case INT_16 -> into.add((short) in.u16());
            case INT_24 -> into.add(in.u16() | (byte) in.u8() << 16);
            case INT_32 -> into.add(in.i32());
            case INT_64 -> into.add(in.i64());
            default -> shortEntry(kind, into);
        }
    }

    private void shortEntry(int kind, ListpackDraft into) {
        if (kind < 0x40) {
            string(kind, into);
        } else if (kind < STRING_32) {
            string((kind & 0x3f) << 8 | in.u8(), into);
        } else if (kind > INT_24 && kind < INT_8) {
            into.add(kind - INT_24 - 1);
        } else {
            throw in.bad("an entry of kind " + kind);
        }
    }

    private void string(long length, ListpackDraft into) {
        long at = in.skip(length);
        into.add(at, (int) length);
    }
}
