package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.KeyHash;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

/** The bitwise combination of strings (BITOP); shorter ones are padded with zeros. */
public final class Combination {
    /** What is done with the bits; the codes are part of the format. */
    public enum Operation {
        AND(0),
        OR(1),
        XOR(2),
        NOT(3);

        private static final Operation[] BY_CODE = values();
        private final int code;

        Operation(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Operation of(int code) {
            if (code >= BY_CODE.length) {
                throw new CorruptJournalException("kv combination: " + code);
            }
            return BY_CODE[code];
        }
    }

    private static final int INITIAL_BYTES = 256;

    private final NativeBuffer result = new NativeBuffer(INITIAL_BYTES);

    NativeBuffer of(
            Stripes stripes, int database, Operation operation, long[] keys, int[] lengths) {
        long[] values = new long[keys.length];
        int[] valueLengths = new int[keys.length];
        int longest = 0;
        for (int i = 0; i < keys.length; i++) {
            Stripe stripe = stripes.of(keys[i], lengths[i]);
            long hash = KeyHash.of(keys[i], lengths[i]);
            long item = stripe.database(database).items().find(hash, keys[i], lengths[i]);
            values[i] = item == 0 ? 0 : Item.value(item);
            valueLengths[i] = item == 0 ? 0 : Item.valueLength(item);
            longest = Math.max(longest, valueLengths[i]);
        }
        result.clear();
        long to = result.room(longest);
        int at = 0;
        for (; at + 8 <= longest; at += 8) {
            Memory.putLong(to + at, combine(operation, values, valueLengths, at, 8));
        }
        for (; at < longest; at++) {
            Memory.putByte(to + at, (int) combine(operation, values, valueLengths, at, 1));
        }
        result.advance(longest);
        return result;
    }

    private static long combine(
            Operation operation, long[] values, int[] lengths, int at, int width) {
        long bits = load(values[0], lengths[0], at, width);
        if (operation == Operation.NOT) {
            return ~bits;
        }
        for (int i = 1; i < values.length; i++) {
            long other = load(values[i], lengths[i], at, width);
            bits =
                    switch (operation) {
                        case AND -> bits & other;
                        case OR -> bits | other;
                        case XOR -> bits ^ other;
                        case NOT -> throw new AssertionError("one source");
                    };
        }
        return bits;
    }

    private static long load(long value, int length, int at, int width) {
        if (at + width <= length) {
            return width == 8 ? Memory.getLong(value + at) : Memory.getByte(value + at);
        }
        long bits = 0;
        for (int i = 0; i < width && at + i < length; i++) {
            bits |= (long) Memory.getUnsignedByte(value + at + i) << 8 * i;
        }
        return bits;
    }
}
