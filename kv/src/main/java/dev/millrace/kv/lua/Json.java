package dev.millrace.kv.lua;

import dev.millrace.kv.lua.JsonOptions.Invalid;

import java.util.List;

/**
 * The library {@code cjson}, as Mark Pulford's lua-cjson 2.1.0 has it. What a script chooses is
 * kept in a table of Lua's that is the functions' upvalue: so a library of a script's own ({@code
 * cjson.new()}) is collected when it is not reachable any more.
 */
final class Json {
    // The places of the options in their table.
    private static final int SPARSE_CONVERT = 1;
    private static final int SPARSE_RATIO = 2;
    private static final int SPARSE_SAFE = 3;
    private static final int ENCODE_DEPTH = 4;
    private static final int PRECISION = 5;
    private static final int ENCODE_INVALID = 6;
    private static final int DECODE_DEPTH = 7;
    private static final int DECODE_INVALID = 8;
    private static final int KEEP_BUFFER = 9;

    /** 0, 1 and so on of each option, from {@link #SPARSE_CONVERT} on. */
    private static final int[] USUAL = {0, 2, 10, 1000, 14, 0, 1000, 1, 1};

    /** The place in an options' table that says whether they are the usual ones. */
    private static final int CHANGED = USUAL.length + 1;

    private static final int PRECISION_MAX = 14;

    private final Interpreter lua;
    private final JsonWriter writer;
    private final JsonReader reader;
    private final List<Function> functions;

    private record Function(String name, long stub) {}

    Json(Interpreter lua) {
        this.lua = lua;
        this.writer = new JsonWriter(lua);
        this.reader = new JsonReader(lua);
        this.functions =
                List.of(
                        function("encode", this::encode),
                        function("decode", this::decode),
                        function("encode_sparse_array", this::sparse),
                        function(
                                "encode_max_depth",
                                state -> one(state, ENCODE_DEPTH, 1, Integer.MAX_VALUE)),
                        function(
                                "decode_max_depth",
                                state -> one(state, DECODE_DEPTH, 1, Integer.MAX_VALUE)),
                        function(
                                "encode_number_precision",
                                state -> one(state, PRECISION, 1, PRECISION_MAX)),
                        function("encode_keep_buffer", state -> choice(state, KEEP_BUFFER, false)),
                        function(
                                "encode_invalid_numbers",
                                state -> choice(state, ENCODE_INVALID, true)),
                        function(
                                "decode_invalid_numbers",
                                state -> choice(state, DECODE_INVALID, false)),
                        function("new", this::another));
    }

    private Function function(String name, LuaFunction does) {
        return new Function(name, lua.stub(does));
    }

    /** Pushes a library of its own options. */
    void push(long state) {
        Lua.newTable(state, 0, functions.size() + 3);
        Lua.newTable(state, USUAL.length, 0);
        for (int i = 0; i < USUAL.length; i++) {
            Lua.pushNumber(state, USUAL[i]);
            Lua.rawSet(state, -2, i + 1);
        }
        for (Function function : functions) {
            lua.pushText(state, function.name);
            Lua.copy(state, -2);
            Lua.pushFunction(state, function.stub, 1);
            Lua.rawSet(state, -4);
        }
        Lua.pop(state, 1);
        lua.pushText(state, "null");
        Lua.pushPointer(state, 0);
        Lua.rawSet(state, -3);
        text(state, "_NAME", "cjson");
        text(state, "_VERSION", "2.1.0");
    }

    private void text(long state, String name, String value) {
        lua.pushText(state, name);
        lua.pushText(state, value);
        Lua.rawSet(state, -3);
    }

    private int another(long state) {
        push(state);
        return 1;
    }

    private int encode(long state) {
        expectOne(state);
        writer.write(state, options(state));
        return 1;
    }

    private int decode(long state) {
        expectOne(state);
        reader.read(state, options(state));
        return 1;
    }

    private static void expectOne(long state) {
        if (Lua.top(state) != 1) {
            throw LuaError.argument(1, "expected 1 argument");
        }
    }

    // ---- Options

    private static int get(long state, int option) {
        Lua.rawGet(state, Lua.UPVALUE, option);
        int value = (int) Lua.toNumber(state, -1);
        Lua.pop(state, 1);
        return value;
    }

    private static void set(long state, int option, int value) {
        Lua.pushNumber(state, value);
        Lua.rawSet(state, Lua.UPVALUE, option);
        Lua.pushNumber(state, 1);
        Lua.rawSet(state, Lua.UPVALUE, CHANGED);
    }

    private static JsonOptions options(long state) {
        if (get(state, CHANGED) == 0) {
            return JsonOptions.USUAL;
        }
        return new JsonOptions(
                get(state, SPARSE_CONVERT) != 0,
                get(state, SPARSE_RATIO),
                get(state, SPARSE_SAFE),
                get(state, ENCODE_DEPTH),
                get(state, PRECISION),
                invalid(get(state, ENCODE_INVALID)),
                get(state, DECODE_DEPTH),
                get(state, DECODE_INVALID) != 0);
    }

    private static Invalid invalid(int value) {
        return switch (value) {
            case 0 -> Invalid.REFUSED;
            case 1 -> Invalid.AS_THEY_ARE;
            default -> Invalid.AS_NULL;
        };
    }

    private static void expectAtMost(long state, int arguments) {
        if (Lua.top(state) > arguments) {
            throw LuaError.argument(arguments + 1, "found too many arguments");
        }
        Lua.top(state, arguments);
    }

    private int sparse(long state) {
        expectAtMost(state, 3);
        pushChoice(state, 1, SPARSE_CONVERT, false);
        pushNumber(state, 2, SPARSE_RATIO, 0, Integer.MAX_VALUE);
        pushNumber(state, 3, SPARSE_SAFE, 0, Integer.MAX_VALUE);
        return 3;
    }

    private int one(long state, int option, int least, int most) {
        expectAtMost(state, 1);
        pushNumber(state, 1, option, least, most);
        return 1;
    }

    private int choice(long state, int option, boolean orNull) {
        expectAtMost(state, 1);
        pushChoice(state, 1, option, orNull);
        return 1;
    }

    private void pushNumber(long state, int argument, int option, int least, int most) {
        if (Lua.type(state, argument) != LuaType.NIL) {
            int wanted = (int) lua.integer(state, argument);
            if (wanted < least || wanted > most) {
                throw LuaError.argument(1, "expected integer between " + least + " and " + most);
            }
            set(state, option, wanted);
        }
        Lua.pushNumber(state, get(state, option));
    }

    /** An option that is off or on, or, for some, null. */
    private void pushChoice(long state, int argument, int option, boolean orNull) {
        int type = Lua.type(state, argument);
        if (type == LuaType.BOOLEAN) {
            set(state, option, Lua.toBoolean(state, argument));
        } else if (type != LuaType.NIL) {
            set(state, option, named(state, argument, orNull));
        }
        int value = get(state, option);
        if (value == 2) {
            lua.pushText(state, "null");
        } else {
            Lua.pushBoolean(state, value);
        }
    }

    private int named(long state, int argument, boolean orNull) {
        lua.string(state, argument);
        String name = lua.text(state, argument);
        if (name.equals("off")) {
            return 0;
        } else if (name.equals("on")) {
            return 1;
        } else if (orNull && name.equals("null")) {
            return 2;
        }
        throw LuaError.argument(argument, "invalid option '" + name + "'");
    }
}
