package dev.millrace.kv.lua;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

final class LuaEngineTest {
    private final LuaEngine engine = new LuaEngine();
    private final FakeHost host = new FakeHost();
    private final NativeBuffer out = new NativeBuffer(1024);

    private String eval(String script, String... keysAndArguments) {
        byte[] source = script.getBytes(StandardCharsets.ISO_8859_1);
        NativeBuffer copy = new NativeBuffer(Math.max(source.length, 1));
        copy.put(source);
        int reference;
        try {
            reference = engine.compile(copy.address(), source.length);
        } catch (BadSource bad) {
            return "bad source: " + bad.why();
        }
        Reply reply = new Reply(out);
        out.clear();
        engine.run(
                new LuaEngine.Invocation(reference, false, "f", request(keysAndArguments), 0),
                host,
                reply);
        engine.forget(reference);
        return new String(out.toBytes(), StandardCharsets.ISO_8859_1).replace("\r\n", "|");
    }

    private static Request request(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "EVAL";
        all[1] = "";
        all[2] = "0";
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        NativeBuffer buffer = new NativeBuffer(1024);
        int offset = 0;
        for (String argument : all) {
            buffer.putInt(offset);
            buffer.putInt(argument.length());
            offset += argument.length();
        }
        for (String argument : all) {
            buffer.putUtf8(argument);
        }
        Request request = Request.view();
        request.show(buffer.address(), all.length);
        return request;
    }

    @Test
    void values_become_replies() {
        assertEquals(":3|", eval("return 3.99"));
        assertEquals("$1|a|", eval("return 'a'"));
        assertEquals("*2|:1|$1|b|", eval("return {1,'b',nil,4}"));
        assertEquals("+fine|", eval("return {ok='fine'}"));
        assertEquals("$-1|", eval("return false"));
        assertEquals("-|", eval("return {err=''}"));
        assertEquals("*2|$1|x|$1|y|", eval("return ARGV", "x", "y"));
    }

    @Test
    void a_big_number_stays_on_its_line() {
        assertEquals("$5|1  +2|", eval("return {big_number='1\\r\\n+2'}"));
    }

    @Test
    void a_string_that_doubles_ends_with_the_memory_and_the_next_script_runs() {
        String ended = eval("local s = 'x' while true do s = s .. s end");
        assertEquals("-ERR scripts have too much memory", ended.substring(0, 33));
        assertEquals(":1|", eval("for i = 1, 100000 do end return 1"));
    }

    @Test
    void what_scripts_leave_behind_is_freed_long_before_it_is_as_much_as_what_is_needed() {
        eval("return 1");
        engine.collect();
        long needed = engine.usedBytes();
        for (int i = 0; i < 2000; i++) {
            eval("return {ARGV[1]}", "x");
            assertTrue(engine.usedBytes() < needed + needed / 3, "bytes: " + engine.usedBytes());
        }
    }

    @Test
    void attributes_of_a_reply_are_not_seen() {
        assertEquals("$9|the value|", eval("redis.setresp(3) return redis.call('ATTRIBUTE')"));
    }

    @Test
    void a_script_that_is_killed_with_too_much_memory_leaves_it_to_the_next() {
        host.patience = 3000;
        String ended =
                eval(
                        "local t = {} while true do pcall(function() while true do"
                                + " t[#t + 1] = string.rep(tostring(#t), 200000) end end) end");
        assertEquals("-ERR Script killed by user", ended.substring(0, 26));
        host.patience = Long.MAX_VALUE;
        assertEquals(":1|", eval("for i = 1, 100000 do end return 1"));
    }

    @Test
    void an_error_of_a_command_names_the_line_of_the_script() {
        assertEquals(
                "-ERR it failed script: f, on @user_script:2.|",
                eval("\nreturn redis.call('FAIL')"));
        assertEquals("-ERR it failed|", eval("return redis.pcall('FAIL')"));
        assertEquals("$13|ERR it failed|", eval("local _, e = pcall(redis.call, 'FAIL') return e"));
        assertEquals("$1|x|", eval("return redis.call('ECHO', 'x')"));
    }

    @Test
    void a_function_of_ours_fails_as_one_of_luas() {
        assertEquals(
                "-ERR user_script:1: bad argument #1 to 'decode' (string expected, got nil)"
                        + " script: f, on @user_script:1.|",
                eval("return cjson.decode(nil)"));
        assertEquals(
                "$44|user_script:1: Missing bytes in input. is it|",
                eval(
                        "local ok, e = pcall(function() cmsgpack.unpack('\\221') end) return e .. ' is it'"));
    }

    @Test
    void what_ends_a_function_with_a_call_of_a_library_names_its_line_when_that_fails() {
        assertEquals(
                "-ERR user_script:2: bad argument #1 to 'next' (table expected, got nil)"
                        + " script: f, on @user_script:2.|",
                eval("\nreturn next(nil)"));
        assertEquals(
                "-ERR user_script:3: bad argument #1 to 'rep' (string expected, got no value)"
                        + " script: f, on @user_script:3.|",
                eval("local function f()\n local x = 1\n return string.rep() end return f()"));
        assertEquals(
                "-ERR n:1: bad argument #1 to 'unpack' (table expected, got nil)"
                        + " script: f, on =n:1.|",
                eval("local f = loadstring('return unpack(nil)', '=n') return f()"));
    }

    /** As the function is called, and where, whether the error is caught or not. */
    @Test
    void functions_that_are_lua_code_here_fail_as_those_of_c() {
        assertEquals(
                "$69|user_script:1: bad argument #1 to 'r' (string expected, got no value)|",
                eval("local r = string.rep local _, e = pcall(function() r() end) return e"));
        assertEquals(
                "$54|bad argument #1 to '?' (string expected, got no value)|",
                eval("local _, e = pcall(string.rep) return e"));
        assertEquals(
                "-ERR user_script:1: bad argument #1 to 'rep' (number expected, got no value)"
                        + " script: f, on @user_script:1.|",
                eval("local s = 'x' local t = s:rep()"));
        assertEquals(
                "$48|user_script:1: malformed pattern (ends with '%')|",
                eval("local _, e = pcall(function() local _ = ('a'):find('%') end) return e"));
        assertEquals(
                "$70|h user_script:1: bad argument #1 to 'concat' (table expected, got nil)|",
                eval(
                        "local _, e = xpcall(function() return table.concat(nil) end,"
                                + " function(m) return 'h ' .. m end) return e"));
        assertEquals(
                "$68|user_script:1: bad argument #1 to 'insert' (table expected, got nil)|",
                eval(
                        "local c = coroutine.create(function() table.insert(nil, 1) end)"
                                + " local _, e = coroutine.resume(c) return e"));
    }

    @Test
    void the_wrapper_of_a_coroutine_fails_where_it_was_called() {
        assertEquals(
                "-ERR user_script:2: user_script:1: bad argument #1 to 'rep' (string expected, got"
                        + " no value) script: f, on @user_script:2.|",
                eval("local c = coroutine.wrap(function() string.rep() end)\nreturn c()"));
        assertEquals(
                "-ERR user_script:2: cannot resume dead coroutine script: f, on @user_script:2.|",
                eval("local c = coroutine.wrap(function() end) c()\nreturn c()"));
        assertEquals(
                "*2|:1|:2|",
                eval(
                        "local c = coroutine.wrap(function(a) coroutine.yield(a + 1) end)"
                                + " return {1, c(1)}"));
    }

    @Test
    void nothing_is_an_error_like_any_other_and_no_argument_is_no_nil() {
        assertEquals(
                "$5|h:nil|",
                eval(
                        "local _, e = xpcall(function() error() end,"
                                + " function(m) return 'h:' .. tostring(m) end) return e"));
        assertEquals("$31|attempt to call a boolean value|", eval("return select(2, pcall())"));
        assertEquals(
                "-ERR user_script:1: bad argument #1 to 'rawget' (table expected, got no value)"
                        + " script: f, on @user_script:1.|",
                eval("return rawget()"));
    }

    @Test
    void what_a_script_calls_last_leaves_no_trace_however_often() {
        assertEquals(
                ":1|",
                eval(
                        "local f, t = nil, {} function t.find(n) return f(n) end"
                                + " function f(n) if n == 0 then return 1 end return t.find(n - 1) end"
                                + " return f(300000)"));
    }

    @Test
    void a_fault_of_ours_is_not_the_scripts_to_catch() {
        assertThrows(
                IllegalStateException.class, () -> eval("pcall(redis.call, 'THROW') return 1"));
        assertEquals(":1|", eval("return 1"));
    }

    @Test
    void a_script_that_is_killed_ends_behind_any_pcall() {
        host.killed = true;
        assertEquals(
                "-ERR Script killed by user with SCRIPT KILL... script: f, on @user_script:1.|",
                eval("while true do pcall(function() while true do end end) end"));
        assertEquals(
                "-ERR Script killed by user with SCRIPT KILL... script: f, on @user_script:1.|",
                eval("local co = coroutine.wrap(function() while true do end end) co()"));
        assertEquals(
                "-ERR Script killed by user with SCRIPT KILL... script: f, on @user_script:1.|",
                eval(
                        "local co = coroutine.wrap(function() while true do pcall(function() while"
                                + " true do end end) end end) co()"));
        host.killed = false;
        assertEquals(
                ":3|", eval("local n = 0 for i = 1, 300000 do n = n + 1 end return n / 100000"));
    }

    @Test
    void a_script_that_does_nothing_but_fail_is_killed_as_any_other() {
        host.patience = 3;
        assertEquals(
                "-ERR Script killed by user with SCRIPT KILL... script: f, on @user_script:1.|",
                eval("while true do pcall(redis.call, 'NONE') end"));
        assertEquals(
                "-ERR Script killed by user with SCRIPT KILL... script: f, on @user_script:1.|",
                eval("local function f() while true do end end while true do xpcall(f, f) end"));
    }

    @Test
    void a_handler_of_errors_is_ended_as_any_other_code() {
        host.patience = 3;
        assertEquals(
                "-ERR Script killed by user with SCRIPT KILL... script: f, on @user_script:1.|",
                eval(
                        "xpcall(function() redis.call('NONE') end, function() while true do end"
                                + " end)"));
    }

    @Test
    void an_error_in_a_handler_of_errors_goes_to_the_handler() {
        assertEquals(
                "*2|$-1|$23|error in error handling|",
                eval(
                        "return {xpcall(function() redis.call('FAIL') end,"
                                + " function() cmsgpack.pack() end)}"));
        assertEquals(
                "*2|$-1|$1|2|",
                eval(
                        "local n = 0 return {xpcall(function() redis.call('FAIL') end, function(e)"
                                + " n = n + 1 if n == 1 then cmsgpack.pack() end return tostring(n)"
                                + " end)}"));
        assertEquals(":1|", eval("return 1"));
    }

    @Test
    void where_our_own_lua_is_no_error_says() {
        String pulled =
                eval(
                        "return {coroutine.resume(coroutine.create(function() return"
                                + " rawset(1, 2, 3) end))}");
        assertEquals(
                "*2|$-1|$71|user_script:1: bad argument #1 to 'rawset' (table expected, got"
                        + " number)|",
                pulled);
        assertEquals(
                "-ERR user_script:1: bad argument #1 to 'next' (table expected, got nil)"
                        + " script: f, on @user_script:1.|",
                eval("next(nil)"));
    }

    @Test
    void numbers_that_are_no_int_are_refused_as_c_converts_them() {
        assertEquals("-ERR Invalid debug level.", eval("redis.log(2^63, 'x')").substring(0, 25));
        assertEquals(
                "-ERR Invalid replication flags.", eval("redis.set_repl(0/0)").substring(0, 31));
    }

    @Test
    void what_is_protected_cannot_be_changed() {
        String readonly =
                "-ERR user_script:1: Attempt to modify a readonly table script: f, on @user_script:1.|";
        assertEquals(readonly, eval("a = 1"));
        assertEquals(readonly, eval("string.x = 1"));
        assertEquals(readonly, eval("redis.call = 1"));
        assertEquals(readonly, eval("getmetatable(_G).__index = {}"));
        assertEquals(readonly, eval("getmetatable('').__index = {}"));
        String inC = "-ERR Attempt to modify a readonly table script: f, on @user_script:1.|";
        assertEquals(inC, eval("rawset(_G, 'x', 1)"));
        assertEquals(inC, eval("setmetatable(_G, {})"));
        assertEquals(inC, eval("table.insert(redis, 1)"));
    }

    @Test
    void only_what_is_allowed_is_there() {
        String all =
                "local names = {} for name in pairs(_G) do names[#names + 1] = name end"
                        + " table.sort(names) return table.concat(names, ' ')";
        String expected =
                "ARGV KEYS _G _VERSION __redis__err__handler assert bit cjson cmsgpack"
                        + " collectgarbage coroutine error gcinfo getmetatable ipairs load"
                        + " loadstring math next pairs pcall rawequal rawget rawset redis select"
                        + " setmetatable string struct table tonumber tostring type unpack"
                        + " xpcall";
        assertEquals("$" + expected.length() + "|" + expected + "|", eval(all));
    }
}
