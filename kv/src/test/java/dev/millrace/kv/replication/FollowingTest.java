package dev.millrace.kv.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nobody listens on the port that is followed. */
class FollowingTest {
    private static final String READ_ONLY =
            "-READONLY You can't write against a read only replica.";

    @RegisterExtension static final Kv kv = Kv.open();

    private static void follow() {
        assertEquals("OK", kv.call("REPLICAOF", "127.0.0.1", "1"));
    }

    @AfterEach
    void free() {
        assertEquals("OK", kv.call("REPLICAOF", "NO", "ONE"));
    }

    @Test
    void a_script_that_has_ended_does_not_make_a_follower_take_writes() {
        follow();
        assertEquals(":1", kv.call("EVAL_RO", "return 1", "0"));
        assertEquals(READ_ONLY, kv.call("SET", "a", "1"));
    }

    @Test
    void who_waits_for_keys_is_let_go_when_they_are_anothers() {
        KvClient waiting = kv.client();
        KvClient following = kv.client();
        waiting.send(KvClient.request("BLPOP", "l", "0"));
        following.send(KvClient.request("WAIT", "1", "0"));
        follow();
        String told =
                "-UNBLOCKED force unblock from blocking operation, instance state changed"
                        + " (master -> replica?)";
        assertEquals(told, waiting.receive());
        assertEquals(told, following.receive());
        assertTrue(waiting.isClosed());
        assertTrue(following.isClosed());
    }

    @Test
    void a_limit_of_time_may_be_longer_than_any_socket_s() {
        kv.call("CONFIG", "SET", "repl-timeout", "2147483647");
        follow();
        assertEquals("OK", kv.call("CONFIG", "SET", "repl-timeout", "60"));
    }
}
