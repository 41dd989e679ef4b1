package dev.millrace.kv.lua;

/** A function of ours that Lua calls. */
@FunctionalInterface
interface LuaFunction {
    /**
     * Runs on the stack of its own that Lua has made, with the arguments from index 1 on.
     *
     * @param state the thread that calls, which may be a coroutine
     * @return how many values on the top of the stack are its results
     * @throws LuaError to raise an error where it was called
     */
    int call(long state);
}
