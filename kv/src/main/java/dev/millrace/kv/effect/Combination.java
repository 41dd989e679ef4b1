package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Item;
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
        result.advance(longest);
        take(to, longest, values[0], valueLengths[0]);
        if (operation == Operation.NOT) {
            invert(to, longest);
        }
        for (int i = 1; i < values.length; i++) {
            join(operation, to, longest, values[i], valueLengths[i]);
        }
        return result;
    }

    private static void take(long to, int bytes, long value, int length) {
        Memory.copy(value, to, length);
        Memory.fill(to + length, bytes - length, 0);
    }

    private static void invert(long to, int bytes) {
        int at = 0;
        for (; at + 8 <= bytes; at += 8) {
            Memory.putLong(to + at, ~Memory.getLong(to + at));
        }
        for (; at < bytes; at++) {
            Memory.putByte(to + at, ~Memory.getByte(to + at));
        }
    }

    /** Combines one more string into the result, source by source: plain loops over longs. */
    private static void join(Operation operation, long to, int bytes, long value, int length) {
        int whole = length & ~7;
        switch (operation) {
            case AND -> {
                for (int at = 0; at < whole; at += 8) {
                    Memory.putLong(to + at, Memory.getLong(to + at) & Memory.getLong(value + at));
                }
                for (int at = whole; at < length; at++) {
                    Memory.putByte(to + at, Memory.getByte(to + at) & Memory.getByte(value + at));
                }
                Memory.fill(to + length, bytes - length, 0);
            }
            case OR -> {
                for (int at = 0; at < whole; at += 8) {
                    Memory.putLong(to + at, Memory.getLong(to + at) | Memory.getLong(value + at));
                }
                for (int at = whole; at < length; at++) {
                    Memory.putByte(to + at, Memory.getByte(to + at) | Memory.getByte(value + at));
                }
            }
            case XOR -> {
                for (int at = 0; at < whole; at += 8) {
                    Memory.putLong(to + at, Memory.getLong(to + at) ^ Memory.getLong(value + at));
                }
                for (int at = whole; at < length; at++) {
                    Memory.putByte(to + at, Memory.getByte(to + at) ^ Memory.getByte(value + at));
                }
            }
            case NOT -> throw new AssertionError("one source");
        }
    }
}
