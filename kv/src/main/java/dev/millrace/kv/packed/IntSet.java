package dev.millrace.kv.packed;

import dev.millrace.kernel.memory.Memory;

/**
 * A set of integers in ascending order, in one run of bytes, each as wide as the widest needs. It
 * is the form in which Redis writes such sets to its dump files.
 *
 * <pre>
 * u32 bytes an integer: 2, 4 or 8 | u32 integers | integer...      little-endian
 * </pre>
 *
 * <p>{@code set} is where it begins. Methods that make it longer need the room behind it.
 */
public final class IntSet {
    public static final int EMPTY_BYTES = 8;

    private IntSet() {}

    public static void init(long set) {
        Memory.putInt(set, Short.BYTES);
        Memory.putInt(set + 4, 0);
    }

    public static int count(long set) {
        return Memory.getInt(set + 4);
    }

    public static int bytes(long set) {
        return EMPTY_BYTES + count(set) * width(set);
    }

    private static int width(long set) {
        return Memory.getInt(set);
    }

    private static int widthOf(long value) {
        if (value == (short) value) {
            return Short.BYTES;
        }
        return value == (int) value ? Integer.BYTES : Long.BYTES;
    }

    /** How long it is when a value is added that it does not have. */
    public static int bytesWith(long set, long value) {
        return EMPTY_BYTES + (count(set) + 1) * Math.max(width(set), widthOf(value));
    }

    /** The integer at an index, which there is. */
    public static long get(long set, int index) {
        return get(set, width(set), index);
    }

    private static long get(long set, int width, int index) {
        long at = set + EMPTY_BYTES + (long) index * width;
        return switch (width) {
            case Short.BYTES -> (short) Memory.getUnsignedShort(at);
            case Integer.BYTES -> Memory.getInt(at);
            default -> Memory.getLong(at);
        };
    }

    private static void put(long set, int width, int index, long value) {
        long at = set + EMPTY_BYTES + (long) index * width;
        switch (width) {
            case Short.BYTES -> Memory.putShort(at, (int) value);
            case Integer.BYTES -> Memory.putInt(at, (int) value);
            default -> Memory.putLong(at, value);
        }
    }

    /** Where a value is; if it is not there, {@code -1 -} where it would be. */
    public static int find(long set, long value) {
        int width = width(set);
        int low = 0;
        int high = count(set) - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            long found = get(set, width, middle);
            if (found < value) {
                low = middle + 1;
            } else if (found > value) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -1 - low;
    }

    /** Adds a value that it does not have. There is room for {@link #bytesWith}. */
    public static void add(long set, long value) {
        int place = -1 - find(set, value);
        int count = count(set);
        int width = width(set);
        int wanted = Math.max(width, widthOf(value));
        if (wanted > width) {
            // From the end, for each lands behind where it was. The value is the least or greatest.
            for (int i = count - 1; i >= 0; i--) {
                put(set, wanted, value < 0 ? i + 1 : i, get(set, width, i));
            }
            Memory.putInt(set, wanted);
        } else {
            long at = set + EMPTY_BYTES + (long) place * width;
            Memory.move(at, at + width, (long) (count - place) * width);
        }
        put(set, wanted, place, value);
        Memory.putInt(set + 4, count + 1);
    }

    /** Takes out what is at an index. */
    public static void remove(long set, int index) {
        int width = width(set);
        int count = count(set);
        long at = set + EMPTY_BYTES + (long) index * width;
        Memory.move(at + width, at, (long) (count - index - 1) * width);
        Memory.putInt(set + 4, count - 1);
    }

    /**
     * Whether these bytes, from a stranger, are a set that all of the above may be used on.
     *
     * @return what is wrong, empty if nothing
     */
    public static String check(long set, long bytes) {
        if (bytes < EMPTY_BYTES) {
            return "length";
        }
        int width = width(set);
        if (width != Short.BYTES && width != Integer.BYTES && width != Long.BYTES) {
            return "bytes an integer: " + width;
        }
        int count = count(set);
        if (count < 0 || EMPTY_BYTES + (long) count * width != bytes) {
            return "length";
        }
        for (int i = 1; i < count; i++) {
            if (get(set, width, i - 1) >= get(set, width, i)) {
                return "order";
            }
        }
        return "";
    }
}
