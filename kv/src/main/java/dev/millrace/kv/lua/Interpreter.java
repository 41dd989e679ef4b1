package dev.millrace.kv.lua;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One Lua interpreter and the functions of ours that it may call. It belongs to whoever holds the
 * lock it is guarded by; nothing here is thread-safe.
 *
 * <p><b>How an error is raised without a jump over Java.</b> Lua raises with longjmp. A function of
 * ours, called through an upcall stub, must not: its Java frames would be skipped. The usual way
 * out, a small Lua function around each of ours that calls {@code error}, costs every call and
 * takes the place of the script's own frame when a script ends with {@code return redis.call(...)}:
 * the line number in the error would be lost. So a failing function stores its error, sets Lua's
 * <i>return hook</i> and returns. Lua calls the hook, which is Lua code, at that very return, when
 * no Java frame is left on the stack, and the hook raises the error. The function is a C function
 * for everybody, and a call that does not fail costs nothing more.
 *
 * <p>The C code that is Lua's hook is the debug library's, which calls a Lua function: every thread
 * has the same one, for {@code debug.sethook}, of which scripts see nothing, was called for it. The
 * same hook counts instructions (see {@link Sandbox}).
 */
final class Interpreter implements AutoCloseable {
    private static final int TEXT_BYTES = 256;

    /** So many elements may be made before somebody looks whether they are too many. */
    private static final int CHECK_ELEMENTS = 1 << 14;

    // Where things are in lua_Debug, with pointers of eight bytes.
    private static final int DEBUG_BYTES = 128;
    private static final int DEBUG_NAME = 8;
    private static final int DEBUG_NAME_KIND = 16;
    private static final int DEBUG_LINE = 40;
    private static final int DEBUG_SHORT_SOURCE = 56;

    private static final FunctionDescriptor FUNCTION =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
    private static final MethodHandle CALLED = called();

    private final long main;
    private final NativeBuffer text;

    /** The length of the string that {@link #bytes} found last, and of lua_tolstring. */
    private final NativeBuffer lengths;

    private final NativeBuffer debug;
    private final NativeBuffer whatName;
    private final NativeBuffer whatPlace;
    private final Arena stubs = Arena.ofShared();
    private final List<NativeBuffer> buffers = new ArrayList<>();
    private final List<Throwable> faults = new ArrayList<>();
    private int pendingError;
    private long hook;

    Interpreter() {
        main = Lua.newState();
        if (main == 0) {
            throw new OutOfMemoryError("no memory for a Lua interpreter");
        }
        text = buffer(TEXT_BYTES);
        lengths = buffer(Long.BYTES);
        debug = buffer(DEBUG_BYTES);
        whatName = zeroEnded("n");
        whatPlace = zeroEnded("Sl");
    }

    private static MethodHandle called() {
        try {
            return MethodHandles.lookup()
                    .findVirtual(
                            Called.class, "call", MethodType.methodType(int.class, long.class));
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("Called.call", impossible);
        }
    }

    private NativeBuffer zeroEnded(String name) {
        NativeBuffer buffer = buffer(name.length() + 1L);
        buffer.putUtf8(name);
        buffer.putByte(0);
        return buffer;
    }

    /** The main thread. */
    long main() {
        return main;
    }

    @Override
    public void close() {
        Lua.close(main);
        stubs.close();
        buffers.forEach(NativeBuffer::free);
    }

    // ---- Functions of ours

    /** The address of a function of ours for {@link Lua#pushFunction}; it lives as long as this. */
    long stub(LuaFunction function) {
        return Linker.nativeLinker()
                .upcallStub(CALLED.bindTo(new Called(this, function)), FUNCTION, stubs)
                .address();
    }

    /** Puts a function of ours into the table on the top of the main thread's stack. */
    void field(String name, LuaFunction function) {
        pushText(name);
        Lua.pushFunction(main, stub(function), 0);
        Lua.rawSet(main, -3);
    }

    /** Puts a number into the table on the top of the main thread's stack. */
    void field(String name, double value) {
        pushText(name);
        Lua.pushNumber(main, value);
        Lua.rawSet(main, -3);
    }

    /** Puts a string into the table on the top of the main thread's stack. */
    void field(String name, String value) {
        pushText(name);
        pushText(value);
        Lua.rawSet(main, -3);
    }

    /** Pushes a function of the library, by its name in C. */
    void pushNative(String name) {
        Lua.pushFunction(main, Lua.address(name), 0);
    }

    /** What the stub of a function calls: nothing may be thrown out of it. */
    private record Called(Interpreter interpreter, LuaFunction function) {
        @SuppressWarnings("UnusedMethod") // The stubs call it.
        int call(long state) {
            try {
                return function.call(state);
            } catch (LuaError error) {
                return interpreter.raise(state, error);
            } catch (Throwable fault) {
                interpreter.faults.add(fault);
                return interpreter.raise(state, LuaError.plain("internal error"));
            }
        }
    }

    /** The hook that the main thread has now, which is the debug library's, raises errors. */
    void raiseWithHook() {
        hook = Lua.hook(main);
        Lua.pushBoolean(main, 0);
        pendingError = Lua.reference(main, Lua.REGISTRY);
    }

    private int raise(long state, LuaError error) {
        // The function's stack may be full.
        if (error.form() == LuaError.Form.VALUE) {
            Lua.copy(state, -1);
            Lua.insert(state, 1);
            Lua.top(state, 1);
        } else {
            Lua.top(state, 0);
            pushError(state, error);
        }
        Lua.rawSet(state, Lua.REGISTRY, pendingError);
        Lua.hookReturns(state, hook);
        return 0;
    }

    private void pushError(long state, LuaError error) {
        switch (error.form()) {
            case PLACED -> pushText(state, place(state, 1) + error.text());
            case PLAIN, VALUE -> pushBytes(state, error.bytes());
            case ARGUMENT -> pushText(state, argumentError(state, error));
            case TABLE -> {
                Lua.newTable(state, 0, 1);
                pushText(state, "err");
                pushBytes(state, error.bytes());
                Lua.rawSet(state, -3);
            }
        }
    }

    /** For the hook: pushes the error that is to be raised. */
    int takeError(long state) {
        Lua.rawGet(state, Lua.REGISTRY, pendingError);
        Lua.pushBoolean(state, 0);
        Lua.rawSet(state, Lua.REGISTRY, pendingError);
        return 1;
    }

    /** Whether something was thrown in a function of ours that is no error of a script's. */
    boolean hasFault() {
        return !faults.isEmpty();
    }

    /** What was thrown in a function of ours that is no error of a script's; null if nothing. */
    @Nullable Throwable takeFault() {
        if (faults.isEmpty()) {
            return null;
        }
        Throwable first = faults.getFirst();
        faults.clear();
        return first;
    }

    // ---- Places

    /** Where a running function is, as {@code luaL_where} says: {@code user_script:1: }. */
    String place(long state, int level) {
        long at = debug.room(DEBUG_BYTES);
        if (Lua.frame(state, level, at) == 0) {
            return "";
        }
        Lua.describe(state, whatPlace.address(), at);
        int line = Memory.getInt(at + DEBUG_LINE);
        return line > 0 ? zeroEnded(at + DEBUG_SHORT_SOURCE) + ":" + line + ": " : "";
    }

    private String argumentError(long state, LuaError error) {
        long at = debug.room(DEBUG_BYTES);
        int argument = error.argument();
        if (Lua.frame(state, 0, at) == 0) {
            return place(state, 1) + "bad argument #" + argument + " (" + error.text() + ")";
        }
        Lua.describe(state, whatName.address(), at);
        long nameAt = Memory.getLong(at + DEBUG_NAME);
        String name = nameAt == 0 ? "?" : zeroEnded(nameAt);
        if (zeroEnded(Memory.getLong(at + DEBUG_NAME_KIND)).equals("method")) {
            argument--;
            if (argument == 0) {
                return place(state, 1)
                        + ("calling '" + name + "' on bad self (" + error.text() + ")");
            }
        }
        return place(state, 1)
                + ("bad argument #" + argument + " to '" + name + "' (" + error.text() + ")");
    }

    private static String zeroEnded(long address) {
        int length = 0;
        while (Memory.getByte(address + length) != 0) {
            length++;
        }
        return new String(Memory.bytes(address, length), StandardCharsets.ISO_8859_1);
    }

    // ---- Strings and arguments

    /**
     * The address of the string at an index, whose length {@link #found} says then; 0 if it is
     * none. A number becomes a string where it stands.
     */
    long bytes(long state, int index) {
        return Lua.toBytes(state, index, lengths.address());
    }

    /** See {@link #bytes}. */
    long found() {
        return Memory.getLong(lengths.address());
    }

    /** A copy of the string at an index; empty if it is none. Each char is a byte. */
    String text(long state, int index) {
        return new String(array(state, index), StandardCharsets.ISO_8859_1);
    }

    /** A copy of the string at an index; empty if it is none. */
    byte[] array(long state, int index) {
        long at = bytes(state, index);
        return at == 0 ? new byte[0] : Memory.bytes(at, Math.toIntExact(found()));
    }

    /** Pushes a text of ours on the main thread. */
    void pushText(String value) {
        pushText(main, value);
    }

    /** Pushes a text, each char of which is a byte. */
    void pushText(long state, String value) {
        pushBytes(state, value.getBytes(StandardCharsets.ISO_8859_1));
    }

    void pushBytes(long state, byte[] value) {
        text.shrink();
        text.put(value);
        Lua.pushBytes(state, text.address(), value.length);
    }

    /** The string that must be at an index, as {@link #bytes}. */
    long string(long state, int argument) {
        long at = bytes(state, argument);
        if (at == 0) {
            throw typeError(state, argument, "string");
        }
        return at;
    }

    double number(long state, int argument) {
        if (Lua.isNumber(state, argument) == 0) {
            throw typeError(state, argument, "number");
        }
        return Lua.toNumber(state, argument);
    }

    /** As C converts, on the processors we know: what no long can hold is the least one. */
    static long integer(double value) {
        return value >= -0x1p63 && value < 0x1p63 ? (long) value : Long.MIN_VALUE;
    }

    /** The same for an int. */
    static int int32(double value) {
        boolean fits = value > Integer.MIN_VALUE - 1.0 && value < Integer.MAX_VALUE + 1.0;
        return fits ? (int) value : Integer.MIN_VALUE;
    }

    long integer(long state, int argument) {
        return integer(number(state, argument));
    }

    static LuaError typeError(long state, int argument, String expected) {
        return LuaError.argument(
                argument, expected + " expected, got " + LuaType.name(Lua.type(state, argument)));
    }

    /** To be called with the number of elements so far by whoever makes many of them. */
    void checkMemory(long elements) {
        if ((elements & CHECK_ELEMENTS - 1) == CHECK_ELEMENTS - 1) {
            checkMemory();
        }
    }

    /** To be called before something large is made. */
    void checkMemory() {
        if (Lua.usedBytes(main) > Sandbox.MEMORY_BYTES_MAX) {
            throw LuaError.table(Sandbox.TOO_MUCH_MEMORY);
        }
    }

    /** A buffer that is freed with the interpreter. */
    NativeBuffer buffer(long bytes) {
        NativeBuffer made = new NativeBuffer(bytes);
        buffers.add(made);
        return made;
    }

    // ---- Source

    /**
     * Pushes the function that a source is compiled to, or what is wrong with it.
     *
     * @param name as Lua wants it: {@code @user_script}; it must be alive as a string of Lua's
     * @return true for a function
     */
    boolean compile(long source, long length, NativeBuffer name) {
        return Lua.compile(main, source, length, name.address()) == Lua.OK;
    }

    /** A name for {@link #compile}, and a string of Lua's that is never collected. */
    NativeBuffer chunkName(String name) {
        pushText(name);
        Lua.reference(main, Lua.REGISTRY);
        return zeroEnded(name);
    }
}
