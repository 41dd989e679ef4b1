package dev.millrace.kv.lua;

/** The types of Lua's values, by the numbers the C API has for them. */
final class LuaType {
    static final int NONE = -1;
    static final int NIL = 0;
    static final int BOOLEAN = 1;
    static final int LIGHT_USERDATA = 2;
    static final int NUMBER = 3;
    static final int STRING = 4;
    static final int TABLE = 5;
    static final int FUNCTION = 6;

    private static final String[] NAMES = {
        "no value",
        "nil",
        "boolean",
        "userdata",
        "number",
        "string",
        "table",
        "function",
        "userdata",
        "thread"
    };

    private LuaType() {}

    /** As in Lua's own error messages. */
    static String name(int type) {
        return NAMES[type + 1];
    }
}
