package dev.millrace.kv.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.replication.Feed;
import dev.millrace.kv.session.OnlineSaves;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

class DebuggingTest {
    private final KvLanes kv = KvLanes.open(2);
    private final LaneClient client = kv.client(0);

    @TempDir Path folder;

    @AfterEach
    void close() {
        kv.close();
    }

    @BeforeEach
    void fill() {
        client.calls(
                "SET a 1",
                "SET s hello",
                "RPUSH l 1 2 3",
                "SADD se a b 1",
                "ZADD z 1.5 a 2 b",
                "HSET h f v",
                "XADD st 1-1 f v");
    }

    /** What redis-server 7.0.15 answers to the same. */
    @Test
    void digests_are_those_of_redis() {
        assertEquals(
                "[b4fc66738120fba0b5aa500ab5c2bf89cea1c5da,"
                        + " 36b23a1456b2dce2c3ed252c456761301dba8060,"
                        + " 4ee6e075f07dc1413244a0d85654cd725e5ce13d,"
                        + " e8f32bbb1ad9bf537c8867de4f19fec9e001296d,"
                        + " 445b877af3c3ec83af30529ddbbdda3185172254,"
                        + " 90c76e9e9f4c62d642a34fc97c7dad503b51f906,"
                        + " 2ed9a7a81688084b1f7eae33456ef7727d357031]",
                client.call("DEBUG DIGEST-VALUE a s l se z h st"));
        assertEquals("44e9fd9665fe90c2758761a2d2cbbadf7050add3", client.call("DEBUG DIGEST"));
    }

    @Test
    void an_object_is_told_of_as_long_as_it_is_in_memory() {
        client.calls("DEBUG SET-ACTIVE-EXPIRE 0", "SET gone x PX 1");
        client.calls("MULTI", "DEBUG SLEEP 0.003", "EXEC");
        assertTrue(client.call("DEBUG OBJECT gone").startsWith("Value at:"));
        assertEquals(":0", client.call("EXISTS gone"));
        client.call("DEBUG SET-ACTIVE-EXPIRE 1");
    }

    @Test
    void the_digest_of_nothing_is_zeros() {
        String zeros = "0".repeat(40);
        assertEquals("[" + zeros + "]", client.call("DEBUG DIGEST-VALUE nosuch"));
        client.call("FLUSHALL");
        assertEquals(zeros, client.call("DEBUG DIGEST"));
    }

    @Test
    void a_digest_does_not_depend_on_how_a_value_is_kept() {
        String packed = client.call("DEBUG DIGEST-VALUE l se z h");
        client.calls(
                "CONFIG SET zset-max-listpack-entries 0 hash-max-listpack-entries 0",
                "CONFIG SET set-max-intset-entries 0 list-max-listpack-size 1",
                "DEL l se z h",
                "RPUSH l 1 2 3",
                "SADD se b 1 a",
                "ZADD z 2 b 1.5 a",
                "HSET h f v");
        assertEquals("hashtable", client.call("OBJECT ENCODING h"));
        assertEquals(packed, client.call("DEBUG DIGEST-VALUE l se z h"));
    }

    @Test
    void only_who_may_can_debug() {
        Parameters.of(kv.server()).declare("enable-debug-command", "no");
        assertTrue(client.call("DEBUG DIGEST").startsWith("-ERR DEBUG command not allowed."));
        assertTrue(
                client.call("CONFIG SET enable-debug-command yes")
                        .contains("can't set immutable config"));
    }

    @Test
    void an_object_is_told_as_redis_tells_it() {
        String told = client.call("DEBUG OBJECT l");
        assertTrue(
                told.matches(
                        "Value at:0x[0-9a-f]+ refcount:1 encoding:quicklist serializedlength:16"
                                + " lru:\\d+ lru_seconds_idle:0 ql_nodes:1 ql_avg_node:3.00"
                                + " ql_listpack_max:\\S+ ql_compressed:0 ql_uncompressed_size:13"),
                told);
        assertEquals("-ERR no such key", client.call("DEBUG OBJECT nosuch"));
    }

    @Test
    void tables_are_told_bucket_by_bucket() {
        String told = client.call("DEBUG HTSTATS 0");
        assertTrue(told.contains(" number of elements: 7\n"), told);
        assertTrue(told.endsWith("No stats available for empty dictionaries\n"), told);
        assertEquals(
                "-ERR The value stored at the specified key is not represented using an hash table",
                client.call("DEBUG HTSTATS-KEY h"));
        client.call("CONFIG SET hash-max-listpack-entries 0");
        client.call("HSET big a 1 b 2 c 3");
        assertTrue(client.call("DEBUG HTSTATS-KEY big").contains(" number of elements: 3\n"), told);
        assertEquals("-ERR Out of range database", client.call("DEBUG HTSTATS 16"));
    }

    @Test
    void populate_makes_keys_that_are_not_there() {
        client.call("SET k:1 mine");
        assertEquals("OK", client.call("DEBUG POPULATE 3 k 10"));
        assertEquals("mine", client.call("GET k:1"));
        assertEquals("value:2\0\0\0", client.call("GET k:2"));
        assertEquals("OK", client.call("DEBUG POPULATE 1000"));
        assertEquals("value:999", client.call("GET key:999"));
        assertEquals(
                "-ERR value is out of range, must be positive", client.call("DEBUG POPULATE -1"));
    }

    /** A dump with one key, {@code k}, as Redis writes it, without a sum. */
    private Path dump() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("REDIS0010".getBytes(StandardCharsets.US_ASCII));
        bytes.write(new byte[] {(byte) 0xfe, 0, 0, 1, 'k', 1, 'v', (byte) 0xff});
        bytes.write(new byte[8]);
        return Files.write(folder.resolve("dump.rdb"), bytes.toByteArray());
    }

    private record Written(Path file, boolean well) implements OnlineSaves {
        @Override
        public boolean begin(Consumer<Boolean> ended) {
            ended.accept(well);
            return true;
        }

        @Override
        public void schedule(Consumer<Boolean> ended) {
            ended.accept(well);
        }

        @Override
        public State state() {
            return new State(false, 0, true, 0, -1, 0, 0, 0, file);
        }
    }

    @Test
    void reload_has_what_the_dump_has() throws IOException {
        kv.server().saves(new Written(dump(), true));
        assertEquals("OK", client.call("DEBUG RELOAD"));
        assertEquals("[k]", client.call("KEYS *"));
        client.call("SET other 1");
        assertEquals("OK", client.call("DEBUG RELOAD NOSAVE NOFLUSH MERGE"));
        assertEquals(":2", client.call("DBSIZE"));
        assertEquals(
                "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
                client.call("DEBUG RELOAD NOW"));
    }

    @Test
    void a_reload_that_fails_leaves_all_as_it_was() throws IOException {
        kv.server().saves(new Written(dump(), false));
        assertEquals("-ERR the dump could not be written", client.call("DEBUG RELOAD"));
        Files.write(folder.resolve("dump.rdb"), new byte[] {1, 2, 3});
        assertTrue(client.call("DEBUG RELOAD NOSAVE").startsWith("-ERR"));
        assertEquals(":7", client.call("DBSIZE"));
        assertEquals("-ERR there is no journal in files", client.call("DEBUG LOADAOF"));
        assertEquals(":7", client.call("DBSIZE"));
    }

    @Test
    void what_takes_its_time_is_not_for_transactions() {
        client.calls("MULTI", "DEBUG RELOAD");
        assertTrue(client.call("EXEC").contains("not possible inside a transaction"));
    }

    @Test
    void errors_and_ids_are_made_as_wished() {
        assertEquals("-FOO", client.call("DEBUG ERROR FOO"));
        String before = Feed.of(kv.server()).id();
        assertEquals("OK", client.call("DEBUG CHANGE-REPL-ID"));
        assertFalse(before.equals(Feed.of(kv.server()).id()));
        assertEquals("-ERR maxmemory-clients is disabled.", client.call("DEBUG CLIENT-EVICTION"));
        client.call("CONFIG SET maxmemory-clients 100mb");
        assertTrue(client.call("DEBUG CLIENT-EVICTION").startsWith("Bucket"));
    }
}
