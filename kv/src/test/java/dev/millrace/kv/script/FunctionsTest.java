package dev.millrace.kv.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;
import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FunctionsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String LIBRARY =
            "#!lua name=lib\n"
                    + "redis.register_function('twice', function(keys, args) return args[1] * 2"
                    + " end)";

    @BeforeEach
    void there_are_no_libraries() {
        kv.call("FUNCTION", "FLUSH");
    }

    @Test
    void a_function_is_called_with_its_keys_and_arguments() {
        assertEquals("lib", kv.call("FUNCTION", "LOAD", LIBRARY));
        assertEquals(":42", kv.call("FCALL", "twice", "0", "21"));
    }

    @Test
    void a_library_is_there_after_a_start() {
        kv.call("FUNCTION", "LOAD", LIBRARY);
        kv.restart();
        assertEquals(":42", kv.call("FCALL", "twice", "0", "21"));
    }

    @Test
    void a_library_is_in_a_checkpoint() {
        kv.call("FUNCTION", "LOAD", LIBRARY);
        kv.beginCheckpoint();
        kv.endCheckpoint();
        kv.call("SET", "later", "1");
        kv.restart();
        assertEquals(":42", kv.call("FCALL", "twice", "0", "21"));
    }

    @Test
    void a_library_that_was_deleted_does_not_come_back() {
        kv.call("FUNCTION", "LOAD", LIBRARY);
        kv.call("FUNCTION", "DELETE", "lib");
        kv.restart();
        assertEquals("-ERR Function not found", kv.call("FCALL", "twice", "0", "21"));
    }

    @Test
    void a_library_whose_code_fails_is_not_there() {
        assertTrue(
                kv.call("FUNCTION", "LOAD", "#!lua name=bad\nredis.nothing()")
                        .startsWith("-ERR Error registering functions:"));
        assertEquals("[]", kv.call("FUNCTION", "LIST"));
    }

    @Test
    void where_our_own_lua_is_a_library_that_fails_does_not_say() {
        assertEquals(
                "-ERR Error registering functions: ERR user_function:3: malformed pattern (missing"
                        + " ']')",
                kv.call("FUNCTION", "LOAD", "#!lua name=bad\n\nlocal x = ('x'):find('[')"));
    }

    @Test
    void what_is_dumped_is_restored() {
        kv.call("FUNCTION", "LOAD", LIBRARY);
        String dump = kv.call("FUNCTION", "DUMP");
        kv.call("FUNCTION", "FLUSH");
        assertEquals("OK", kv.call("FUNCTION", "RESTORE", dump));
        assertEquals(":42", kv.call("FCALL", "twice", "0", "21"));
        assertEquals(
                "-ERR Library lib already exists", kv.call("FUNCTION", "RESTORE", dump, "APPEND"));
        assertEquals("OK", kv.call("FUNCTION", "RESTORE", dump, "REPLACE"));
    }

    @Test
    void who_sees_a_library_or_its_end_waits_until_that_is_durable() {
        try (KvLanes lanes = KvLanes.strict(2)) {
            LaneClient changes = lanes.client(0);
            LaneClient calls = lanes.client(1);
            changes.sendBytes(
                    KvClient.request(
                            "FUNCTION",
                            "LOAD",
                            "#!lua name=seen\n"
                                    + "redis.register_function('see', function() return 1 end)"));
            assertEquals("seen", changes.next());
            assertEquals(":1", calls.call("FCALL see 0"));
            assertEquals(changes.lastDependsOn(), calls.lastDependsOn());
            assertEquals("OK", changes.call("FUNCTION DELETE seen"));
            assertEquals("-ERR Function not found", calls.call("FCALL see 0"));
            assertEquals(changes.lastDependsOn(), calls.lastDependsOn());
        }
    }
}
