package dev.millrace.kv.packed;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.resp.Decimal;

/**
 * A sequence of strings and integers in one run of bytes: lists, hashes and sorted sets while they
 * are short (S. Sanfilippo, "Listpack specification 1.0", 2017). It is the form in which Redis 7
 * writes them to its dump files, so that an import or a dump is a copy.
 *
 * <pre>
 * u32 all bytes | u16 elements, 65535 if they are more | element... | ff
 *
 * element: kind and value | how many bytes that was, to be read backwards
 *   0vvvvvvv                      0..127
 *   10llllll bytes                up to 63 bytes
 *   110vvvvv v8                   13 bits, signed
 *   1110llll l8 bytes             up to 4095 bytes
 *   f0 l32 bytes                  more
 *   f1 v16 | f2 v24 | f3 v32 | f4 v64   signed
 * </pre>
 *
 * <p>Numbers of several bytes are little-endian, but for the two of 12 and 13 bits. Whatever is an
 * integer in its shortest form is kept as one.
 *
 * <p>All is by address: {@code pack} is where the listpack begins, {@code at} an element or the end
 * mark. Methods that make it longer need the room behind it; the caller sees to that, and takes the
 * new length from {@link #bytes}.
 */
public final class Listpack {
    public static final int EMPTY_BYTES = 7;

    /** The longest it may become. */
    public static final long BYTES_MAX = 1 << 30;

    private static final int HEADER_BYTES = 6;
    private static final int COUNT_UNKNOWN = 0xffff;
    private static final int END = 0xff;

    private static final int INT_13 = 0xc0;
    private static final int STRING_12 = 0xe0;
    private static final int STRING_32 = 0xf0;
    private static final int INT_16 = 0xf1;
    private static final int INT_24 = 0xf2;
    private static final int INT_32 = 0xf3;
    private static final int INT_64 = 0xf4;

    private Listpack() {}

    // ---- The whole

    /** Makes an empty one in {@link #EMPTY_BYTES}. */
    public static void init(long pack) {
        Memory.putInt(pack, EMPTY_BYTES);
        Memory.putShort(pack + 4, 0);
        Memory.putByte(pack + HEADER_BYTES, END);
    }

    public static int bytes(long pack) {
        return Memory.getInt(pack);
    }

    /** How many elements it has. */
    public static int count(long pack) {
        int count = Memory.getUnsignedShort(pack + 4);
        if (count != COUNT_UNKNOWN) {
            return count;
        }
        int counted = 0;
        for (long at = first(pack); !isEnd(at); at = next(at)) {
            counted++;
        }
        return counted;
    }

    private static void count(long pack, int count) {
        Memory.putShort(pack + 4, Math.min(count, COUNT_UNKNOWN));
    }

    // ---- Walking

    /** The first element, or the end mark. */
    public static long first(long pack) {
        return pack + HEADER_BYTES;
    }

    /** The end mark. */
    public static long end(long pack) {
        return pack + bytes(pack) - 1;
    }

    public static boolean isEnd(long at) {
        return Memory.getUnsignedByte(at) == END;
    }

    public static long next(long at) {
        int body = bodyBytes(at);
        return at + body + lengthBytes(body);
    }

    /** The element before; not to be called on the first. */
    public static long previous(long at) {
        long back = at - 1;
        int shift = 0;
        int body = 0;
        int read;
        do {
            read = Memory.getUnsignedByte(back--);
            body |= (read & 0x7f) << shift;
            shift += 7;
        } while ((read & 0x80) != 0);
        return back + 1 - body;
    }

    /** The element at an index, from the nearer end; negative counts from the end. 0 if none. */
    public static long at(long pack, int index) {
        int count = count(pack);
        int wanted = index < 0 ? count + index : index;
        if (wanted < 0 || wanted >= count) {
            return 0;
        }
        if (wanted < count / 2) {
            long at = first(pack);
            for (int i = 0; i < wanted; i++) {
                at = next(at);
            }
            return at;
        }
        long at = end(pack);
        for (int i = count; i > wanted; i--) {
            at = previous(at);
        }
        return at;
    }

    /** Bytes of kind and value. */
    private static int bodyBytes(long at) {
        int kind = Memory.getUnsignedByte(at);
        if (kind < 0x80) {
            return 1;
        }
        if (kind < INT_13) {
            return 1 + (kind & 0x3f);
        }
        if (kind < STRING_12) {
            return 2;
        }
        if (kind < STRING_32) {
            return 2 + ((kind & 0xf) << 8 | Memory.getUnsignedByte(at + 1));
        }
        return switch (kind) {
            case STRING_32 -> 5 + Memory.getInt(at + 1);
            case INT_16 -> 3;
            case INT_24 -> 4;
            case INT_32 -> 5;
            case INT_64 -> 9;
            default -> throw new AssertionError("listpack: element kind " + kind);
        };
    }

    /** How many bytes a body's length takes behind it. */
    private static int lengthBytes(int body) {
        if (body < 1 << 7) {
            return 1;
        }
        if (body < (1 << 14) - 1) {
            return 2;
        }
        if (body < (1 << 21) - 1) {
            return 3;
        }
        return body < (1 << 28) - 1 ? 4 : 5;
    }

    // ---- Reading

    private static boolean isString(int kind) {
        return kind >= 0x80 && kind < INT_13 || kind >= STRING_12 && kind <= STRING_32;
    }

    private static int stringHead(int kind) {
        return kind < INT_13 ? 1 : kind < STRING_32 ? 2 : 5;
    }

    private static long integer(long at, int kind) {
        if (kind < 0x80) {
            return kind;
        }
        if (kind < STRING_12) {
            int bits = (kind & 0x1f) << 8 | Memory.getUnsignedByte(at + 1);
            return bits < 1 << 12 ? bits : bits - (1 << 13);
        }
        return switch (kind) {
            case INT_16 -> (short) Memory.getUnsignedShort(at + 1);
            case INT_24 -> Memory.getUnsignedShort(at + 1) | Memory.getByte(at + 3) << 16;
            case INT_32 -> Memory.getInt(at + 1);
            case INT_64 -> Memory.getLong(at + 1);
            default -> throw new AssertionError("listpack: element kind " + kind);
        };
    }

    public static void read(long at, Element into) {
        int kind = Memory.getUnsignedByte(at);
        if (isString(kind)) {
            int head = stringHead(kind);
            into.set(at + head, bodyBytes(at) - head);
        } else {
            into.set(integer(at, kind));
        }
    }

    /** True if the element is kept as an integer: {@link #integer(long)} reads it. */
    public static boolean isInteger(long at) {
        return !isString(Memory.getUnsignedByte(at));
    }

    public static long integer(long at) {
        return integer(at, Memory.getUnsignedByte(at));
    }

    /** Where the bytes of an element are that is no integer. */
    public static long string(long at) {
        return at + stringHead(Memory.getUnsignedByte(at));
    }

    /** How long the element is as text. */
    public static int length(long at) {
        int kind = Memory.getUnsignedByte(at);
        return isString(kind)
                ? bodyBytes(at) - stringHead(kind)
                : Decimal.length(integer(at, kind));
    }

    /**
     * The first element from {@code at} on, and of those every {@code step}th, that has this value;
     * 0 if there is none.
     */
    public static long find(long at, long value, int length, int step) {
        boolean isInteger = Decimal.isLong(value, length);
        long integer = isInteger ? Decimal.parse(value, length) : 0;
        long candidate = at;
        while (!isEnd(candidate)) {
            if (is(candidate, value, length, isInteger, integer)) {
                return candidate;
            }
            for (int i = 0; i < step; i++) {
                candidate = next(candidate);
            }
        }
        return 0;
    }

    /** True if the element has this value. */
    public static boolean is(long at, long value, int length) {
        boolean isInteger = Decimal.isLong(value, length);
        return is(at, value, length, isInteger, isInteger ? Decimal.parse(value, length) : 0);
    }

    private static boolean is(long at, long value, int length, boolean isInteger, long integer) {
        int kind = Memory.getUnsignedByte(at);
        if (!isString(kind)) {
            return isInteger && integer(at, kind) == integer;
        }
        int head = stringHead(kind);
        return bodyBytes(at) == head + length && Memory.equal(at + head, value, length);
    }

    /** Compares an element's text with other bytes, as {@link Memory#compare} does. */
    public static int compare(long at, long value, int length) {
        int kind = Memory.getUnsignedByte(at);
        if (!isString(kind)) {
            return Decimal.compare(integer(at, kind), value, length);
        }
        int head = stringHead(kind);
        return Memory.compare(at + head, bodyBytes(at) - head, value, length);
    }

    // ---- Writing

    /** What this value takes as an element. */
    public static int elementBytes(long value, int length) {
        int body =
                Decimal.isLong(value, length)
                        ? integerBytes(Decimal.parse(value, length))
                        : stringBytes(length);
        return body + lengthBytes(body);
    }

    private static int integerBytes(long value) {
        if (value >= 0 && value < 128) {
            return 1;
        }
        if (value >= -4096 && value < 4096) {
            return 2;
        }
        if (value == (short) value) {
            return 3;
        }
        if (value >= -(1 << 23) && value < 1 << 23) {
            return 4;
        }
        return value == (int) value ? 5 : 9;
    }

    private static int stringBytes(int length) {
        return (length < 64 ? 1 : length < 4096 ? 2 : 5) + length;
    }

    /**
     * Puts an element before {@code at}, the rest moves on. There is room for {@link #elementBytes}
     * more. The value lies elsewhere.
     */
    public static void insert(long pack, long at, long value, int length) {
        int bytes = elementBytes(value, length);
        open(pack, at, bytes, 1);
        write(at, value, length);
    }

    /** Puts an element at the end. */
    public static void append(long pack, long value, int length) {
        insert(pack, end(pack), value, length);
    }

    /** Puts another value in the place of an element; the listpack may become longer or shorter. */
    public static void replace(long pack, long at, long value, int length) {
        int before = (int) (next(at) - at);
        int bytes = elementBytes(value, length);
        if (bytes > before) {
            open(pack, next(at), bytes - before, 0);
        } else if (bytes < before) {
            close(pack, at, before - bytes, 0);
        }
        write(at, value, length);
    }

    /** Takes {@code count} elements out, from {@code at} on. There are as many. */
    public static void delete(long pack, long at, int count) {
        long end = at;
        for (int i = 0; i < count; i++) {
            end = next(end);
        }
        close(pack, at, (int) (end - at), count);
    }

    /**
     * Takes elements that have a value out, at most {@code limit}, from the front on or from the
     * back; returns how many.
     */
    public static long deleteEqual(long pack, boolean back, long limit, long value, int length) {
        boolean isInteger = Decimal.isLong(value, length);
        long integer = isInteger ? Decimal.parse(value, length) : 0;
        long removed = 0;
        int left = count(pack);
        long at = back && left > 0 ? previous(end(pack)) : first(pack);
        while (left > 0 && removed < limit) {
            left--;
            long before = back && left > 0 ? previous(at) : at;
            if (is(at, value, length, isInteger, integer)) {
                close(pack, at, (int) (next(at) - at), 1);
                removed++;
                at = before;
            } else {
                at = back ? before : next(at);
            }
        }
        return removed;
    }

    /** Puts all elements of another listpack at the end. There is room for its bytes. */
    public static void appendAll(long pack, long other) {
        int counted = count(pack) + count(other);
        int more = bytes(other) - EMPTY_BYTES;
        Memory.copy(first(other), end(pack), more + 1L);
        Memory.putInt(pack, bytes(pack) + more);
        count(pack, counted);
    }

    /** Moves the elements from {@code at} on into another listpack, which is empty and has room. */
    public static void moveRest(long pack, long at, long other) {
        int counted = count(pack);
        int moved = 0;
        for (long element = at; !isEnd(element); element = next(element)) {
            moved++;
        }
        int more = (int) (end(pack) - at);
        Memory.copy(at, first(other), more + 1L);
        Memory.putInt(other, EMPTY_BYTES + more);
        count(other, moved);
        Memory.putByte(at, END);
        Memory.putInt(pack, bytes(pack) - more);
        count(pack, counted - moved);
    }

    private static void open(long pack, long at, int bytes, int more) {
        int before = bytes(pack);
        int counted = count(pack);
        Memory.move(at, at + bytes, pack + before - at);
        Memory.putInt(pack, before + bytes);
        count(pack, counted + more);
    }

    private static void close(long pack, long at, int bytes, int less) {
        int before = bytes(pack);
        int counted = count(pack);
        Memory.move(at + bytes, at, pack + before - at - bytes);
        Memory.putInt(pack, before - bytes);
        count(pack, counted - less);
    }

    private static void write(long at, long value, int length) {
        int body;
        if (Decimal.isLong(value, length)) {
            body = writeInteger(at, Decimal.parse(value, length));
        } else {
            body = stringBytes(length);
            Memory.copy(value, writeHead(at, length), length);
        }
        writeLength(at + body, body);
    }

    private static int writeInteger(long at, long value) {
        int bytes = integerBytes(value);
        switch (bytes) {
            case 1 -> Memory.putByte(at, (int) value);
            case 2 -> {
                Memory.putByte(at, INT_13 | (int) value >>> 8 & 0x1f);
                Memory.putByte(at + 1, (int) value);
            }
            case 3 -> {
                Memory.putByte(at, INT_16);
                Memory.putShort(at + 1, (int) value);
            }
            case 4 -> {
                Memory.putByte(at, INT_24);
                Memory.putShort(at + 1, (int) value);
                Memory.putByte(at + 3, (int) (value >> 16));
            }
            case 5 -> {
                Memory.putByte(at, INT_32);
                Memory.putInt(at + 1, (int) value);
            }
            default -> {
                Memory.putByte(at, INT_64);
                Memory.putLong(at + 1, value);
            }
        }
        return bytes;
    }

    private static long writeHead(long at, int length) {
        if (length < 64) {
            Memory.putByte(at, 0x80 | length);
            return at + 1;
        }
        if (length < 4096) {
            Memory.putByte(at, STRING_12 | length >>> 8);
            Memory.putByte(at + 1, length);
            return at + 2;
        }
        Memory.putByte(at, STRING_32);
        Memory.putInt(at + 1, length);
        return at + 5;
    }

    /** Seven bits a byte, the highest first; all but the first have bit 7 set. */
    private static void writeLength(long at, int body) {
        int bytes = lengthBytes(body);
        for (int i = 0; i < bytes; i++) {
            int part = body >>> 7 * (bytes - 1 - i) & 0x7f;
            Memory.putByte(at + i, i == 0 ? part : part | 0x80);
        }
    }

    // ---- Writing many elements at the end

    /**
     * Writes an element where there is room, at the end or behind what was written before; returns
     * where it ends. {@link #ended} follows the last of them.
     */
    public static long put(long at, long value, int length) {
        int body;
        if (Decimal.isLong(value, length)) {
            body = writeInteger(at, Decimal.parse(value, length));
        } else {
            body = stringBytes(length);
            Memory.copy(value, writeHead(at, length), length);
        }
        return putLength(at + body, body);
    }

    /** The same for an integer. */
    public static long putInteger(long at, long value) {
        if (value >= 0 && value < 128) {
            Memory.putShort(at, (int) value | 1 << 8);
            return at + 2;
        }
        int body = writeInteger(at, value);
        return putLength(at + body, body);
    }

    private static long putLength(long at, int body) {
        if (body < 1 << 7) {
            Memory.putByte(at, body);
            return at + 1;
        }
        writeLength(at, body);
        return at + lengthBytes(body);
    }

    /** So many elements were written at the end, up to {@code at}. */
    public static void ended(long pack, long at, int more) {
        Memory.putByte(at, END);
        Memory.putInt(pack, (int) (at + 1 - pack));
        int told = Memory.getUnsignedShort(pack + 4);
        if (told != COUNT_UNKNOWN) {
            count(pack, told + more);
        }
    }

    /** The most that an integer takes. */
    public static final int INTEGER_BYTES_MAX = 10;

    /** The most that a string takes beyond its length. */
    public static final int STRING_HEAD_BYTES_MAX = 10;

    /** Puts an integer in the place of an element. There is room for {@link #INTEGER_BYTES_MAX}. */
    public static void replaceInteger(long pack, long at, long value) {
        int before = (int) (next(at) - at);
        int body = integerBytes(value);
        int bytes = body + lengthBytes(body);
        if (bytes > before) {
            open(pack, at + before, bytes - before, 0);
        } else if (bytes < before) {
            close(pack, at, before - bytes, 0);
        }
        putInteger(at, value);
    }

    // ---- Foreign bytes

    /**
     * Whether these bytes, from a stranger, are a listpack that all of the above may be used on.
     *
     * @return what is wrong, empty if nothing
     */
    public static String check(long pack, long bytes) {
        if (bytes < EMPTY_BYTES || bytes > BYTES_MAX || bytes(pack) != bytes) {
            return "length";
        }
        long end = pack + bytes - 1;
        int counted = 0;
        long at = first(pack);
        while (at < end) {
            String wrong = checkElement(at, end);
            if (!wrong.isEmpty()) {
                return wrong;
            }
            at = next(at);
            counted++;
        }
        if (at != end || !isEnd(end)) {
            return "end";
        }
        int told = Memory.getUnsignedShort(pack + 4);
        return told == COUNT_UNKNOWN || told == counted ? "" : "count";
    }

    private static String checkElement(long at, long end) {
        int kind = Memory.getUnsignedByte(at);
        if (kind > INT_64) {
            return "element kind " + kind;
        }
        int head = isString(kind) ? stringHead(kind) : 1;
        if (head > end - at) {
            return "element's end";
        }
        if (kind == STRING_32 && (Memory.getInt(at + 1) < 0 || Memory.getInt(at + 1) > end - at)) {
            return "element's length";
        }
        int body = bodyBytes(at);
        int length = lengthBytes(body);
        if ((long) body + length > end - at) {
            return "element's end";
        }
        for (int i = 0; i < length; i++) {
            int part = body >>> 7 * (length - 1 - i) & 0x7f;
            if (Memory.getUnsignedByte(at + body + i) != (i == 0 ? part : part | 0x80)) {
                return "element's length behind it";
            }
        }
        return "";
    }
}
