package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.RedisVersion;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The table {@code redis}, and the numbers of {@code math.random}. */
final class RedisApi {
    /** What a script sees of a fault of ours; it ends, and the fault is thrown on. */
    static final String FAULT = "ERR internal error";

    private static final int PLACE_BYTES = 8;
    private static final int NUMBER_DIGITS = 17;
    private static final int ANSWER_BYTES = 1024;

    // The generator of drand48: X = X * A + C modulo 2^48.
    private static final long RANDOM_A = 0x5DEECE66DL;
    private static final long RANDOM_C = 0xB;
    private static final long RANDOM_MASK = (1L << 48) - 1;
    private static final long RANDOM_FIRST = 0x1234_ABCD_330EL;
    private static final int RANDOM_LOW = 0x330E;

    private final Interpreter lua;
    private final ReplyToLua replies;
    private final NativeBuffer arguments;
    private final NativeBuffer answer;
    private final Request request = Request.view();
    private final LibraryLoading loading;
    private @Nullable ScriptHost host;
    private int protocol = 2;
    private boolean calls;
    private long random = RANDOM_FIRST;

    RedisApi(Interpreter lua, LibraryLoading loading) {
        this.lua = lua;
        this.arguments = lua.buffer(256);
        this.answer = lua.buffer(ANSWER_BYTES);
        this.replies = new ReplyToLua(lua);
        this.loading = loading;
    }

    /** A script begins, or, with null, none runs any more. */
    void host(@Nullable ScriptHost running) {
        host = running;
        protocol = 2;
    }

    @Nullable ScriptHost host() {
        return host;
    }

    /** The protocol that the script has chosen for the replies to its commands. */
    int protocol() {
        return protocol;
    }

    private ScriptHost running(String what) {
        ScriptHost running = host;
        if (running == null) {
            throw LuaError.table("ERR " + what + " can only be called inside a script invocation");
        }
        return running;
    }

    // ---- The tables

    /** Pushes what scripts have. */
    void pushForScripts() {
        pushForFunctions();
        lua.field(
                "breakpoint",
                state -> {
                    Lua.pushBoolean(state, 0); // There is no debugger.
                    return 1;
                });
        lua.field("debug", state -> 0);
        lua.field(
                "replicate_commands",
                state -> {
                    Lua.pushBoolean(state, 1);
                    return 1;
                });
    }

    /** Pushes what functions have. */
    void pushForFunctions() {
        Lua.newTable(lua.main(), 0, 32);
        lua.field("call", state -> call(state, true));
        lua.field("pcall", state -> call(state, false));
        logAndVersion();
        lua.field("setresp", this::setProtocol);
        lua.field("sha1hex", this::sha1hex);
        lua.field("error_reply", this::errorReply);
        lua.field("status_reply", this::statusReply);
        lua.field("set_repl", this::setReplication);
        lua.field("REPL_NONE", 0);
        lua.field("REPL_AOF", 1);
        lua.field("REPL_SLAVE", 2);
        lua.field("REPL_REPLICA", 2);
        lua.field("REPL_ALL", 3);
        lua.field("acl_check_cmd", this::permits);
    }

    /** Pushes what a library has while it is loaded. */
    void pushForLoading() {
        Lua.newTable(lua.main(), 0, 8);
        lua.field("register_function", loading::register);
        logAndVersion();
    }

    private void logAndVersion() {
        lua.field("log", this::log);
        lua.field("LOG_DEBUG", 0);
        lua.field("LOG_VERBOSE", 1);
        lua.field("LOG_NOTICE", 2);
        lua.field("LOG_WARNING", 3);
        lua.field("REDIS_VERSION_NUM", versionNumber());
        lua.field("REDIS_VERSION", RedisVersion.TEXT);
    }

    /** A byte for each part of the version. */
    private static int versionNumber() {
        int number = 0;
        for (String part : RedisVersion.TEXT.split("\\.")) {
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }

    // ---- Commands

    private int call(long state, boolean raises) {
        ScriptHost running = running("redis.call/pcall");
        String wrong = takeArguments(state);
        String refused = null;
        if (wrong == null) {
            answer.shrink();
            refused = runs(running);
            if (refused == null) {
                replies.push(state, answer);
                return raises && isError() ? raise() : 1;
            }
        }
        ReplyToLua.pushError(lua, state, wrong == null ? String.valueOf(refused) : wrong);
        if (refused != null) {
            lua.pushText(state, "ignore_error_stats_update");
            Lua.pushBoolean(state, 1);
            Lua.rawSet(state, -3);
        }
        return raises ? raise() : 1;
    }

    private @Nullable String runs(ScriptHost running) {
        if (lua.hasFault()) {
            return FAULT;
        }
        if (calls) {
            return "ERR luaRedisGenericCommand() recursive call detected. Are you doing funny stuff"
                    + " with Lua debug hooks?";
        }
        calls = true;
        try {
            return running.call(request, answer, protocol);
        } finally {
            calls = false;
        }
    }

    private static int raise() {
        throw LuaError.value();
    }

    private boolean isError() {
        return Memory.getByte(answer.address()) == '-';
    }

    /** Makes the request of the arguments; returns what is wrong with them, or null. */
    private @Nullable String takeArguments(long state) {
        int count = Lua.top(state);
        if (count == 0) {
            return "ERR Please specify at least one argument for this redis lib call";
        }
        arguments.shrink();
        long placesBytes = (long) count * PLACE_BYTES;
        arguments.room(placesBytes);
        arguments.advance(placesBytes);
        boolean strings = true;
        for (int i = 1; strings && i <= count; i++) {
            strings = takeArgument(state, i, placesBytes);
        }
        Lua.top(state, 0);
        if (!strings) {
            return "ERR Lua redis lib command arguments must be strings or integers";
        }
        request.show(arguments.address(), count);
        return null;
    }

    private boolean takeArgument(long state, int index, long placesBytes) {
        long begin = arguments.length();
        if (Lua.type(state, index) == LuaType.NUMBER) {
            NumberText.put(arguments, Lua.toNumber(state, index), NUMBER_DIGITS);
        } else {
            long at = lua.bytes(state, index);
            if (at == 0) {
                return false;
            }
            // Where an argument begins is said in four bytes.
            if (begin + lua.found() > Integer.MAX_VALUE) {
                throw LuaError.table("ERR the arguments of a command are too long together");
            }
            arguments.put(at, lua.found());
        }
        long place = arguments.address() + (long) (index - 1) * PLACE_BYTES;
        Memory.putInt(place, (int) (begin - placesBytes));
        Memory.putInt(place + 4, (int) (arguments.length() - begin));
        return true;
    }

    private int permits(long state) {
        ScriptHost running = running("redis.acl_check_cmd");
        String wrong = takeArguments(state);
        if (wrong != null) {
            throw LuaError.table(wrong);
        }
        Boolean may = running.permits(request);
        if (may == null) {
            throw LuaError.table("ERR Invalid command passed to redis.acl_check_cmd()");
        }
        Lua.pushBoolean(state, may ? 1 : 0);
        return 1;
    }

    // ---- The rest

    private int log(long state) {
        int count = Lua.top(state);
        if (count < 2) {
            throw LuaError.table("ERR redis.log() requires two arguments or more.");
        }
        if (Lua.isNumber(state, 1) == 0) {
            throw LuaError.table("ERR First argument must be a number (log level).");
        }
        int level = Interpreter.int32(Lua.toNumber(state, 1));
        if (level < 0 || level > 3) {
            throw LuaError.table("ERR Invalid debug level.");
        }
        StringBuilder text = new StringBuilder();
        for (int i = 2; i <= count; i++) {
            if (lua.bytes(state, i) != 0) {
                text.append(i > 2 ? " " : "").append(lua.text(state, i));
            }
        }
        ScriptHost running = host;
        if (running != null) {
            running.log(level, text.toString());
        } else {
            loading.log(level, text.toString());
        }
        return 0;
    }

    private int setProtocol(long state) {
        running("redis.setresp");
        if (Lua.top(state) != 1) {
            throw LuaError.table("ERR redis.setresp() requires one argument.");
        }
        int wanted = Interpreter.int32(Lua.toNumber(state, 1));
        if (wanted != 2 && wanted != 3) {
            throw LuaError.table("ERR RESP version must be 2 or 3.");
        }
        protocol = wanted;
        return 0;
    }

    /** Everything a script changes is in the journal, which is also what a replica would get. */
    private int setReplication(long state) {
        running("redis.set_repl");
        if (Lua.top(state) != 1) {
            throw LuaError.table("ERR redis.set_repl() requires two arguments.");
        }
        int flags = Interpreter.int32(Lua.toNumber(state, 1));
        if ((flags & ~3) != 0) {
            throw LuaError.table(
                    "ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or"
                            + " REPL_NONE.");
        }
        return 0;
    }

    private int sha1hex(long state) {
        if (Lua.top(state) != 1) {
            throw LuaError.table("ERR wrong number of arguments");
        }
        lua.pushText(state, sha1hex(lua.array(state, 1)));
        return 1;
    }

    /** The name of a script: the SHA-1 of its source. */
    static String sha1hex(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static boolean isOneString(long state) {
        return Lua.top(state) == 1 && Lua.type(state, 1) == LuaType.STRING;
    }

    private int errorReply(long state) {
        if (!isOneString(state)) {
            ReplyToLua.pushError(lua, state, "ERR wrong number or type of arguments");
            return 1;
        }
        String given =
                new String(LuaToReply.upToZero(lua.array(state, 1)), StandardCharsets.ISO_8859_1);
        ReplyToLua.pushError(lua, state, given.startsWith("-") ? given.substring(1) : given);
        return 1;
    }

    private int statusReply(long state) {
        if (!isOneString(state)) {
            ReplyToLua.pushError(lua, state, "ERR wrong number or type of arguments");
            return 1;
        }
        Lua.newTable(state, 0, 1);
        lua.pushText(state, "ok");
        Lua.copy(state, 1);
        Lua.rawSet(state, -3);
        return 1;
    }

    // ---- math.random

    int random(long state) {
        if (host == null) {
            throw LuaError.of("math.random can only be called inside a script invocation");
        }
        random = random * RANDOM_A + RANDOM_C & RANDOM_MASK;
        int drawn = (int) (random >>> 17);
        double part = (double) (drawn % Integer.MAX_VALUE) / Integer.MAX_VALUE;
        switch (Lua.top(state)) {
            case 0 -> Lua.pushNumber(state, part);
            case 1 -> {
                int most = (int) lua.integer(state, 1);
                if (most < 1) {
                    throw LuaError.argument(1, "interval is empty");
                }
                Lua.pushNumber(state, Math.floor(part * most) + 1);
            }
            case 2 -> {
                int least = (int) lua.integer(state, 1);
                int most = (int) lua.integer(state, 2);
                if (least > most) {
                    throw LuaError.argument(2, "interval is empty");
                }
                Lua.pushNumber(state, Math.floor(part * (most - least + 1)) + least);
            }
            default -> throw LuaError.of("wrong number of arguments");
        }
        return 1;
    }

    int seed(long state) {
        if (host == null) {
            throw LuaError.of("math.randomseed can only be called inside a script invocation");
        }
        long seed = (int) lua.integer(state, 1);
        random = (seed << 16 | RANDOM_LOW) & RANDOM_MASK;
        return 0;
    }
}
