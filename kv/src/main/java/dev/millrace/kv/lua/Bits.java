package dev.millrace.kv.lua;

import java.nio.charset.StandardCharsets;

/** The library {@code bit}: 32-bit operations, as Mike Pall's BitOp 1.0.2 has them. */
final class Bits {
    /** Added to a double it leaves the number's low 32 bits in the double's own. */
    private static final double SHIFT = 0x1.8p52;

    private static final int HEX_DIGITS = 8;

    private final Interpreter lua;

    private interface Operation {
        int of(int a, int b);
    }

    Bits(Interpreter lua) {
        this.lua = lua;
    }

    /** Pushes the library. */
    void push() {
        Lua.newTable(lua.main(), 0, 12);
        lua.field("tobit", state -> result(state, bits(state, 1)));
        lua.field("bnot", state -> result(state, ~bits(state, 1)));
        lua.field("band", state -> all(state, (a, b) -> a & b));
        lua.field("bor", state -> all(state, (a, b) -> a | b));
        lua.field("bxor", state -> all(state, (a, b) -> a ^ b));
        lua.field("lshift", state -> shift(state, (a, by) -> a << by));
        lua.field("rshift", state -> shift(state, (a, by) -> a >>> by));
        lua.field("arshift", state -> shift(state, (a, by) -> a >> by));
        lua.field("rol", state -> shift(state, Integer::rotateLeft));
        lua.field("ror", state -> shift(state, Integer::rotateRight));
        lua.field("bswap", state -> result(state, Integer.reverseBytes(bits(state, 1))));
        lua.field("tohex", this::toHex);
    }

    private int bits(long state, int argument) {
        double number = Lua.toNumber(state, argument);
        int bits = (int) Double.doubleToRawLongBits(number + SHIFT);
        if (bits == 0 && Lua.isNumber(state, argument) == 0) {
            throw Interpreter.typeError(state, argument, "number");
        }
        return bits;
    }

    private static int result(long state, int bits) {
        Lua.pushNumber(state, bits);
        return 1;
    }

    private int all(long state, Operation operation) {
        int value = bits(state, 1);
        for (int i = Lua.top(state); i > 1; i--) {
            value = operation.of(value, bits(state, i));
        }
        return result(state, value);
    }

    private int shift(long state, Operation operation) {
        int value = bits(state, 1);
        return result(state, operation.of(value, bits(state, 2) & 31));
    }

    private int toHex(long state) {
        int value = bits(state, 1);
        int wanted = Lua.type(state, 2) == LuaType.NONE ? HEX_DIGITS : bits(state, 2);
        int count = (int) Math.min(Math.abs((long) wanted), HEX_DIGITS);
        byte[] text = new byte[count];
        String symbols = wanted < 0 ? "0123456789ABCDEF" : "0123456789abcdef";
        for (int i = count - 1; i >= 0; i--) {
            text[i] =
                    symbols.substring(value & 15, (value & 15) + 1)
                            .getBytes(StandardCharsets.US_ASCII)[0];
            value >>>= 4;
        }
        lua.pushBytes(state, text);
        return 1;
    }
}
