package dev.millrace.kv.hyperloglog;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Refusal;

/**
 * A HyperLogLog under change: a copy of the string that it is, in Redis's format.
 *
 * <pre>
 * "HYLL" | u8 0 dense, 1 sparse | 3 bytes | u64 count, the highest bit: outdated | registers
 * </pre>
 */
final class Sketch {
    static final int HEAD_BYTES = 16;
    static final int DENSE_BYTES = HEAD_BYTES + Dense.BYTES;

    /** Of a sparse one in which every register is a run of two bytes. */
    static final int BYTES_MAX = HEAD_BYTES + 2 * Registers.COUNT;

    private static final int MAGIC = 'H' | 'Y' << 8 | 'L' << 16 | 'L' << 24;
    private static final int FORM_AT = 4;
    static final int COUNT_AT = 8;
    private static final int OUTDATED_AT = 15;
    private static final int OUTDATED = 0x80;
    private static final int DENSE = 0;
    private static final int SPARSE = 1;

    private final NativeBuffer bytes;
    private final long sparseBytesMax;

    /**
     * @param bytes where the copy is
     * @param sparseBytesMax how long it may be in the sparse form
     */
    Sketch(NativeBuffer bytes, long sparseBytesMax) {
        this.bytes = bytes;
        this.sparseBytesMax = sparseBytesMax;
    }

    // ---- Of a string, as it is

    /** Refuses a string that is no HyperLogLog; there must be something. */
    static Key require(Key key) {
        key.requireString();
        long value = key.value();
        boolean is =
                key.valueLength() >= HEAD_BYTES
                        && Memory.getInt(value) == MAGIC
                        && Memory.getUnsignedByte(value + FORM_AT) <= SPARSE
                        && (!isDense(value) || key.valueLength() == DENSE_BYTES);
        if (!is) {
            throw new Refusal("WRONGTYPE Key is not a valid HyperLogLog string value.");
        }
        return key;
    }

    static boolean isDense(long value) {
        return Memory.getUnsignedByte(value + FORM_AT) == DENSE;
    }

    /** The count that was noted when it was last counted, or negative if that is outdated. */
    static long notedCount(long value) {
        return Memory.getLong(value + COUNT_AT);
    }

    /** Raises registers, one to a byte, to what they are in a string. */
    static void mergeInto(byte[] registers, Key key) {
        long value = key.value();
        if (isDense(value)) {
            for (int i = 0; i < Registers.COUNT; i++) {
                registers[i] = (byte) Math.max(registers[i], Dense.get(value + HEAD_BYTES, i));
            }
            return;
        }
        long end = value + key.valueLength();
        requireWhole(value, end);
        int[] next = {0};
        Sparse.each(
                value + HEAD_BYTES,
                end,
                (register, length, bytes) -> {
                    for (int left = length; left > 0; left--) {
                        registers[next[0]] = (byte) Math.max(registers[next[0]], register);
                        next[0]++;
                    }
                });
    }

    private static void requireWhole(long value, long end) {
        if (!Sparse.isWhole(value + HEAD_BYTES, end)) {
            throw corrupt();
        }
    }

    private static Refusal corrupt() {
        return new Refusal("INVALIDOBJ Corrupted HLL object detected");
    }

    /** How many registers have each value. */
    static int[] histogram(Key key) {
        int[] histogram = new int[1 << 6];
        long value = key.value();
        if (isDense(value)) {
            for (int i = 0; i < Registers.COUNT; i++) {
                histogram[Dense.get(value + HEAD_BYTES, i)]++;
            }
            return histogram;
        }
        long end = value + key.valueLength();
        requireWhole(value, end);
        Sparse.each(
                value + HEAD_BYTES,
                end,
                (register, length, bytes) -> histogram[register] += length);
        return histogram;
    }

    // ---- The copy

    /** Makes it what is under a key, or an empty one. */
    void load(Key key) {
        bytes.clear();
        if (key.exists()) {
            bytes.put(key.value(), key.valueLength());
            return;
        }
        loadEmpty();
    }

    /** Makes it an empty one. */
    void loadEmpty() {
        bytes.clear();
        bytes.putInt(MAGIC);
        bytes.putInt(SPARSE);
        bytes.putLong(0);
        Sparse.putEmpty(bytes);
    }

    NativeBuffer bytes() {
        return bytes;
    }

    boolean isDense() {
        return isDense(bytes.address());
    }

    /** The count that it has noted is no longer right. */
    void outdate() {
        long at = bytes.address() + OUTDATED_AT;
        Memory.putByte(at, Memory.getUnsignedByte(at) | OUTDATED);
    }

    /** Counts an element in; true if that changes a register. */
    boolean add(long element, int length) {
        long hash = Registers.hash(element, length);
        return raise(Registers.index(hash), Registers.value(hash));
    }

    /** What a register of the dense form holds. */
    int register(int index) {
        return Dense.get(bytes.address() + HEAD_BYTES, index);
    }

    /** Makes a register at least this value; true if it was less. */
    boolean raise(int index, int value) {
        if (isDense()) {
            return Dense.raise(bytes.address() + HEAD_BYTES, index, value);
        }
        return switch (Sparse.raise(bytes, HEAD_BYTES, index, value, sparseBytesMax)) {
            case NO -> false;
            case YES -> true;
            case TOO_LONG -> {
                toDense();
                yield Dense.raise(bytes.address() + HEAD_BYTES, index, value);
            }
            case CORRUPT -> throw corrupt();
        };
    }

    /** Gives it the dense form. */
    void toDense() {
        if (isDense()) {
            return;
        }
        long end = bytes.length();
        requireWhole(bytes.address(), bytes.address() + end);
        bytes.room(DENSE_BYTES);
        long dense = bytes.address() + end;
        Memory.copy(bytes.address(), dense, HEAD_BYTES);
        Memory.putByte(dense + FORM_AT, DENSE);
        Memory.fill(dense + HEAD_BYTES, Dense.BYTES, 0);
        int[] next = {0};
        Sparse.each(
                bytes.address() + HEAD_BYTES,
                bytes.address() + end,
                (value, length, size) -> {
                    for (int left = length; left > 0; left--) {
                        Dense.raise(dense + HEAD_BYTES, next[0]++, value);
                    }
                });
        Memory.move(dense, bytes.address(), DENSE_BYTES);
        bytes.clear();
        bytes.room(DENSE_BYTES);
        bytes.advance(DENSE_BYTES);
    }
}
