package dev.millrace.kv.bitmap;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Decimal;

/**
 * An integer type of BITFIELD, i1 to i64 and u1 to u63, and its arithmetic. Where Redis's own wraps
 * around (a value far outside of a small signed type counts as too large even if it is far too
 * small) this does, too: {@code checkSignedBitfieldOverflow}, Redis 7.0.
 *
 * @param signed whether its highest bit is a sign
 * @param bits its width
 */
record FieldType(boolean signed, int bits) {
    /** What becomes of a value that does not fit. */
    enum Overflow {
        /** Its low bits are kept. */
        WRAP,
        /** The nearest value that fits is taken. */
        SAT,
        /** Nothing is done, and the answer is null. */
        FAIL
    }

    static FieldType parse(Call call, int index) {
        long address = call.address(index);
        int length = call.length(index);
        int kind = length == 0 ? 0 : Memory.getByte(address);
        boolean signed = kind == 'i';
        boolean isNumber = (signed || kind == 'u') && Decimal.isLong(address + 1, length - 1);
        long bits = isNumber ? Decimal.parse(address + 1, length - 1) : 0;
        if (bits < 1 || bits > (signed ? 64 : 63)) {
            throw new Refusal(
                    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not"
                            + " supported but i64 is.");
        }
        return new FieldType(signed, (int) bits);
    }

    private long most() {
        return (1L << (signed ? bits - 1 : bits)) - 1;
    }

    private long least() {
        return signed ? -most() - 1 : 0;
    }

    /** The value of the type that has these bits: the sign goes to the bits above. */
    long ofBits(long raw) {
        int above = 64 - bits;
        return signed ? raw << above >> above : raw << above >>> above;
    }

    /** 1 if {@code value + increment} is too large for the type, -1 if too small, else 0. */
    int overflow(long value, long increment) {
        long room = most() - value;
        long roomBelow = least() - value;
        boolean over;
        boolean under;
        if (signed) {
            over =
                    value > most()
                            || bits != 64 && increment > room
                            || value >= 0 && increment > 0 && increment > room;
            under =
                    value < least()
                            || bits != 64 && increment < roomBelow
                            || value < 0 && increment < 0 && increment < roomBelow;
        } else {
            over = Long.compareUnsigned(value, most()) > 0 || increment > 0 && increment > room;
            under = increment < 0 && increment < roomBelow;
        }
        return over ? 1 : under ? -1 : 0;
    }

    /** The sum, made to fit. */
    long sum(long value, long increment, Overflow overflow) {
        int direction = overflow == Overflow.SAT ? overflow(value, increment) : 0;
        if (direction != 0) {
            return direction > 0 ? most() : least();
        }
        return ofBits(value + increment);
    }
}
