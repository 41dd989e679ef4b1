package dev.millrace.kv.script;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.lua.BadSource;
import dev.millrace.kv.lua.LuaEngine;
import dev.millrace.kv.lua.ScriptFlag;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The server's Lua, one interpreter for scripts and one for functions, each made when it is first
 * needed, and the scripts that are compiled. All of it is used with all stripes locked, but for the
 * numbers, which anybody may ask for.
 */
public final class Engine {
    private final Map<String, CachedScript> scripts = new HashMap<>();
    private final Libraries libraries;
    private @Nullable LuaEngine lua;
    private @Nullable LuaEngine functionLua;
    private final AtomicLong scriptBytes = new AtomicLong();
    private volatile int scriptCount;
    private volatile long luaBytes;
    private volatile long functionLuaBytes;

    private Engine(KvServer server) {
        libraries = new Libraries(this, server.stripes().state());
    }

    public static Engine of(KvServer server) {
        return server.part(Engine.class, Engine::new);
    }

    /** Loads what libraries there are, after a start; on the lane's loop. */
    public static void start(Lane lane) {
        KvServer server = lane.server();
        boolean loaded =
                lane.withStripes(
                        server.stripes().mask(),
                        () -> {
                            if (!server.stripes().state().libraries().isEmpty()) {
                                of(server).libraries.refresh();
                            }
                        });
        assert loaded : "no script runs before the start is over";
    }

    /** What scripts run in. */
    LuaEngine lua() {
        LuaEngine made = lua;
        if (made == null) {
            made = make();
            lua = made;
        }
        return made;
    }

    /** What functions run in: they outlive SCRIPT FLUSH. */
    LuaEngine functionLua() {
        LuaEngine made = functionLua;
        if (made == null) {
            made = make();
            functionLua = made;
        }
        return made;
    }

    private static LuaEngine make() {
        try {
            return new LuaEngine();
        } catch (LinkageError missing) {
            throw new Refusal("ERR there is no Lua on this system: " + missing.getMessage());
        }
    }

    Libraries libraries() {
        return libraries;
    }

    /** Bytes that scripts' Lua had after the last one; 0 before it is needed. */
    public long luaBytes() {
        return luaBytes;
    }

    /** Bytes that functions' Lua had after the last one; 0 before it is needed. */
    public long functionLuaBytes() {
        return functionLuaBytes;
    }

    /** A script or a function has run. */
    void ran(boolean isFunction) {
        if (isFunction) {
            functionLuaBytes = functionLua().usedBytes();
        } else {
            luaBytes = lua().usedBytes();
        }
    }

    /** Scripts that are cached. */
    public int scriptCount() {
        return scriptCount;
    }

    /** Bytes of the sources of scripts that are cached. */
    public long scriptBytes() {
        return scriptBytes.get();
    }

    /** Functions that are there. */
    public int functionCount() {
        return libraries.functionCount();
    }

    /** Libraries that are there. */
    public int libraryCount() {
        return libraries.count();
    }

    /** Bytes of the libraries' sources. */
    public long libraryBytes() {
        return libraries.bytes();
    }

    /**
     * Whether a script or function that is asked for says of itself that it changes nothing; false
     * of one that is not known.
     */
    boolean onlyReads(String command, Request request) {
        if (request.count() < 2) {
            return false;
        }
        Optional<Set<ScriptFlag>> flags =
                switch (command) {
                    case "eval" -> flagsOf(request.bytes(1));
                    case "evalsha" -> {
                        CachedScript known = script(request.text(1).toLowerCase(Locale.ROOT));
                        yield known == null ? Optional.empty() : known.flags();
                    }
                    default -> libraries.flagsOf(request.text(1));
                };
        return flags.isPresent() && flags.get().contains(ScriptFlag.NO_WRITES);
    }

    private static Optional<Set<ScriptFlag>> flagsOf(byte[] source) {
        try {
            return Shebang.ofScript(new String(source, StandardCharsets.ISO_8859_1)).flags();
        } catch (Refusal bad) {
            return Optional.empty();
        }
    }

    // ---- Scripts

    @Nullable CachedScript script(String sha) {
        return scripts.get(sha);
    }

    /** The script with this source, compiled if it is not known yet; throws a {@link Refusal}. */
    CachedScript script(byte[] source) {
        String sha = LuaEngine.sha1hex(source);
        CachedScript known = scripts.get(sha);
        if (known != null) {
            return known;
        }
        String text = new String(source, StandardCharsets.ISO_8859_1);
        Shebang shebang = Shebang.ofScript(text);
        NativeBuffer copy = new NativeBuffer(Math.max(source.length, 1));
        try {
            copy.put(source);
            int skipped = shebang.length();
            int reference = lua().compile(copy.address() + skipped, source.length - (long) skipped);
            CachedScript made = new CachedScript(sha, reference, shebang.flags());
            scripts.put(sha, made);
            scriptBytes.addAndGet(source.length);
            scriptCount = scripts.size();
            return made;
        } catch (BadSource bad) {
            throw new Refusal("ERR Error compiling script (new function): " + bad.why());
        } finally {
            copy.free();
        }
    }

    /** SCRIPT FLUSH: their Lua begins anew. */
    void flushScripts() {
        LuaEngine made = lua;
        if (made != null) {
            lua = null;
            made.close();
        }
        luaBytes = 0;
        scripts.clear();
        scriptBytes.set(0);
        scriptCount = 0;
    }

    /** The node has stopped: no script runs, and none will. Its libraries' memory is given back. */
    public void close() {
        flushScripts();
        LuaEngine made = functionLua;
        if (made != null) {
            functionLua = null;
            made.close();
        }
    }

    /**
     * A compiled script.
     *
     * @param flags those of its first line, if it has one that says so
     */
    record CachedScript(String sha, int reference, Optional<Set<ScriptFlag>> flags) {}

    /** For COMMAND's sake: a command that runs scripts is given its keys by a number of them. */
    static Command.Builder running(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("scripting")
                .complexity("Depends on the script that is executed.")
                .arity(arity)
                .keys(Keys.counted(2))
                .categories("scripting")
                .runsScripts();
    }
}
