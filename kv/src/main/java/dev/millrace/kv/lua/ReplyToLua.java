package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.resp.Strtod;

import java.nio.charset.StandardCharsets;

/** Turns a command's reply, RESP2 or RESP3, into Lua's values, as Redis does. */
final class ReplyToLua {
    private final Interpreter lua;
    private long at;

    ReplyToLua(Interpreter lua) {
        this.lua = lua;
    }

    /** Pushes what a whole reply means. */
    void push(long state, NativeBuffer reply) {
        at = reply.address();
        value(state);
    }

    /** The address of a line's end. */
    private long lineEnd() {
        long end = at;
        while (Memory.getByte(end) != '\r') {
            end++;
        }
        return end;
    }

    private String line() {
        long end = lineEnd();
        String text = new String(Memory.bytes(at, (int) (end - at)), StandardCharsets.ISO_8859_1);
        at = end + 2;
        return text;
    }

    private long number() {
        long end = lineEnd();
        long value = Decimal.parse(at, (int) (end - at));
        at = end + 2;
        return value;
    }

    private void value(long state) {
        if (Lua.room(state, 4) == 0) {
            throw LuaError.table("ERR lua stack limit reached when parsing redis.call reply");
        }
        int kind = Memory.getByte(at++);
        switch (kind) {
            case ':' -> Lua.pushNumber(state, number());
            case '$' -> bulk(state);
            case '+' -> single(state, "ok", line());
            case '-' -> error(state, line());
            case '*', '>' -> array(state);
            case '%' -> map(state);
            case '~' -> set(state);
            case '_' -> {
                line();
                Lua.pushNil(state);
            }
            case '#' -> Lua.pushBoolean(state, line().equals("t") ? 1 : 0);
            case ',' -> {
                Lua.newTable(state, 0, 1);
                lua.pushText(state, "double");
                long end = lineEnd();
                Lua.pushNumber(state, Strtod.lenient(at, (int) (end - at)));
                at = end + 2;
                Lua.rawSet(state, -3);
            }
            case '(' -> single(state, "big_number", line());
            case '=' -> verbatim(state);
            case '|' -> withoutAttributes(state);
            default -> throw new AssertionError("a reply of the kind " + (char) kind);
        }
    }

    private void bulk(long state) {
        long length = number();
        if (length < 0) {
            Lua.pushBoolean(state, 0);
            return;
        }
        Lua.pushBytes(state, at, length);
        at += length + 2;
    }

    private void single(long state, String field, String text) {
        Lua.newTable(state, 0, 1);
        lua.pushText(state, field);
        lua.pushText(state, text);
        Lua.rawSet(state, -3);
    }

    /** The command has counted the error; whoever answers with it must not count it again. */
    private void error(long state, String text) {
        pushError(lua, state, text);
        lua.pushText(state, "ignore_error_stats_update");
        Lua.pushBoolean(state, 1);
        Lua.rawSet(state, -3);
    }

    /** Pushes the table of an error; a text of one word is no code but the message. */
    static void pushError(Interpreter lua, long state, String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
            end--;
        }
        String line = text.substring(0, end);
        Lua.newTable(state, 0, 2);
        lua.pushText(state, "err");
        lua.pushText(state, line.indexOf(' ') < 0 ? "ERR " + line : line);
        Lua.rawSet(state, -3);
    }

    private void array(long state) {
        int length = (int) number();
        if (length < 0) {
            Lua.pushBoolean(state, 0);
            return;
        }
        Lua.newTable(state, length, 0);
        for (int i = 1; i <= length; i++) {
            value(state);
            Lua.rawSet(state, -2, i);
            lua.checkMemory(i);
        }
    }

    private void map(long state) {
        int pairs = (int) number();
        Lua.newTable(state, 0, 1);
        lua.pushText(state, "map");
        Lua.newTable(state, 0, pairs);
        for (int i = 0; i < pairs; i++) {
            value(state);
            value(state);
            putOrDrop(state);
            lua.checkMemory(i);
        }
        Lua.rawSet(state, -3);
    }

    private void set(long state) {
        int members = (int) number();
        Lua.newTable(state, 0, 1);
        lua.pushText(state, "set");
        Lua.newTable(state, 0, members);
        for (int i = 0; i < members; i++) {
            value(state);
            Lua.pushBoolean(state, 1);
            putOrDrop(state);
            lua.checkMemory(i);
        }
        Lua.rawSet(state, -3);
    }

    /** Scripts do not see attributes: what stands behind them is the value. */
    private void withoutAttributes(long state) {
        for (long left = 2 * number(); left > 0; left--) {
            value(state);
            Lua.pop(state, 1);
        }
        value(state);
    }

    private static void putOrDrop(long state) {
        if (Lua.type(state, -2) == LuaType.NIL) {
            Lua.pop(state, 2);
        } else {
            Lua.rawSet(state, -3);
        }
    }

    private void verbatim(long state) {
        int length = (int) number();
        Lua.newTable(state, 0, 1);
        lua.pushText(state, "verbatim_string");
        Lua.newTable(state, 0, 2);
        lua.pushText(state, "string");
        Lua.pushBytes(state, at + 4, length - 4L);
        Lua.rawSet(state, -3);
        lua.pushText(state, "format");
        Lua.pushBytes(state, at, 3);
        Lua.rawSet(state, -3);
        Lua.rawSet(state, -3);
        at += length + 2L;
    }
}
