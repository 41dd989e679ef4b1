package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.NativeBuffer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * What scripts see of Lua: that of Redis 7.0.15's allow lists, made in {@code sandbox.lua} with
 * everything that PUC-Rio's Lua has. Scripts never see {@code debug}, files, or compiled code.
 *
 * <p><b>Tables that must not change.</b> Redis has patched its Lua with a flag for tables. Here the
 * globals and the libraries are empty tables in front of the real ones, with metatables that
 * refuse; {@code pairs}, {@code next}, {@code rawset} and their kin know of them.
 *
 * <p><b>The hook.</b> Every {@link #PERIOD_INSTRUCTIONS} a script is asked whether it is to end; a
 * coroutine has the hook as well. Inside C (the matching of a pattern, a sort without comparisons
 * in Lua) nothing is asked, as in Redis.
 */
final class Sandbox {
    /** The hook is called after so many instructions of Lua's machine. */
    static final int PERIOD_INSTRUCTIONS = 10_000;

    /** What all scripts and functions together may have, bytes; looked at in the hook. */
    static final long MEMORY_BYTES_MAX = 1L << 30;

    static final String TOO_MUCH_MEMORY =
            "ERR scripts have too much memory (expected: <= " + MEMORY_BYTES_MAX + " bytes)";

    /** What string.rep and table.concat may make, bytes: what a key may have. */
    private static final int STRING_BYTES_MAX = 512 << 20;

    /**
     * The matcher of patterns calls itself once for an item, with some hundred bytes of the
     * thread's stack.
     */
    private static final int PATTERN_BYTES_MAX = 2000;

    /** What sandbox.lua returns. */
    private static final int RESULTS = 8;

    private static final String[] LIBRARIES = {"base", "table", "string", "math", "debug"};

    private final Interpreter lua;
    private int handler;
    private int scriptEnvironment;
    private int scriptGlobals;
    private int functionEnvironment;
    private int loading;
    private int counting;
    private int places;
    private int placing;

    Sandbox(Interpreter lua) {
        this.lua = lua;
    }

    /** Opens Lua's own libraries; before anything else. */
    void openLibraries() {
        for (String library : LIBRARIES) {
            lua.pushNative("luaopen_" + library);
            lua.pushText(library.equals("base") ? "" : library);
            expect(Lua.call(lua.main(), 1, 0, 0));
        }
    }

    /** Makes the sandbox of the table of our functions on the top, and pops that. */
    void make() {
        long state = lua.main();
        byte[] source = source();
        NativeBuffer name = lua.chunkName("=sandbox");
        NativeBuffer copy = new NativeBuffer(source.length);
        copy.put(source);
        if (!lua.compile(copy.address(), source.length, name)) {
            throw new AssertionError(lua.text(state, -1));
        }
        copy.free();
        Lua.insert(state, -2);
        Lua.pushNumber(state, PERIOD_INSTRUCTIONS);
        Lua.pushNumber(state, PATTERN_BYTES_MAX);
        Lua.pushNumber(state, STRING_BYTES_MAX);
        expect(Lua.call(state, 4, RESULTS, 0));
        placing = Lua.reference(state, Lua.REGISTRY);
        places = Lua.reference(state, Lua.REGISTRY);
        counting = Lua.reference(state, Lua.REGISTRY);
        loading = Lua.reference(state, Lua.REGISTRY);
        functionEnvironment = Lua.reference(state, Lua.REGISTRY);
        scriptGlobals = Lua.reference(state, Lua.REGISTRY);
        scriptEnvironment = Lua.reference(state, Lua.REGISTRY);
        handler = Lua.reference(state, Lua.REGISTRY);
        lua.raiseWithHook();
    }

    private void expect(int status) {
        if (status != Lua.OK) {
            throw new AssertionError(lua.text(lua.main(), -1));
        }
    }

    private static byte[] source() {
        try (InputStream in = Sandbox.class.getResourceAsStream("sandbox.lua")) {
            if (in == null) {
                throw new AssertionError("sandbox.lua is not there");
            }
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Has the hook count instructions again. */
    void countInstructions() {
        Lua.unhook(lua.main()); // It would be called at the next line, and might raise.
        push(counting);
        expect(Lua.call(lua.main(), 0, 0, 0));
    }

    /**
     * Replaces the compiled function on the top by one whose errors have their places; false if
     * there is no memory for it: then it is replaced by that error.
     */
    boolean keepPlaces() {
        push(places);
        Lua.insert(lua.main(), -2);
        return Lua.call(lua.main(), 1, 1, 0) == Lua.OK;
    }

    private void push(int reference) {
        Lua.rawGet(lua.main(), Lua.REGISTRY, reference);
    }

    /** Pushes what turns an error into a table with its place. */
    void pushHandler() {
        push(handler);
    }

    /** Pushes what gives the error of a function of ours the words that C has for it. */
    void pushPlacing() {
        push(placing);
    }

    /** Pushes the table that has the scripts' globals. */
    void pushScriptGlobals() {
        push(scriptGlobals);
    }

    /** What is compiled from here on has the globals of scripts, or those of functions. */
    void globalsOf(boolean functions) {
        push(functions ? functionEnvironment : scriptEnvironment);
        Lua.replace(lua.main(), Lua.GLOBALS);
    }

    /** While a library is loaded, functions see little but redis.register_function. */
    void loading(boolean begins) {
        push(loading);
        Lua.pushBoolean(lua.main(), begins ? 1 : 0);
        expect(Lua.call(lua.main(), 1, 0, 0));
    }
}
