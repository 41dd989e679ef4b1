package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;

/** Writes Lua's values as JSON, as {@code cjson.encode} does. */
final class JsonWriter {
    private static final byte[] NULL = ascii("null");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] FALSE = ascii("false");
    private static final byte[][] ESCAPES = escapes();

    private final Interpreter lua;
    private final NativeBuffer out;
    private JsonOptions options = JsonOptions.USUAL;

    JsonWriter(Interpreter lua) {
        this.lua = lua;
        this.out = lua.buffer(1024);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** For each byte what stands for it; empty: it stands for itself. */
    private static byte[][] escapes() {
        byte[][] escapes = new byte[256][];
        for (int c = 0; c < escapes.length; c++) {
            boolean control = c < ' ' || c == 0x7f;
            escapes[c] = ascii(control ? String.format("\\u%04x", c) : "");
        }
        String plain = "\"\\/\b\t\n\f\r";
        String letters = "\"\\/btnfr";
        for (int i = 0; i < plain.length(); i++) {
            escapes[plain.charAt(i)] = ascii("\\" + letters.charAt(i));
        }
        return escapes;
    }

    /** Replaces what is on the top by its JSON. */
    void write(long state, JsonOptions options) {
        this.options = options;
        out.shrink();
        put(state, 0);
        Lua.pushBytes(state, out.address(), out.length());
    }

    private static LuaError cannot(long state, int index, String reason) {
        return LuaError.of(
                "Cannot serialise " + LuaType.name(Lua.type(state, index)) + ": " + reason);
    }

    private void put(long state, int depth) {
        switch (Lua.type(state, -1)) {
            case LuaType.STRING -> putString(state, -1);
            case LuaType.NUMBER -> putNumber(state, -1);
            case LuaType.BOOLEAN -> out.put(Lua.toBoolean(state, -1) != 0 ? TRUE : FALSE);
            case LuaType.TABLE -> putTable(state, depth + 1);
            case LuaType.NIL -> out.put(NULL);
            case LuaType.LIGHT_USERDATA -> {
                if (Lua.toPointer(state, -1) != 0) {
                    throw cannot(state, -1, "type not supported");
                }
                out.put(NULL);
            }
            default -> throw cannot(state, -1, "type not supported");
        }
    }

    private void putString(long state, int index) {
        long at = lua.bytes(state, index);
        long length = lua.found();
        out.putByte('"');
        for (long i = 0; i < length; i++) {
            int c = Memory.getUnsignedByte(at + i);
            byte[] escape = ESCAPES[c];
            if (escape.length == 0) {
                out.putByte(c);
            } else {
                out.put(escape);
            }
        }
        out.putByte('"');
    }

    private void putNumber(long state, int index) {
        double number = Lua.toNumber(state, index);
        if (Double.isFinite(number)) {
            NumberText.put(out, number, options.precision());
            return;
        }
        switch (options.invalidNumbers()) {
            case REFUSED -> throw cannot(state, index, "must not be NaN or Inf");
            case AS_THEY_ARE -> {
                if (Double.isNaN(number)) {
                    out.putUtf8("nan");
                } else {
                    NumberText.put(out, number, options.precision());
                }
            }
            case AS_NULL -> out.put(NULL);
        }
    }

    private void putTable(long state, int depth) {
        if (depth > options.encodeDepth() || Lua.room(state, 3) == 0) {
            throw LuaError.of("Cannot serialise, excessive nesting (" + depth + ")");
        }
        int length = arrayLength(state);
        if (length > 0) {
            putArray(state, depth, length);
        } else {
            putObject(state, depth);
        }
    }

    /** The greatest index of an array on the top; -1 if it is none. */
    private int arrayLength(long state) {
        double most = 0;
        long items = 0;
        Lua.pushNil(state);
        while (Lua.next(state, -2) != 0) {
            double key = Lua.type(state, -2) == LuaType.NUMBER ? Lua.toNumber(state, -2) : 0;
            if (key < 1 || key != Math.floor(key)) {
                Lua.pop(state, 2);
                return -1;
            }
            most = Math.max(most, key);
            items++;
            Lua.pop(state, 1);
        }
        // There it is an int, which keeps the least one for what is greater.
        int length = most <= Integer.MAX_VALUE ? (int) most : Integer.MIN_VALUE;
        if (options.sparseRatio() > 0
                && length > items * options.sparseRatio()
                && length > options.sparseSafe()) {
            if (!options.sparseAsObject()) {
                throw cannot(state, -1, "excessively sparse array");
            }
            return -1;
        }
        return length;
    }

    private void putArray(long state, int depth, int length) {
        out.putByte('[');
        for (int i = 1; i <= length; i++) {
            if (i > 1) {
                out.putByte(',');
            }
            Lua.rawGet(state, -1, i);
            put(state, depth);
            Lua.pop(state, 1);
        }
        out.putByte(']');
    }

    private void putObject(long state, int depth) {
        out.putByte('{');
        boolean first = true;
        Lua.pushNil(state);
        while (Lua.next(state, -2) != 0) {
            if (!first) {
                out.putByte(',');
            }
            first = false;
            putKey(state);
            out.putByte(':');
            put(state, depth);
            Lua.pop(state, 1);
        }
        out.putByte('}');
    }

    private void putKey(long state) {
        switch (Lua.type(state, -2)) {
            case LuaType.STRING -> putString(state, -2);
            case LuaType.NUMBER -> {
                out.putByte('"');
                putNumber(state, -2);
                out.putByte('"');
            }
            default -> throw cannot(state, -2, "table key must be a number or string");
        }
    }
}
