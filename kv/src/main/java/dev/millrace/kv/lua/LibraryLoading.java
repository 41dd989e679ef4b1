package dev.millrace.kv.lua;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A library that is being loaded: its code runs once and registers its functions. */
final class LibraryLoading {
    /** What the code may take, ms; Redis's limit. */
    private static final long MILLIS_MAX = 500;

    private final Interpreter lua;
    private final List<RegisteredFunction> functions = new ArrayList<>();
    private boolean loads;
    private boolean timed;
    private long startNanos;

    LibraryLoading(Interpreter lua) {
        this.lua = lua;
    }

    /** Begins; {@code timed} is false for what was loaded in another life. */
    void begin(boolean timed) {
        loads = true;
        this.timed = timed;
        startNanos = System.nanoTime();
        functions.clear();
    }

    /** Ends; returns what was registered. */
    List<RegisteredFunction> end() {
        loads = false;
        List<RegisteredFunction> registered = List.copyOf(functions);
        functions.clear();
        return registered;
    }

    boolean isTooLong() {
        return loads && timed && System.nanoTime() - startNanos > MILLIS_MAX * 1_000_000;
    }

    /** Nobody runs who could be told. */
    void log(int level, String text) {}

    // ---- redis.register_function

    int register(long state) {
        if (!loads) {
            throw LuaError.table(
                    "ERR redis.register_function can only be called on FUNCTION LOAD command");
        }
        RegisteredFunction function =
                switch (Lua.top(state)) {
                    case 1 -> named(state);
                    case 2 -> positional(state);
                    default ->
                            throw refused("wrong number of arguments to redis.register_function");
                };
        String wrong = null;
        if (!isName(function.name())) {
            wrong =
                    "Library names can only contain letters, numbers, or underscores(_) and must be"
                            + " at least one character long";
        } else if (functions.stream().anyMatch(one -> one.name().equals(function.name()))) {
            wrong = "Function already exists in the library";
        }
        if (wrong != null) {
            Lua.forget(state, Lua.REGISTRY, function.reference());
            throw refused(wrong);
        }
        functions.add(function);
        return 0;
    }

    private static LuaError refused(String why) {
        return LuaError.table("ERR " + why);
    }

    /** Whether a library or a function may have the name. */
    static boolean isName(String name) {
        return !name.isEmpty()
                && name.chars()
                        .allMatch(
                                c ->
                                        c >= 'a' && c <= 'z'
                                                || c >= 'A' && c <= 'Z'
                                                || c >= '0' && c <= '9'
                                                || c == '_');
    }

    private RegisteredFunction positional(long state) {
        String name = text(state, 1);
        if (name == null) {
            throw refused("first argument to redis.register_function must be a string");
        }
        if (Lua.type(state, 2) != LuaType.FUNCTION) {
            throw refused("second argument to redis.register_function must be a function");
        }
        int reference = Lua.reference(state, Lua.REGISTRY);
        return new RegisteredFunction(name, Optional.empty(), Set.of(), reference);
    }

    private @Nullable String text(long state, int index) {
        return switch (Lua.type(state, index)) {
            case LuaType.STRING -> lua.text(state, index);
            case LuaType.NUMBER -> {
                Lua.copy(state, index); // A key that became a string would end the iteration.
                String text = lua.text(state, -1);
                Lua.pop(state, 1);
                yield text;
            }
            default -> null;
        };
    }

    /** A function that is being described by named arguments. */
    private static final class Draft {
        @Nullable String name;
        @Nullable String description;
        int reference;
        Set<ScriptFlag> flags = Set.of();
    }

    private RegisteredFunction named(long state) {
        if (Lua.type(state, 1) != LuaType.TABLE) {
            throw refused(
                    "calling redis.register_function with a single argument is only applicable to"
                            + " Lua table (representing named arguments).");
        }
        Draft draft = new Draft();
        String wrong = null;
        Lua.pushNil(state);
        while (wrong == null && Lua.next(state, 1) != 0) {
            wrong = take(state, draft);
            Lua.pop(state, 1);
        }
        String name = draft.name;
        if (wrong == null && name == null) {
            wrong = "redis.register_function must get a function name argument";
        } else if (wrong == null && draft.reference == 0) {
            wrong = "redis.register_function must get a callback argument";
        }
        if (wrong != null || name == null) {
            Lua.forget(state, Lua.REGISTRY, draft.reference == 0 ? -1 : draft.reference);
            throw refused(String.valueOf(wrong));
        }
        return new RegisteredFunction(
                name, Optional.ofNullable(draft.description), draft.flags, draft.reference);
    }

    /** Takes one argument, whose name and value are on the top; returns what is wrong with it. */
    private @Nullable String take(long state, Draft draft) {
        String key = text(state, -2);
        if (key == null) {
            return "named argument key given to redis.register_function is not a string";
        }
        return switch (key.toLowerCase(Locale.ROOT)) {
            case "function_name" -> {
                draft.name = text(state, -1);
                yield draft.name == null ? mustBe("function_name", "a string") : null;
            }
            case "description" -> {
                draft.description = text(state, -1);
                yield draft.description == null ? mustBe("description", "a string") : null;
            }
            case "callback" -> {
                if (Lua.type(state, -1) != LuaType.FUNCTION) {
                    yield mustBe("callback", "a function");
                }
                Lua.copy(state, -1);
                draft.reference = Lua.reference(state, Lua.REGISTRY);
                yield null;
            }
            case "flags" -> {
                if (Lua.type(state, -1) != LuaType.TABLE) {
                    yield "flags argument to redis.register_function must be a table representing"
                            + " function flags";
                }
                yield takeFlags(state, draft) ? null : "unknown flag given";
            }
            default -> "unknown argument given to redis.register_function";
        };
    }

    private static String mustBe(String argument, String what) {
        return argument + " argument given to redis.register_function must be " + what;
    }

    private boolean takeFlags(long state, Draft draft) {
        Set<ScriptFlag> flags = EnumSet.noneOf(ScriptFlag.class);
        draft.flags = flags;
        for (int i = 1; ; i++) {
            Lua.rawGet(state, -1, i);
            boolean last = Lua.type(state, -1) == LuaType.NIL;
            String name = text(state, -1);
            Lua.pop(state, 1);
            if (last) {
                return true;
            }
            Optional<ScriptFlag> flag =
                    name == null
                            ? Optional.empty()
                            : ScriptFlag.named(name.toLowerCase(Locale.ROOT));
            if (flag.isEmpty()) {
                return false;
            }
            flags.add(flag.get());
        }
    }
}
