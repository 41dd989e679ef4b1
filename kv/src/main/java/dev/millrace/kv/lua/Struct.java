package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.util.Arrays;

/**
 * The library {@code struct}: values in the forms of C's structures, as Roberto Ierusalimschy's
 * struct 0.3 writes and reads them on Linux with 64 bits.
 */
final class Struct {
    private static final int INTEGER_BYTES_MAX = 32;
    private static final int ALIGNMENT_USUAL = 8;

    private final Interpreter lua;
    private final NativeBuffer out;

    // The format that is being read, and how it wants numbers.
    private byte[] format = {};
    private int at;
    private boolean little = true;
    private int alignment = 1;

    Struct(Interpreter lua) {
        this.lua = lua;
        this.out = lua.buffer(256);
    }

    /** Pushes the library. */
    void push() {
        Lua.newTable(lua.main(), 0, 3);
        lua.field("pack", this::pack);
        lua.field("unpack", this::unpack);
        lua.field("size", this::size);
    }

    // ---- Formats

    private void begin(long state) {
        lua.string(state, 1);
        byte[] whole = lua.array(state, 1);
        int end = 0;
        while (end < whole.length && whole[end] != 0) {
            end++;
        }
        format = Arrays.copyOf(whole, end);
        at = 0;
        little = true;
        alignment = 1;
    }

    private boolean hasMore() {
        return at < format.length;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private int number(int otherwise) {
        if (!hasMore() || !isDigit(format[at])) {
            return otherwise;
        }
        int value = 0;
        while (hasMore() && isDigit(format[at])) {
            int digit = format[at++] - '0';
            if (value > Integer.MAX_VALUE / 10 || value * 10 > Integer.MAX_VALUE - digit - '0') {
                // As it is written there: the digit's character is what is compared.
                if (value > Integer.MAX_VALUE / 10
                        || (long) value * 10 > (long) Integer.MAX_VALUE - digit) {
                    throw LuaError.of("integral size overflow");
                }
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private int optionBytes(int option) {
        return switch (option) {
            case 'B', 'b', 'x' -> 1;
            case 'H', 'h' -> 2;
            case 'L', 'l', 'T', 'd' -> 8;
            case 'f' -> 4;
            case 'c' -> number(1);
            case 'i', 'I' -> {
                int bytes = number(4);
                if (bytes > INTEGER_BYTES_MAX) {
                    throw LuaError.of(
                            "integral size "
                                    + bytes
                                    + " is larger than limit of "
                                    + INTEGER_BYTES_MAX);
                }
                yield bytes;
            }
            default -> 0;
        };
    }

    /** Bytes to the place where a value of this size may stand. */
    private int toAlign(long position, int option, int bytes) {
        if (bytes == 0 || option == 'c') {
            return 0;
        }
        int unit = Math.min(bytes, alignment);
        return (int) (unit - (position & (unit - 1))) & (unit - 1);
    }

    private void control(int option) {
        switch (option) {
            case ' ' -> {}
            case '>' -> little = false;
            case '<' -> little = true;
            case '!' -> {
                int wanted = number(ALIGNMENT_USUAL);
                if (Integer.bitCount(wanted) != 1) {
                    throw LuaError.of("alignment " + wanted + " is not a power of 2");
                }
                alignment = wanted;
            }
            default ->
                    throw LuaError.argument(
                            1, "invalid format option '" + (char) (option & 0xff) + "'");
        }
    }

    // ---- Writing

    private int pack(long state) {
        begin(state);
        out.shrink();
        Lua.pushNil(state); // So that one argument too few is nil, as there.
        int argument = 2;
        while (hasMore()) {
            int option = format[at++];
            int bytes = optionBytes(option);
            zeros(toAlign(out.length(), option, bytes));
            switch (option) {
                case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I' ->
                        putInteger(lua.number(state, argument++), bytes);
                case 'x' -> out.putByte(0);
                case 'f' ->
                        putBits(
                                Float.floatToRawIntBits((float) lua.number(state, argument++)),
                                bytes);
                case 'd' ->
                        putBits(Double.doubleToRawLongBits(lua.number(state, argument++)), bytes);
                case 'c', 's' -> {
                    putString(state, argument, option, bytes);
                    argument++;
                }
                default -> control(option);
            }
        }
        Lua.pushBytes(state, out.address(), out.length());
        return 1;
    }

    private void zeros(int count) {
        for (int i = 0; i < count; i++) {
            out.putByte(0);
        }
    }

    private void putInteger(double number, int bytes) {
        // C's conversion to an unsigned long, as compilers for x86-64 do it.
        long value = number < 0x1p63 ? Interpreter.integer(number) : unsigned(number);
        putBits(value, bytes);
    }

    private static long unsigned(double number) {
        return number < 0x1p64 ? (long) (number - 0x1p63) ^ Long.MIN_VALUE : 0;
    }

    private void putBits(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            int place = little ? i : bytes - 1 - i;
            out.putByte(place < Long.BYTES ? (int) (value >>> 8 * place) : 0);
        }
    }

    private void putString(long state, int argument, int option, int wanted) {
        long text = lua.string(state, argument);
        long length = lua.found();
        long bytes = wanted == 0 ? length : wanted;
        if (length < bytes) {
            throw LuaError.argument(argument + 1, "string too short");
        }
        out.put(text, bytes);
        if (option == 's') {
            out.putByte(0);
        }
    }

    // ---- Reading

    private int unpack(long state) {
        begin(state);
        long data = lua.string(state, 2);
        long length = lua.found();
        int third = Lua.type(state, 3);
        long position = third <= LuaType.NIL ? 1 : lua.integer(state, 3);
        if (position == 0) {
            throw LuaError.argument(3, "offset must be 1 or greater");
        }
        position--; // A negative one is unsigned there: too large.
        int results = 0;
        while (hasMore()) {
            int option = format[at++];
            int bytes = optionBytes(option);
            position += toAlign(position, option, bytes);
            checkData(position, bytes, length);
            if (Lua.room(state, 2) == 0) {
                throw LuaError.of("stack overflow (too many results)");
            }
            switch (option) {
                case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I' -> {
                    pushInteger(state, data + position, option, bytes);
                    results++;
                }
                case 'x' -> {}
                case 'f' -> {
                    int bits = (int) bits(data + position, bytes);
                    Lua.pushNumber(state, Float.intBitsToFloat(bits));
                    results++;
                }
                case 'd' -> {
                    Lua.pushNumber(state, Double.longBitsToDouble(bits(data + position, bytes)));
                    results++;
                }
                case 'c' -> {
                    long wanted = bytes;
                    if (bytes == 0) {
                        if (results == 0 || Lua.isNumber(state, -1) == 0) {
                            throw LuaError.of("format 'c0' needs a previous size");
                        }
                        wanted = Interpreter.integer(Lua.toNumber(state, -1));
                        Lua.pop(state, 1);
                        results--;
                        checkData(position, wanted, length);
                    }
                    Lua.pushBytes(state, data + position, wanted);
                    results++;
                    position += wanted - bytes;
                }
                case 's' -> {
                    long end = position;
                    while (end < length && Memory.getByte(data + end) != 0) {
                        end++;
                    }
                    if (end == length) {
                        throw LuaError.of("unfinished string in data");
                    }
                    Lua.pushBytes(state, data + position, end - position);
                    results++;
                    position = end + 1;
                }
                default -> control(option);
            }
            position += bytes;
        }
        Lua.pushNumber(state, position + 1);
        return results + 1;
    }

    private static void checkData(long position, long bytes, long length) {
        if (bytes < 0 || bytes > length || position < 0 || position > length - bytes) {
            throw LuaError.argument(2, "data string too short");
        }
    }

    /** The number there; of a longer one the low eight bytes, as shifts leave them in C. */
    private long bits(long from, int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            int place = little ? bytes - 1 - i : i;
            value = value << 8 | Memory.getUnsignedByte(from + place);
        }
        return value;
    }

    private void pushInteger(long state, long from, int option, int bytes) {
        long value = bits(from, bytes);
        boolean signed = option >= 'a';
        if (signed) {
            // A shift counts modulo 64, in C on these processors as in Java.
            long sign = -1L << bytes * 8 - 1;
            Lua.pushNumber(state, (value & sign) != 0 ? value | sign : value);
        } else {
            Lua.pushNumber(state, value >= 0 ? value : (value >>> 1 | value & 1) * 2.0);
        }
    }

    private int size(long state) {
        begin(state);
        long position = 0;
        while (hasMore()) {
            int option = format[at++];
            int bytes = optionBytes(option);
            position += toAlign(position, option, bytes);
            if (option == 's') {
                throw LuaError.argument(1, "option 's' has no fixed size");
            } else if (option == 'c' && bytes == 0) {
                throw LuaError.argument(1, "option 'c0' has no fixed size");
            }
            if (!Character.isLetterOrDigit(option)) {
                control(option);
            }
            position += bytes;
        }
        Lua.pushNumber(state, position);
        return 1;
    }
}
