package dev.millrace.kv.lua;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Lua 5.1's C API (reference manual, chapters 3 and 4), called as it is; states and strings are
 * addresses. The library is loaded when this class is.
 *
 * <p><b>Nothing here may raise a Lua error into Java.</b> Lua raises with longjmp, which must not
 * cross a Java frame. So there are only functions that raise nothing but "not enough memory", which
 * on a machine that overcommits nobody gets, and {@link #call} and {@link #compile}, which catch.
 * Reads and writes of tables are the raw ones; {@link #next} is given keys of the table only. What
 * allocates may run the one finalizer there is, that of sandbox.lua, which raises nothing and calls
 * nothing of ours; nothing that scripts reach makes a userdata.
 *
 * <p>Those that neither call back nor take long are linked as critical: without the thread's
 * transition to native code, which costs more than they do.
 */
final class Lua {
    /** The pseudo-index of the registry: what C code keeps. */
    static final int REGISTRY = -10000;

    /** The pseudo-index of the thread's globals. */
    static final int GLOBALS = -10002;

    /** The pseudo-index of the running C function's first upvalue; the second is one less. */
    static final int UPVALUE = -10003;

    /** As many results as there are. */
    static final int ALL_RESULTS = -1;

    /** No error. */
    static final int OK = 0;

    private static final int MASK_RETURN = 2;
    private static final int GC_COLLECT = 2;
    private static final int GC_COUNT = 3;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = LuaLibrary.load();

    private static final MethodHandle AUX_NEWSTATE =
            whole("luaL_newstate", FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle CLOSE =
            whole("lua_close", FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle SETHOOK =
            quick(
                    "lua_sethook",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle GETHOOK =
            quick("lua_gethook", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GETTOP =
            quick("lua_gettop", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    private static final MethodHandle SETTOP =
            quick("lua_settop", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle PUSHVALUE =
            quick("lua_pushvalue", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle REMOVE =
            quick("lua_remove", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle INSERT =
            quick("lua_insert", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle REPLACE =
            quick("lua_replace", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle CHECKSTACK =
            quick("lua_checkstack", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle TYPE =
            quick("lua_type", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle ISNUMBER =
            quick("lua_isnumber", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle TOBOOLEAN =
            quick("lua_toboolean", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle TONUMBER =
            quick("lua_tonumber", FunctionDescriptor.of(JAVA_DOUBLE, JAVA_LONG, JAVA_INT));
    private static final MethodHandle TOLSTRING =
            quick(
                    "lua_tolstring",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));
    private static final MethodHandle OBJLEN =
            quick("lua_objlen", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle TOUSERDATA =
            quick("lua_touserdata", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle PUSHNIL =
            quick("lua_pushnil", FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle PUSHNUMBER =
            quick("lua_pushnumber", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_DOUBLE));
    private static final MethodHandle PUSHLSTRING =
            quick("lua_pushlstring", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PUSHBOOLEAN =
            quick("lua_pushboolean", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle PUSHLIGHTUSERDATA =
            quick("lua_pushlightuserdata", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PUSHCCLOSURE =
            quick("lua_pushcclosure", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RAWGET =
            quick("lua_rawget", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle RAWGETI =
            quick("lua_rawgeti", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle CREATETABLE =
            quick("lua_createtable", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle RAWSET =
            quick("lua_rawset", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle RAWSETI =
            quick("lua_rawseti", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETMETATABLE =
            quick("lua_setmetatable", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GETMETATABLE =
            quick("lua_getmetatable", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SETFENV =
            quick("lua_setfenv", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GETFENV =
            quick("lua_getfenv", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    private static final MethodHandle NEXT =
            quick("lua_next", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle PCALL =
            whole(
                    "lua_pcall",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle AUX_LOADBUFFER =
            whole(
                    "luaL_loadbuffer",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GC =
            whole("lua_gc", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle GC_COUNTED =
            quick("lua_gc", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle GETSTACK =
            quick("lua_getstack", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG));
    private static final MethodHandle GETINFO =
            quick("lua_getinfo", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle AUX_REF =
            quick("luaL_ref", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle AUX_UNREF =
            quick("luaL_unref", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_INT));

    private Lua() {}

    /** A function that may run Lua, or take long. */
    private static MethodHandle whole(String name, FunctionDescriptor types) {
        return LINKER.downcallHandle(LIBRARY.findOrThrow(name), types);
    }

    /** A function that neither calls back nor takes long. */
    private static MethodHandle quick(String name, FunctionDescriptor types) {
        return LINKER.downcallHandle(
                LIBRARY.findOrThrow(name), types, Linker.Option.critical(false));
    }

    /** The address of a function of the library, for {@link #pushFunction}. */
    static long address(String name) {
        return LIBRARY.findOrThrow(name).address();
    }

    /** Bytes that an interpreter has for its values. */
    static long usedBytes(long state) {
        try {
            return (int) GC_COUNTED.invokeExact(state, GC_COUNT, 0) * 1024L;
        } catch (Throwable impossible) {
            throw new AssertionError("lua_gc", impossible);
        }
    }

    /** Collects all that is not reachable. */
    static void collectAll(long state) {
        collect(state, GC_COLLECT, 0);
    }

    /** Pushes an integer, which Lua has as a double: as C converts, to the nearest. */
    static void pushNumber(long state, long value) {
        pushNumber(state, (double) value);
    }

    /** The hook that a thread has; an address of C code. */
    static long hook(long state) {
        try {
            return (long) GETHOOK.invokeExact(state);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_gethook", impossible);
        }
    }

    /** Has a hook called when a function returns, the running one first, and for nothing else. */
    static void hookReturns(long state, long hook) {
        try {
            int _ = (int) SETHOOK.invokeExact(state, hook, MASK_RETURN, 0);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_sethook", impossible);
        }
    }

    /** Has no hook called any more. */
    static void unhook(long state) {
        try {
            int _ = (int) SETHOOK.invokeExact(state, 0L, 0, 0);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_sethook", impossible);
        }
    }

    /** Pops values. */
    static void pop(long state, int values) {
        top(state, -values - 1);
    }

    /** A new interpreter; 0 if there is no memory for one. */
    static long newState() {
        try {
            return (long) AUX_NEWSTATE.invokeExact();
        } catch (Throwable impossible) {
            throw new AssertionError("luaL_newstate", impossible);
        }
    }

    /** Ends an interpreter and frees all it has. */
    static void close(long state) {
        try {
            CLOSE.invokeExact(state);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_close", impossible);
        }
    }

    /** How many values the running function has on the stack. */
    static int top(long state) {
        try {
            return (int) GETTOP.invokeExact(state);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_gettop", impossible);
        }
    }

    /** Cuts the stack, or fills it with nils, to a length. */
    static void top(long state, int index) {
        try {
            SETTOP.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_settop", impossible);
        }
    }

    /** Pushes what is at an index. */
    static void copy(long state, int index) {
        try {
            PUSHVALUE.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_pushvalue", impossible);
        }
    }

    /** Takes out what is at an index. */
    static void remove(long state, int index) {
        try {
            REMOVE.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_remove", impossible);
        }
    }

    /** Moves the top to an index. */
    static void insert(long state, int index) {
        try {
            INSERT.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_insert", impossible);
        }
    }

    /** Pops the top into an index. */
    static void replace(long state, int index) {
        try {
            REPLACE.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_replace", impossible);
        }
    }

    /** Makes room for so many values on the stack; 0 if there can be none. */
    static int room(long state, int values) {
        try {
            return (int) CHECKSTACK.invokeExact(state, values);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_checkstack", impossible);
        }
    }

    /** One of {@link LuaType}; {@link LuaType#NONE} beyond the top. */
    static int type(long state, int index) {
        try {
            return (int) TYPE.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_type", impossible);
        }
    }

    /** 1 for a number or a string that can be read as one. */
    static int isNumber(long state, int index) {
        try {
            return (int) ISNUMBER.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_isnumber", impossible);
        }
    }

    /** 0 for nil and false, else 1. */
    static int toBoolean(long state, int index) {
        try {
            return (int) TOBOOLEAN.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_toboolean", impossible);
        }
    }

    /** A number, or a string read as one; else 0. */
    static double toNumber(long state, int index) {
        try {
            return (double) TONUMBER.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_tonumber", impossible);
        }
    }

    /**
     * The address of a string; {@code length} is told its length in eight bytes. A number becomes a
     * string where it stands; anything else is 0.
     */
    static long toBytes(long state, int index, long length) {
        try {
            return (long) TOLSTRING.invokeExact(state, index, length);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_tolstring", impossible);
        }
    }

    /** The length of a string or a table. */
    static long length(long state, int index) {
        try {
            return (long) OBJLEN.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_objlen", impossible);
        }
    }

    /** The address of a light userdata. */
    static long toPointer(long state, int index) {
        try {
            return (long) TOUSERDATA.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_touserdata", impossible);
        }
    }

    /** Pushes nil. */
    static void pushNil(long state) {
        try {
            PUSHNIL.invokeExact(state);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_pushnil", impossible);
        }
    }

    /** Pushes a number. */
    static void pushNumber(long state, double value) {
        try {
            PUSHNUMBER.invokeExact(state, value);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_pushnumber", impossible);
        }
    }

    /** Pushes a string of these bytes. */
    static void pushBytes(long state, long address, long length) {
        try {
            PUSHLSTRING.invokeExact(state, address, length);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_pushlstring", impossible);
        }
    }

    /** Pushes a boolean. */
    static void pushBoolean(long state, int value) {
        try {
            PUSHBOOLEAN.invokeExact(state, value);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_pushboolean", impossible);
        }
    }

    /** Pushes a light userdata. */
    static void pushPointer(long state, long pointer) {
        try {
            PUSHLIGHTUSERDATA.invokeExact(state, pointer);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_pushlightuserdata", impossible);
        }
    }

    /** Pushes a C function; pops its upvalues. */
    static void pushFunction(long state, long function, int upvalues) {
        try {
            PUSHCCLOSURE.invokeExact(state, function, upvalues);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_pushcclosure", impossible);
        }
    }

    /** Replaces the key on the top by what the table has for it. */
    static void rawGet(long state, int table) {
        try {
            RAWGET.invokeExact(state, table);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_rawget", impossible);
        }
    }

    /** Pushes what a table has for a number. */
    static void rawGet(long state, int table, int key) {
        try {
            RAWGETI.invokeExact(state, table, key);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_rawgeti", impossible);
        }
    }

    /** Pushes an empty table with room. */
    static void newTable(long state, int elements, int fields) {
        try {
            CREATETABLE.invokeExact(state, elements, fields);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_createtable", impossible);
        }
    }

    /** Pops a value and, below, its key into a table. */
    static void rawSet(long state, int table) {
        try {
            RAWSET.invokeExact(state, table);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_rawset", impossible);
        }
    }

    /** Pops a value into a table. */
    static void rawSet(long state, int table, int key) {
        try {
            RAWSETI.invokeExact(state, table, key);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_rawseti", impossible);
        }
    }

    /** Pops a metatable, or nil, and gives it to what is at an index. */
    static int metatable(long state, int index) {
        try {
            return (int) SETMETATABLE.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_setmetatable", impossible);
        }
    }

    /** Pushes a metatable, if there is one; else 0. */
    static int pushMetatable(long state, int index) {
        try {
            return (int) GETMETATABLE.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_getmetatable", impossible);
        }
    }

    /** Pops a table and makes it the environment of what is at an index; 0 if that has none. */
    static int environment(long state, int index) {
        try {
            return (int) SETFENV.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_setfenv", impossible);
        }
    }

    /** Pushes the environment of what is at an index. */
    static void pushEnvironment(long state, int index) {
        try {
            GETFENV.invokeExact(state, index);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_getfenv", impossible);
        }
    }

    /** Replaces the key on the top by the next and its value; 0 at the end. */
    static int next(long state, int table) {
        try {
            return (int) NEXT.invokeExact(state, table);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_next", impossible);
        }
    }

    /** Calls, and answers {@link #OK} or what went wrong; the error is on the top then. */
    static int call(long state, int arguments, int results, int handler) {
        try {
            return (int) PCALL.invokeExact(state, arguments, results, handler);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_pcall", impossible);
        }
    }

    /**
     * Pushes a function with this source, or an error. The name ends with a zero byte, and a string
     * equal to it must be alive: the parser does not hold its own.
     */
    static int compile(long state, long address, long length, long name) {
        try {
            return (int) AUX_LOADBUFFER.invokeExact(state, address, length, name);
        } catch (Throwable impossible) {
            throw new AssertionError("luaL_loadbuffer", impossible);
        }
    }

    /** Tells the collector what to do. */
    static int collect(long state, int what, int data) {
        try {
            return (int) GC.invokeExact(state, what, data);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_gc", impossible);
        }
    }

    /** Finds a running function; 0 if there is none at that level. */
    static int frame(long state, int level, long debug) {
        try {
            return (int) GETSTACK.invokeExact(state, level, debug);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_getstack", impossible);
        }
    }

    /** Describes a function that {@link #frame} found. */
    static int describe(long state, long what, long debug) {
        try {
            return (int) GETINFO.invokeExact(state, what, debug);
        } catch (Throwable impossible) {
            throw new AssertionError("lua_getinfo", impossible);
        }
    }

    /** Pops a value into a table under a new number. */
    static int reference(long state, int table) {
        try {
            return (int) AUX_REF.invokeExact(state, table);
        } catch (Throwable impossible) {
            throw new AssertionError("luaL_ref", impossible);
        }
    }

    /** Takes out what {@link #reference} has put in. */
    static void forget(long state, int table, int reference) {
        try {
            AUX_UNREF.invokeExact(state, table, reference);
        } catch (Throwable impossible) {
            throw new AssertionError("luaL_unref", impossible);
        }
    }
}
