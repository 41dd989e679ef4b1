package dev.millrace.kv.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;
import dev.millrace.kv.session.Session;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.charset.StandardCharsets;
import java.util.List;

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
    void a_script_that_writes_is_refused_as_a_write_is() {
        kv.call(
                "FUNCTION",
                "LOAD",
                "REPLACE",
                "#!lua name=l\nredis.register_function('f', function() return 1 end)");
        follow();
        assertEquals(READ_ONLY, kv.call("FCALL", "f", "0"));
        assertEquals(READ_ONLY, kv.call("EVAL", "#!lua\nreturn 1", "0"));
    }

    @Test
    void what_may_be_out_of_date_is_for_scripts_that_say_so() {
        follow();
        kv.call("CONFIG", "SET", "replica-serve-stale-data", "no");
        try {
            String down =
                    "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to"
                            + " 'no'.";
            assertEquals(down, kv.call("EVAL", "return 1", "0"));
            assertEquals(down, kv.call("EVAL", "#!lua flags=no-writes\nreturn 1", "0"));
            String stale = "#!lua flags=no-writes,allow-stale\n";
            assertEquals(":1", kv.call("EVAL", stale + "return 1", "0"));
            assertTrue(kv.call("EVAL", stale + "return redis.call('INFO')", "0").contains("redis"));
            assertTrue(
                    kv.call("EVAL", stale + "return redis.call('GET', 'a')", "0")
                            .startsWith("-ERR Can not execute the command on a stale replica"));
        } finally {
            kv.call("CONFIG", "SET", "replica-serve-stale-data", "yes");
        }
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

    /** Whatever ends, the master deletes: its clock is not ours. */
    @Test
    void what_the_master_says_is_there_though_its_time_has_come() {
        KvClient master = kv.client();
        master.session().peer(Session.Peer.MASTER);
        master.call("SET", "a", "1", "PXAT", "1000");
        master.call("SET", "b", "1");
        master.call("PEXPIREAT", "b", "1000");
        master.call("SET", "c", "1");
        master.call("GETEX", "c", "PXAT", "1000");
        master.send(KvClient.request("DUMP", "c"));
        byte[] reply = master.bytes();
        int head = 1 + new String(reply, StandardCharsets.ISO_8859_1).indexOf('\n');
        String dump = new String(reply, head, reply.length - head - 2, StandardCharsets.ISO_8859_1);
        master.call("RESTORE", "d", "1000", dump, "ABSTTL");
        follow();
        assertEquals(":0", kv.call("EXISTS", "a", "b", "c", "d"));
        for (String key : List.of("a", "b", "c", "d")) {
            master.call("PERSIST", key);
            assertEquals("1", kv.call("GET", key), key);
        }
    }

    /** As a chain has it: a node's stream through a Redis to another node. */
    @Test
    void a_script_that_the_master_sends_is_not_judged() {
        KvClient master = kv.client();
        master.session().peer(Session.Peer.MASTER);
        master.call("DEL", "l");
        follow();
        master.call("EVAL", "redis.call('RPUSH', KEYS[1], 'e')", "1", "l");
        assertEquals(":1", kv.call("LLEN", "l"));
    }
}
