package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.kernel.memory.GuardedMemory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.lua.BadSource;
import dev.millrace.kv.lua.LuaEngine;
import dev.millrace.kv.lua.ScriptHost;
import dev.millrace.kv.rdb.LibraryDump;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What scripts give the decoders of cmsgpack, cjson and struct, FUNCTION RESTORE is given, and
 * scripts themselves.
 */
class ScriptLibraryFuzzTest {
    private static final LuaEngine LUA = new LuaEngine();
    private static final NativeBuffer OUT = new NativeBuffer(1024);
    private static final NativeBuffer ARGUMENTS = new NativeBuffer(1024);
    private static final int MESSAGE_PACK =
            compile("return #{pcall(cmsgpack.unpack, ARGV[1])} > 0");
    private static final int JSON =
            compile(
                    "local ok, v = pcall(cjson.decode, ARGV[1])"
                            + " if ok then pcall(cjson.encode, v) pcall(cmsgpack.pack, v) end"
                            + " return true");
    private static final int STRUCT =
            compile(
                    "local n = (ARGV[1]:byte(1) or 0) % 16"
                            + " local form, data = ARGV[1]:sub(2, n + 1), ARGV[1]:sub(n + 2)"
                            + " pcall(struct.unpack, form, data) pcall(struct.size, form)"
                            + " pcall(struct.pack, form, 1, 2, data, 4) return true");

    private static int compile(String script) {
        byte[] source = script.getBytes(StandardCharsets.ISO_8859_1);
        NativeBuffer copy = new NativeBuffer(source.length);
        copy.put(source);
        try {
            return LUA.compile(copy.address(), source.length);
        } catch (BadSource bad) {
            throw new AssertionError(bad.why());
        }
    }

    @FuzzTest(maxDuration = "20s")
    void message_pack_is_read_or_refused(byte[] input) {
        run(MESSAGE_PACK, input);
    }

    @FuzzTest(maxDuration = "20s")
    void json_is_read_or_refused(byte[] input) {
        run(JSON, input);
    }

    @FuzzTest(maxDuration = "20s")
    void structures_are_read_or_refused(byte[] input) {
        run(STRUCT, input);
    }

    @FuzzTest(maxDuration = "20s")
    void a_dump_of_libraries_is_read_or_refused(byte[] input) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = GuardedMemory.copy(arena, input);
            int length = input.length;
            if (!LibraryDump.isWhole(memory.address(), length) && length >= 10) {
                // Anybody can compute a sum: what is behind it is read as well.
                LibraryDump.read(memory.address(), length);
            }
        }
    }

    /** Nothing of it is run: it may go on for ever. */
    @FuzzTest(maxDuration = "20s")
    void any_source_is_compiled_or_refused(byte[] input) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = GuardedMemory.copy(arena, input);
            LUA.forget(LUA.compile(memory.address(), input.length));
        } catch (BadSource refused) {
            assertFalse(refused.why().isEmpty());
        }
    }

    private static void run(int script, byte[] input) {
        ARGUMENTS.clear();
        for (int i = 0; i < 4; i++) {
            ARGUMENTS.putInt(0);
            ARGUMENTS.putInt(i < 3 ? 0 : input.length);
        }
        ARGUMENTS.put(input);
        Request request = Request.view();
        request.show(ARGUMENTS.address(), 4);
        OUT.clear();
        LUA.run(
                new LuaEngine.Invocation(script, false, "f", request, 0),
                new Alone(),
                new Reply(OUT));
        String reply = new String(OUT.toBytes(), StandardCharsets.ISO_8859_1);
        if (!reply.equals(":1\r\n")) {
            throw new AssertionError(reply);
        }
    }

    /** A server without commands. */
    private record Alone() implements ScriptHost {
        @Override
        public @Nullable String call(Request request, NativeBuffer answer, int protocol) {
            return "ERR there are none";
        }

        @Override
        public @Nullable Boolean permits(Request request) {
            return null;
        }

        @Override
        public boolean isKilled() {
            return false;
        }

        @Override
        public void log(int level, String text) {}

        @Override
        public void failed(String error, boolean counts) {}
    }
}
