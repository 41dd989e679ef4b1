package dev.millrace.kv.script;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.lua.BadSource;
import dev.millrace.kv.lua.RegisteredFunction;
import dev.millrace.kv.lua.ScriptFlag;
import dev.millrace.kv.store.ServerState;
import dev.millrace.kv.store.ServerState.Library;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The libraries of functions with what their code has registered. Which there are is the {@link
 * ServerState}'s business: here it is looked at, when somebody asks for functions, whether that has
 * changed, and what is new is loaded. So after a start nothing runs before it is needed.
 */
public final class Libraries {
    private final Engine engine;
    private final ServerState state;
    private final Map<String, Loaded> loaded = new LinkedHashMap<>();
    private final Map<String, Function> functions = new HashMap<>();
    private long seen = -1;
    private volatile int count;
    private volatile int functionCount;
    private volatile long bytes;

    /** A library that is loaded. */
    record Loaded(Library library, List<RegisteredFunction> functions) {}

    /** A function, and whose it is. */
    record Function(Library library, RegisteredFunction registered) {}

    Libraries(Engine engine, ServerState state) {
        this.engine = engine;
        this.state = state;
    }

    int count() {
        return count;
    }

    int functionCount() {
        return functionCount;
    }

    long bytes() {
        return bytes;
    }

    Collection<Loaded> all() {
        refresh();
        return loaded.values();
    }

    @Nullable Function function(String name) {
        refresh();
        return functions.get(key(name));
    }

    /** What a function that is loaded says of itself. */
    Optional<Set<ScriptFlag>> flagsOf(String function) {
        Function known = functions.get(key(function));
        return known == null ? Optional.empty() : Optional.of(known.registered.flags());
    }

    boolean has(String library) {
        return state.hasLibrary(library);
    }

    /** Takes over what effects have changed; all stripes are locked. */
    void refresh() {
        if (seen == state.version()) {
            return;
        }
        Map<String, Library> wanted = new LinkedHashMap<>();
        state.libraries().forEach(library -> wanted.put(library.name(), library));
        for (Loaded known : List.copyOf(loaded.values())) {
            if (!known.library.equals(wanted.get(known.library.name()))) {
                unlink(known);
            }
        }
        wanted.values().stream()
                .filter(library -> !loaded.containsKey(library.name()))
                .forEach(this::loadKnown);
        seen = state.version();
        tell();
    }

    private void tell() {
        count = loaded.size();
        functionCount = functions.size();
        bytes = loaded.values().stream().mapToLong(one -> one.library.code().length).sum();
    }

    /** One that was loaded in another life, or comes from a dump file. */
    private void loadKnown(Library library) {
        List<RegisteredFunction> registered = List.of();
        try {
            registered = load(library.code(), false);
        } catch (Refusal failed) {
            // Its code does not load: its functions are not found, and it can be replaced.
        }
        link(new Loaded(library, registered));
    }

    private void link(Loaded library) {
        loaded.put(library.library.name(), library);
        library.functions.forEach(
                one -> functions.putIfAbsent(key(one.name()), new Function(library.library, one)));
    }

    /** Functions of all libraries are found whatever the case of their letters. */
    private static String key(String function) {
        return function.toLowerCase(Locale.ROOT);
    }

    private void unlink(Loaded library) {
        loaded.remove(library.library.name());
        for (RegisteredFunction function : library.functions) {
            functions.remove(key(function.name()), new Function(library.library, function));
            engine.functionLua().forget(function.reference());
        }
    }

    /** Runs a library's code; throws a {@link Refusal} if it fails. */
    private List<RegisteredFunction> load(byte[] code, boolean timed) {
        int skipped = Shebang.ofLibrary(text(code)).length();
        NativeBuffer copy = new NativeBuffer(Math.max(code.length, 1));
        try {
            copy.put(code);
            List<RegisteredFunction> registered =
                    engine.functionLua()
                            .load(copy.address() + skipped, code.length - (long) skipped, timed);
            if (registered.isEmpty()) {
                throw new Refusal("ERR No functions registered");
            }
            return registered;
        } catch (BadSource bad) {
            throw new Refusal("ERR " + bad.why());
        } finally {
            copy.free();
        }
    }

    private static String text(byte[] code) {
        return new String(code, StandardCharsets.ISO_8859_1);
    }

    /** The name that a library's source gives it; nothing if it gives none. */
    public static Optional<String> nameOf(byte[] code) {
        try {
            return Optional.of(Shebang.ofLibrary(text(code)).name());
        } catch (Refusal none) {
            return Optional.empty();
        }
    }

    /**
     * Finds out whether a library may be added, by loading it; it is kept for the effect that adds
     * it. Throws a {@link Refusal}.
     *
     * @param replaces it may take the place of one with its name
     */
    Library prepare(byte[] code, boolean replaces) {
        refresh();
        String name = Shebang.ofLibrary(text(code)).name();
        Loaded old = loaded.get(name);
        if (old != null && !replaces) {
            throw new Refusal("ERR Library '" + name + "' already exists");
        }
        List<RegisteredFunction> registered = load(code, true);
        Library library = new Library(name, code);
        for (RegisteredFunction one : registered) {
            Function taken = functions.get(key(one.name()));
            if (taken != null && !taken.library.name().equals(name)) {
                forget(registered);
                throw new Refusal("ERR Function " + one.name() + " already exists");
            }
        }
        if (old != null) {
            unlink(old);
        }
        link(new Loaded(library, registered));
        return library;
    }

    /** {@link #prepare}d libraries are in the state now. */
    void added() {
        seen = state.version();
        tell();
    }

    private void forget(List<RegisteredFunction> registered) {
        registered.forEach(one -> engine.functionLua().forget(one.reference()));
    }

    /** How FUNCTION RESTORE treats what is there. */
    enum Policy {
        FLUSH,
        APPEND,
        REPLACE
    }

    /**
     * Finds out whether libraries may be added together; throws a {@link Refusal}. Nothing is kept:
     * they are loaded again when they are asked for.
     */
    List<Library> rehearse(List<byte[]> codes, Policy policy) {
        refresh();
        Map<String, Library> added = new LinkedHashMap<>();
        Map<String, String> owners = new HashMap<>();
        for (byte[] code : codes) {
            String name = Shebang.ofLibrary(text(code)).name();
            if (added.containsKey(name)) {
                throw new Refusal("ERR Library '" + name + "' already exists");
            }
            List<RegisteredFunction> registered = load(code, false);
            forget(registered);
            for (RegisteredFunction one : registered) {
                if (owners.putIfAbsent(key(one.name()), name) != null) {
                    throw new Refusal("ERR Function " + one.name() + " already exists");
                }
            }
            added.put(name, new Library(name, code));
        }
        if (policy != Policy.FLUSH) {
            expectNoCollision(added, owners, policy);
        }
        return new ArrayList<>(added.values());
    }

    private void expectNoCollision(
            Map<String, Library> added, Map<String, String> owners, Policy policy) {
        for (String name : added.keySet()) {
            if (policy == Policy.APPEND && loaded.containsKey(name)) {
                throw new Refusal("ERR Library " + name + " already exists");
            }
        }
        for (String function : owners.keySet()) {
            Function taken = functions.get(function);
            if (taken != null && !added.containsKey(taken.library.name())) {
                throw new Refusal("ERR Function " + function + " already exists");
            }
        }
    }
}
