package dev.millrace.kv.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FewReplicasTest {
    private static final String REFUSAL = "-NOREPLICAS Not enough good replicas to write.";

    @RegisterExtension static final Kv kv = Kv.open();

    /** The room does so when it starts. */
    @BeforeAll
    static void beginToFeed() {
        Feed.of(kv.server());
    }

    @AfterEach
    void wantNone() {
        assertEquals("OK", kv.call("CONFIG", "SET", "min-replicas-to-write", "0"));
    }

    private static void wantOne() {
        assertEquals("OK", kv.call("CONFIG", "SET", "min-replicas-to-write", "1"));
    }

    @Test
    void without_enough_of_them_nothing_is_written_and_all_is_read() {
        kv.call("SET", "a", "1");
        wantOne();
        assertEquals(REFUSAL, kv.call("SET", "a", "2"));
        assertEquals("1", kv.call("GET", "a"));
    }

    @Test
    void a_script_that_has_ended_changes_nothing_of_it() {
        wantOne();
        assertEquals(":1", kv.call("EVAL", "return 1", "0"));
        assertEquals(REFUSAL, kv.call("SET", "a", "2"));
    }

    @Test
    void a_script_s_writes_are_refused_and_its_reads_are_not() {
        kv.call("SET", "a", "1");
        wantOne();
        assertTrue(
                kv.call("EVAL", "return redis.call('SET', KEYS[1], '2')", "1", "a")
                        .startsWith(REFUSAL));
        assertEquals("1", kv.call("EVAL", "return redis.call('GET', KEYS[1])", "1", "a"));
        assertEquals(REFUSAL, kv.call("EVAL", "#!lua\nreturn 1", "0"));
        assertEquals(":1", kv.call("EVAL", "#!lua flags=no-writes\nreturn 1", "0"));
        assertEquals("1", kv.call("GET", "a"));
    }

    @Test
    void what_was_queued_before_is_refused_by_exec() {
        KvClient other = kv.client();
        other.call("MULTI");
        other.call("INCR", "a");
        wantOne();
        assertEquals(
                "-EXECABORT Transaction discarded because of: " + REFUSAL.substring(1),
                other.call("EXEC"));
        assertEquals(":0", kv.call("EXISTS", "a"));
    }
}
