package dev.millrace.kv.rdb;

/**
 * Reads zipmaps (Redis, zipmap.c), which were short hashes to Redis 2.4 and older.
 *
 * <pre>
 * u8 fields, 254 if they are more | { length, field, length, u8 unused, value, unused bytes } ... | ff
 *
 * length: l8 | fe l32      little-endian
 * </pre>
 */
final class Zipmap {
    private static final int COUNT_UNKNOWN = 0xfe;
    private static final int LONG = 0xfe;
    private static final int END = 0xff;

    private final DumpReader in = new DumpReader();

    /**
     * Makes a listpack, of fields and values, of the zipmap that is exactly these bytes.
     *
     * @throws BadDump if it is none, with an offset in it
     */
    void read(long address, int bytes, ListpackDraft into) {
        in.read(address, bytes);
        int told = in.u8();
        into.begin();
        int count = 0;
        while (in.next() != END) {
            string(length(), into);
            long length = length();
            int unused = in.u8();
            string(length, into);
            in.skip(unused);
            count++;
        }
        in.skip(1);
        if (in.left() != 0) {
            throw in.bad("bytes behind the end: " + in.left());
        }
        if (told != COUNT_UNKNOWN && told != count) {
            throw in.bad("fields: " + told + " (expected: " + count + ")");
        }
    }

    private long length() {
        int length = in.u8();
        if (length == END) {
            throw in.bad("the end where a length is expected");
        }
        return length == LONG ? Integer.toUnsignedLong((int) in.i32()) : length;
    }

    private void string(long length, ListpackDraft into) {
        long at = in.skip(length);
        into.add(at, (int) length);
    }
}
