package dev.millrace.kv.lua;

import java.util.Optional;
import java.util.Set;

/**
 * A function that a library has registered.
 *
 * @param reference to the function itself, for {@link LuaEngine#run}
 */
public record RegisteredFunction(
        String name, Optional<String> description, Set<ScriptFlag> flags, int reference) {}
