package dev.millrace.kv.lua;

import dev.millrace.kv.resp.Reply;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Answers with what a script returns, as Redis does. */
final class LuaToReply {
    private static final int MESSAGE_CHARS_MAX = 100;

    private final Interpreter lua;
    private final long state;
    private boolean plainBooleans;

    LuaToReply(Interpreter lua) {
        this.lua = lua;
        this.state = lua.main();
    }

    /**
     * Answers with what is on the top of the main thread's stack, and pops it.
     *
     * @param protocol the one that the script has chosen for its own replies
     */
    void answer(Reply reply, int protocol, ScriptHost host) {
        this.plainBooleans = protocol == 2;
        put(reply, host);
    }

    /** Answers with the error on the top of the main thread's stack that ended the script. */
    void fail(Reply reply, String name, ScriptHost host) {
        if (Lua.type(state, -1) != LuaType.TABLE) {
            String text = lua.text(state, -1);
            String shown = text.isEmpty() ? "execution failure" : text;
            String cut = shown.substring(0, Math.min(shown.length(), MESSAGE_CHARS_MAX));
            fail(reply, host, "ERR Error running script " + name + ", " + cut, true);
            return;
        }
        Failure failure = Failure.of(lua, state);
        String place =
                failure.place().isEmpty() ? "" : " script: " + name + ", on " + failure.place();
        fail(reply, host, failure.text() + place, failure.counts());
    }

    private void put(Reply reply, ScriptHost host) {
        if (Lua.room(state, 4) == 0) {
            fail(reply, host, "ERR reached lua stack limit", true);
            Lua.pop(state, 1);
            return;
        }
        switch (Lua.type(state, -1)) {
            case LuaType.STRING -> {
                long at = lua.bytes(state, -1);
                reply.bulk(at, Math.toIntExact(lua.found()));
            }
            case LuaType.BOOLEAN -> putBoolean(reply, Lua.toBoolean(state, -1) != 0);
            case LuaType.NUMBER -> reply.integer(Interpreter.integer(Lua.toNumber(state, -1)));
            case LuaType.TABLE -> putTable(reply, host);
            default -> reply.nullBulk();
        }
        Lua.pop(state, 1);
    }

    private void putBoolean(Reply reply, boolean value) {
        if (!plainBooleans) {
            reply.bool(value);
        } else if (value) {
            reply.integer(1);
        } else {
            reply.nullBulk();
        }
    }

    private static void fail(Reply reply, ScriptHost host, String error, boolean counts) {
        reply.errorBytes(error.getBytes(StandardCharsets.ISO_8859_1));
        host.failed(error, counts);
    }

    /** Pushes a field of the table on the top; returns its type. */
    private int field(String name) {
        return field(name, -1);
    }

    private int field(String name, int table) {
        lua.pushText(state, name);
        Lua.rawGet(state, table - 1);
        return Lua.type(state, -1);
    }

    private void putTable(Reply reply, ScriptHost host) {
        if (!putError(reply, host)
                && !putStatus(reply)
                && !putDouble(reply)
                && !putBigNumber(reply)
                && !putVerbatim(reply)
                && !putMap(reply, host)
                && !putSet(reply, host)) {
            putArray(reply, host);
        }
    }

    private boolean putError(Reply reply, ScriptHost host) {
        int type = field("err");
        Lua.pop(state, 1);
        if (type == LuaType.STRING) {
            Failure failure = Failure.of(lua, state);
            fail(reply, host, failure.text(), failure.counts());
        }
        return type == LuaType.STRING;
    }

    private boolean putStatus(Reply reply) {
        boolean is = field("ok") == LuaType.STRING;
        if (is) {
            reply.simpleBytes(upToZero(lua.array(state, -1)));
        }
        Lua.pop(state, 1);
        return is;
    }

    private boolean putDouble(Reply reply) {
        boolean is = field("double") == LuaType.NUMBER;
        if (is) {
            reply.number(Lua.toNumber(state, -1));
        }
        Lua.pop(state, 1);
        return is;
    }

    private boolean putBigNumber(Reply reply) {
        boolean is = field("big_number") == LuaType.STRING;
        if (is) {
            reply.bigNumber(withoutLineEnds(lua.array(state, -1)));
        }
        Lua.pop(state, 1);
        return is;
    }

    /** In RESP3 it is a line, which it must not end. */
    private static byte[] withoutLineEnds(byte[] text) {
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\r' || text[i] == '\n') {
                text[i] = ' ';
            }
        }
        return text;
    }

    private boolean putVerbatim(Reply reply) {
        int top = Lua.top(state);
        boolean is =
                field("verbatim_string") == LuaType.TABLE
                        && field("format") == LuaType.STRING
                        && field("string", -2) == LuaType.STRING;
        if (is) {
            byte[] text = lua.array(state, -1);
            reply.verbatim(upToZero(lua.array(state, -2)), text);
        }
        Lua.top(state, top);
        return is;
    }

    private boolean putMap(Reply reply, ScriptHost host) {
        boolean is = field("map") == LuaType.TABLE;
        if (is) {
            reply.map(entries());
            Lua.pushNil(state);
            while (Lua.next(state, -2) != 0) {
                Lua.copy(state, -2);
                put(reply, host);
                put(reply, host);
            }
        }
        Lua.pop(state, 1);
        return is;
    }

    private boolean putSet(Reply reply, ScriptHost host) {
        boolean is = field("set") == LuaType.TABLE;
        if (is) {
            reply.set(entries());
            Lua.pushNil(state);
            while (Lua.next(state, -2) != 0) {
                Lua.pop(state, 1);
                Lua.copy(state, -1);
                put(reply, host);
            }
        }
        Lua.pop(state, 1);
        return is;
    }

    private int entries() {
        int entries = 0;
        Lua.pushNil(state);
        while (Lua.next(state, -2) != 0) {
            Lua.pop(state, 1);
            entries++;
        }
        return entries;
    }

    private void putArray(Reply reply, ScriptHost host) {
        int length = 0;
        boolean more = true;
        while (more) {
            Lua.rawGet(state, -1, length + 1);
            more = Lua.type(state, -1) != LuaType.NIL;
            Lua.pop(state, 1);
            length += more ? 1 : 0;
        }
        reply.array(length);
        for (int i = 1; i <= length; i++) {
            Lua.rawGet(state, -1, i);
            put(reply, host);
        }
    }

    /** As C prints it. */
    static byte[] upToZero(byte[] text) {
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        return end == text.length ? text : Arrays.copyOf(text, end);
    }
}
