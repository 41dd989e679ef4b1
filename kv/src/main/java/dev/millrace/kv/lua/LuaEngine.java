package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/**
 * Runs scripts and functions in PUC-Rio's Lua 5.1.5 (docs/decisions/lua.md). Whoever uses one has
 * all stripes locked: a script runs alone.
 *
 * <p>It knows nothing of commands: what a script asks for goes through its {@link ScriptHost}.
 */
public final class LuaEngine implements AutoCloseable {
    /** What scripts leave behind is freed when it is so much of what others still need. */
    private static final int LEFT_BEHIND_PART = 4;

    private final Interpreter lua = new Interpreter();
    private final Sandbox sandbox = new Sandbox(lua);
    private final LibraryLoading loading = new LibraryLoading(lua);
    private final RedisApi redis = new RedisApi(lua, loading);
    private final LuaToReply answers;
    private final NativeBuffer scriptName;
    private final NativeBuffer functionName;
    private final int keysName;
    private final int argumentsName;
    private boolean functionGlobals;
    private boolean interrupted;

    /** With more than so many bytes after a script, what nobody reaches is freed. */
    private long plentyBytes;

    /** Makes one; the first loads the library. */
    public LuaEngine() {
        answers = new LuaToReply(lua);
        sandbox.openLibraries();
        pushNative();
        sandbox.make();
        sandbox.globalsOf(false);
        scriptName = lua.chunkName("@user_script");
        functionName = lua.chunkName("@user_function");
        lua.pushText("KEYS");
        keysName = Lua.reference(lua.main(), Lua.REGISTRY);
        lua.pushText("ARGV");
        argumentsName = Lua.reference(lua.main(), Lua.REGISTRY);
        collect();
    }

    /** Pushes the functions that sandbox.lua is given. */
    private void pushNative() {
        long state = lua.main();
        Lua.newTable(state, 0, 16);
        lua.field("take_error", lua::takeError);
        lua.field("check", this::check);
        lua.field("without_tail_calls", this::withoutTailCalls);
        lua.field("random", redis::random);
        lua.field("random_seed", redis::seed);
        library("bit", new Bits(lua)::push);
        library("struct", new Struct(lua)::push);
        library("cmsgpack", new MessagePack(lua)::push);
        library("cjson", () -> new Json(lua).push(state));
        library("script_redis", redis::pushForScripts);
        library("function_redis", redis::pushForFunctions);
        library("loading_redis", redis::pushForLoading);
    }

    private void library(String name, Runnable push) {
        lua.pushText(name);
        push.run();
        Lua.rawSet(lua.main(), -3);
    }

    /** For the hook: nothing, or an error to raise and whether it is to be raised for good. */
    private int check(long state) {
        String problem = problem();
        if (problem == null) {
            return 0;
        }
        ReplyToLua.pushError(lua, state, problem);
        boolean forGood = !problem.equals(Sandbox.TOO_MUCH_MEMORY);
        interrupted |= forGood;
        Lua.pushBoolean(state, forGood ? 1 : 0);
        return 2;
    }

    /** For a chunk that Lua has compiled: another, or nothing if there is no need. */
    private int withoutTailCalls(long state) {
        Optional<byte[]> changed = TailCalls.changed(lua.array(state, 1));
        changed.ifPresent(chunk -> lua.pushBytes(state, chunk));
        return changed.isPresent() ? 1 : 0;
    }

    private @Nullable String problem() {
        if (lua.hasFault()) {
            return RedisApi.FAULT;
        }
        if (loading.isTooLong()) {
            return "ERR FUNCTION LOAD timeout";
        }
        ScriptHost running = redis.host();
        if (running != null && running.isKilled()) {
            return ScriptHost.KILLED;
        }
        if (Lua.usedBytes(lua.main()) > Sandbox.MEMORY_BYTES_MAX) {
            return Sandbox.TOO_MUCH_MEMORY;
        }
        return null;
    }

    @Override
    public void close() {
        lua.close();
    }

    /** Bytes that Lua has for its values. */
    public long usedBytes() {
        return Lua.usedBytes(lua.main());
    }

    /** The name of a script: the SHA-1 of its source, in hexadecimal digits. */
    public static String sha1hex(byte[] source) {
        return RedisApi.sha1hex(source);
    }

    /** Whether a library or a function may have the name. */
    public static boolean isName(String name) {
        return LibraryLoading.isName(name);
    }

    // ---- Scripts

    /**
     * Compiles a script.
     *
     * @return a reference for {@link #run} and {@link #forget}
     * @throws BadSource if it is none
     */
    public int compile(long source, long length) throws BadSource {
        globalsOf(false);
        expectCompiled(lua.compile(source, length, scriptName));
        return Lua.reference(lua.main(), Lua.REGISTRY);
    }

    private void expectCompiled(boolean compiled) throws BadSource {
        if (!compiled || !sandbox.keepPlaces()) {
            String why = lua.text(lua.main(), -1);
            Lua.pop(lua.main(), 1);
            throw new BadSource(why);
        }
    }

    private void globalsOf(boolean functions) {
        if (functionGlobals != functions) {
            functionGlobals = functions;
            sandbox.globalsOf(functions);
        }
    }

    /** Lets go of a script or of a function. */
    public void forget(int reference) {
        Lua.forget(lua.main(), Lua.REGISTRY, reference);
    }

    /** Frees what nobody can reach any more. */
    public void collect() {
        Lua.collectAll(lua.main());
        long used = usedBytes();
        plentyBytes = Math.min(used + used / LEFT_BEHIND_PART, Sandbox.MEMORY_BYTES_MAX / 2);
    }

    /**
     * What is to be run.
     *
     * @param reference to the script or the function
     * @param isFunction a function is given its keys and arguments, a script has them as globals
     * @param name for errors
     * @param request the command, whose keys and arguments begin at index 3
     * @param keys how many of them are keys
     */
    public record Invocation(
            int reference, boolean isFunction, String name, Request request, int keys) {}

    /** Runs a script or a function, and answers with what it returns or raises. */
    public void run(Invocation invocation, ScriptHost host, Reply reply) {
        long state = lua.main();
        globalsOf(invocation.isFunction);
        redis.host(host);
        try {
            sandbox.pushHandler();
            int status = call(invocation);
            rethrowFault();
            if (status == Lua.OK) {
                answers.answer(reply, redis.protocol(), host);
            } else {
                answers.fail(reply, invocation.name, host);
            }
        } finally {
            Lua.top(state, 0);
            redis.host(null);
            resetHook();
            giveBack();
        }
    }

    /**
     * What a script has left behind must not end the next one, and not grow to what the collector
     * waits for by itself. A whole cycle takes some 15 µs as long as there is little.
     */
    private void giveBack() {
        if (usedBytes() > plentyBytes) {
            collect();
        }
    }

    private int call(Invocation invocation) {
        long state = lua.main();
        Request request = invocation.request;
        int first = 3;
        int firstArgument = first + invocation.keys;
        if (invocation.isFunction) {
            Lua.rawGet(state, Lua.REGISTRY, invocation.reference);
            pushAll(request, first, firstArgument);
            pushAll(request, firstArgument, request.count());
            return Lua.call(state, 2, 1, 1);
        }
        sandbox.pushScriptGlobals();
        Lua.rawGet(state, Lua.REGISTRY, keysName);
        pushAll(request, first, firstArgument);
        Lua.rawSet(state, -3);
        Lua.rawGet(state, Lua.REGISTRY, argumentsName);
        pushAll(request, firstArgument, request.count());
        Lua.rawSet(state, -3);
        Lua.pop(state, 1);
        Lua.rawGet(state, Lua.REGISTRY, invocation.reference);
        return Lua.call(state, 0, 1, 1);
    }

    private void pushAll(Request request, int from, int end) {
        long state = lua.main();
        Lua.newTable(state, end - from, 0);
        for (int i = from; i < end; i++) {
            Lua.pushBytes(state, request.address(i), request.length(i));
            Lua.rawSet(state, -2, i - from + 1);
        }
    }

    /** What was thrown through a script is not the script's to catch. */
    private void rethrowFault() {
        Throwable fault = lua.takeFault();
        switch (fault) {
            case null -> {}
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalStateException(fault);
        }
    }

    /** A script that was ended has the hook at every line. */
    private void resetHook() {
        if (interrupted) {
            interrupted = false;
            sandbox.countInstructions();
        }
    }

    // ---- Libraries

    /**
     * Runs a library's code, which registers its functions.
     *
     * @param timed whether it has to be quick
     * @throws BadSource if it fails; nothing is registered then
     */
    public List<RegisteredFunction> load(long source, long length, boolean timed) throws BadSource {
        long state = lua.main();
        globalsOf(true);
        sandbox.loading(true);
        loading.begin(timed);
        List<RegisteredFunction> functions = List.of();
        try {
            sandbox.pushPlacing();
            expectCompiled("Error compiling function: ", source, length);
            int status = Lua.call(state, 0, 0, 1);
            functions = loading.end();
            if (status != Lua.OK) {
                functions.forEach(function -> forget(function.reference()));
                throw new BadSource(
                        "Error registering functions: " + Failure.of(lua, state).text());
            }
            rethrowFault();
        } finally {
            loading.end();
            Lua.top(state, 0);
            resetHook();
            giveBack();
            sandbox.loading(false);
        }
        return functions;
    }

    private void expectCompiled(String what, long source, long length) throws BadSource {
        try {
            expectCompiled(lua.compile(source, length, functionName));
        } catch (BadSource bad) {
            throw new BadSource(what + bad.why());
        }
    }
}
