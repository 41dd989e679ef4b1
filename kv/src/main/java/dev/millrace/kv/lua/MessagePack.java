package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

/**
 * The library {@code cmsgpack}: MessagePack as Salvatore Sanfilippo's lua-cmsgpack 0.4.0 writes and
 * reads it.
 */
final class MessagePack {
    /** Tables within tables beyond this are written as nil. */
    private static final int NESTING_MAX = 16;

    private static final int ELEMENTS_ROOM_MAX = 1 << 10;

    private final Interpreter lua;
    private final NativeBuffer out;

    // What is being read.
    private long at;
    private long end;

    MessagePack(Interpreter lua) {
        this.lua = lua;
        this.out = lua.buffer(256);
    }

    /** Pushes the library. */
    void push() {
        Lua.newTable(lua.main(), 0, 8);
        lua.field("pack", this::pack);
        lua.field("unpack", state -> unpackAll(state));
        lua.field("unpack_one", this::unpackOne);
        lua.field("unpack_limit", this::unpackLimit);
        lua.field("_NAME", "cmsgpack");
        lua.field("_VERSION", "lua-cmsgpack 0.4.0");
        lua.field("_COPYRIGHT", "Copyright (C) 2012, Salvatore Sanfilippo");
        lua.field("_DESCRIPTION", "MessagePack C implementation for Lua");
    }

    // ---- Writing

    private int pack(long state) {
        int arguments = Lua.top(state);
        if (arguments == 0) {
            throw LuaError.argument(0, "MessagePack pack needs input.");
        }
        out.shrink();
        for (int i = 1; i <= arguments; i++) {
            checkRoom(state, 1, "in function mp_check");
            Lua.copy(state, i);
            put(state, 0);
        }
        Lua.pushBytes(state, out.address(), out.length());
        return 1;
    }

    private static void checkRoom(long state, int values, String where) {
        if (Lua.room(state, values) == 0) {
            throw LuaError.of("stack overflow (" + where + ")");
        }
    }

    /** Writes what is on the top, and pops it. */
    private void put(long state, int level) {
        int type = Lua.type(state, -1);
        switch (type) {
            case LuaType.STRING -> {
                long text = lua.bytes(state, -1);
                putString(text, lua.found());
            }
            case LuaType.BOOLEAN -> out.putByte(Lua.toBoolean(state, -1) != 0 ? 0xc3 : 0xc2);
            case LuaType.NUMBER -> putNumber(Lua.toNumber(state, -1));
            case LuaType.TABLE -> {
                if (level == NESTING_MAX) {
                    out.putByte(0xc0);
                } else {
                    putTable(state, level);
                }
            }
            default -> out.putByte(0xc0);
        }
        Lua.pop(state, 1);
    }

    private void putString(long text, long length) {
        if (length < 32) {
            out.putByte(0xa0 | (int) length);
        } else if (length <= 0xff) {
            putHead(0xd9, length, 1);
        } else if (length <= 0xffff) {
            putHead(0xda, length, 2);
        } else {
            putHead(0xdb, length, 4);
        }
        out.put(text, length);
    }

    private void putHead(int code, long value, int bytes) {
        out.putByte(code);
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.putByte((int) (value >>> shift));
        }
    }

    private void putNumber(double number) {
        long whole = Interpreter.integer(number);
        if (whole == number && !Double.isInfinite(number)) {
            putInteger(whole);
        } else if (number == (float) number) {
            putHead(0xca, Float.floatToRawIntBits((float) number), 4);
        } else {
            putHead(0xcb, Double.doubleToRawLongBits(number), 8);
        }
    }

    private void putInteger(long value) {
        if (value >= -32 && value <= 127) {
            out.putByte((int) value);
        } else if (value >= 0) {
            putPositive(value);
        } else if (value >= Byte.MIN_VALUE) {
            putHead(0xd0, value, 1);
        } else if (value >= Short.MIN_VALUE) {
            putHead(0xd1, value, 2);
        } else if (value >= Integer.MIN_VALUE) {
            putHead(0xd2, value, 4);
        } else {
            putHead(0xd3, value, 8);
        }
    }

    private void putPositive(long value) {
        if (value <= 0xff) {
            putHead(0xcc, value, 1);
        } else if (value <= 0xffff) {
            putHead(0xcd, value, 2);
        } else if (value <= 0xffff_ffffL) {
            putHead(0xce, value, 4);
        } else {
            putHead(0xcf, value, 8);
        }
    }

    private void putTable(long state, int level) {
        if (isArray(state)) {
            long length = Lua.length(state, -1);
            putCount(length, 0x90, 0xdc);
            checkRoom(state, 1, "in function mp_encode_lua_table_as_array");
            for (int i = 1; i <= length; i++) {
                Lua.rawGet(state, -1, i);
                put(state, level + 1);
            }
        } else {
            putMap(state, level);
        }
    }

    private void putCount(long count, int small, int wide) {
        if (count <= 15) {
            out.putByte(small | (int) count);
        } else if (count <= 0xffff) {
            putHead(wide, count, 2);
        } else {
            putHead(wide + 1, count, 4);
        }
    }

    private void putMap(long state, int level) {
        checkRoom(state, 3, "in function mp_encode_lua_table_as_map");
        long count = 0;
        Lua.pushNil(state);
        while (Lua.next(state, -2) != 0) {
            Lua.pop(state, 1);
            count++;
        }
        putCount(count, 0x80, 0xde);
        Lua.pushNil(state);
        while (Lua.next(state, -2) != 0) {
            Lua.copy(state, -2);
            put(state, level + 1);
            put(state, level + 1);
        }
    }

    /** Whether the table on the top has the keys from 1 to their number and no others. */
    private static boolean isArray(long state) {
        checkRoom(state, 2, "in function table_is_an_array");
        int top = Lua.top(state);
        int count = 0;
        int most = 0;
        Lua.pushNil(state);
        while (Lua.next(state, -2) != 0) {
            Lua.pop(state, 1);
            double key = Lua.type(state, -1) == LuaType.NUMBER ? Lua.toNumber(state, -1) : 0;
            if (key <= 0 || key != (int) key) {
                Lua.top(state, top);
                return false;
            }
            most = Math.max(most, (int) key);
            count++;
        }
        Lua.top(state, top);
        return most == count;
    }

    // ---- Reading

    private int unpackAll(long state) {
        return unpack(state, 0, 0);
    }

    private int unpackOne(long state) {
        long offset = optional(state, 2);
        lua.string(state, 1); // Before there is anything where there was nothing.
        Lua.top(state, 1);
        return unpack(state, 1, offset);
    }

    private int unpackLimit(long state) {
        long limit = lua.integer(state, 2);
        long offset = optional(state, 3);
        Lua.top(state, 1);
        return unpack(state, limit, offset);
    }

    private long optional(long state, int argument) {
        return Lua.type(state, argument) <= LuaType.NIL ? 0 : lua.integer(state, argument);
    }

    private int unpack(long state, long limit, long offset) {
        long text = lua.string(state, 1);
        long length = lua.found();
        if (offset < 0 || limit < 0) {
            throw LuaError.of(
                    "Invalid request to unpack with offset of "
                            + (int) offset
                            + " and limit of "
                            + (int) length
                            + ".");
        } else if (offset > length) {
            throw LuaError.of(
                    "Start offset "
                            + (int) offset
                            + " greater than input length "
                            + (int) length
                            + ".");
        }
        boolean all = limit == 0 && offset == 0;
        long most = all ? Integer.MAX_VALUE : limit;
        at = text + offset;
        end = text + length;
        int count = 0;
        while (at < end && count < most) {
            read(state);
            count++;
        }
        if (all) {
            return count;
        }
        checkRoom(state, 1, "in function mp_unpack_full");
        Lua.pushNumber(state, at == end ? -1 : at - text);
        Lua.insert(state, 2);
        return count + 1;
    }

    private void need(long bytes) {
        if (end - at < bytes) {
            throw LuaError.of("Missing bytes in input.");
        }
    }

    /** The number behind the code, big end first; passes over both. */
    private long head(int bytes) {
        need(bytes + 1L);
        long value = 0;
        for (int i = 1; i <= bytes; i++) {
            value = value << 8 | Memory.getUnsignedByte(at + i);
        }
        at += bytes + 1;
        return value;
    }

    /** Pushes the value that comes next. */
    private void read(long state) {
        need(1);
        checkRoom(
                state,
                3,
                "too many return values at once; use unpack_one or unpack_limit instead.");
        int code = Memory.getUnsignedByte(at);
        switch (code) {
            case 0xcc -> Lua.pushNumber(state, head(1));
            case 0xcd -> Lua.pushNumber(state, head(2));
            case 0xce -> Lua.pushNumber(state, head(4));
            case 0xcf, 0xd3 -> Lua.pushNumber(state, head(8));
            case 0xd0 -> Lua.pushNumber(state, (byte) head(1));
            case 0xd1 -> Lua.pushNumber(state, (short) head(2));
            case 0xd2 -> Lua.pushNumber(state, (double) (int) head(4));
            case 0xc0 -> {
                at++;
                Lua.pushNil(state);
            }
            case 0xc2, 0xc3 -> {
                at++;
                Lua.pushBoolean(state, code & 1);
            }
            case 0xca -> Lua.pushNumber(state, Float.intBitsToFloat((int) head(4)));
            case 0xcb -> Lua.pushNumber(state, Double.longBitsToDouble(head(8)));
            case 0xd9 -> readString(state, head(1));
            case 0xda -> readString(state, head(2));
            case 0xdb -> readString(state, head(4));
            case 0xdc -> readArray(state, head(2));
            case 0xdd -> readArray(state, head(4));
            case 0xde -> readMap(state, head(2));
            case 0xdf -> readMap(state, head(4));
            default -> readSmall(state, code);
        }
    }

    private void readSmall(long state, int code) {
        if (code < 0x80 || code >= 0xe0) {
            at++;
            Lua.pushNumber(state, (long) (byte) code);
        } else if ((code & 0xe0) == 0xa0) {
            at++;
            readString(state, code & 0x1f);
        } else if ((code & 0xf0) == 0x90) {
            at++;
            readArray(state, code & 0xf);
        } else if ((code & 0xf0) == 0x80) {
            at++;
            readMap(state, code & 0xf);
        } else {
            throw LuaError.of("Bad data format in input.");
        }
    }

    private void readString(long state, long length) {
        need(length);
        Lua.pushBytes(state, at, length);
        at += length;
    }

    private void readArray(long state, long count) {
        Lua.newTable(state, (int) Math.min(count, ELEMENTS_ROOM_MAX), 0);
        for (int i = 1; i <= count; i++) {
            read(state);
            Lua.rawSet(state, -2, i);
            lua.checkMemory(i);
        }
    }

    private void readMap(long state, long count) {
        Lua.newTable(state, 0, (int) Math.min(count, ELEMENTS_ROOM_MAX));
        for (long i = 0; i < count; i++) {
            read(state);
            read(state);
            checkKey(state);
            Lua.rawSet(state, -3);
            lua.checkMemory(i);
        }
    }

    /** What Lua would raise were the key below the top one that no table has. */
    private static void checkKey(long state) {
        int type = Lua.type(state, -2);
        if (type == LuaType.NIL) {
            throw LuaError.plain("table index is nil");
        }
        if (type == LuaType.NUMBER && Double.isNaN(Lua.toNumber(state, -2))) {
            throw LuaError.plain("table index is NaN");
        }
    }
}
