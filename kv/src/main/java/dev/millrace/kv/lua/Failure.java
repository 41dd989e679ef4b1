package dev.millrace.kv.lua;

import java.nio.charset.StandardCharsets;

/**
 * What a script has raised, or answers as an error.
 *
 * @param text with its code; each char is a byte
 * @param place behind the text in an answer: where it was raised, or nothing
 * @param counts false if a command has counted it already
 */
record Failure(String text, String place, boolean counts) {
    /** Of a table or a string on the top of the stack. */
    static Failure of(Interpreter lua, long state) {
        int type = Lua.type(state, -1);
        if (type != LuaType.TABLE) {
            boolean some = type == LuaType.STRING || type == LuaType.NUMBER;
            return new Failure(some ? "ERR " + lua.text(state, -1) : "ERR (null)", "", true);
        }
        String source = field(lua, state, "source");
        String line = field(lua, state, "line");
        lua.pushText(state, "ignore_error_stats_update");
        Lua.rawGet(state, -2);
        boolean counted = Lua.type(state, -1) == LuaType.BOOLEAN && Lua.toBoolean(state, -1) != 0;
        Lua.pop(state, 1);
        boolean placed = !source.isEmpty() && !line.isEmpty();
        lua.pushText(state, "err");
        Lua.rawGet(state, -2);
        int saying = Lua.type(state, -1);
        Lua.pop(state, 1);
        boolean says = saying == LuaType.STRING || saying == LuaType.NUMBER;
        return new Failure(
                says ? field(lua, state, "err") : "ERR unknown error",
                placed ? source + ":" + line + "." : "",
                !counted);
    }

    /** A string of the table on the top, as C prints it; empty if it has none. */
    private static String field(Interpreter lua, long state, String name) {
        lua.pushText(state, name);
        Lua.rawGet(state, -2);
        String text =
                new String(LuaToReply.upToZero(lua.array(state, -1)), StandardCharsets.ISO_8859_1);
        Lua.pop(state, 1);
        return text;
    }
}
