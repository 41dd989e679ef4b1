package dev.millrace.kv.hyperloglog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HyperLogLogsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String WRONG_TYPE =
            "-WRONGTYPE Key is not a valid HyperLogLog string value.";

    private static void add(String key, int from, int to) {
        for (int i = from; i < to; i++) {
            kv.call("PFADD", key, "element:" + i);
        }
    }

    @Test
    void it_counts_what_it_was_given_and_merges() {
        assertEquals(":1", kv.call("PFADD", "a", "x", "y", "z"));
        assertEquals(":0", kv.call("PFADD", "a", "x"));
        assertEquals(":3", kv.call("PFCOUNT", "a"));
        assertEquals(":3", kv.call("PFCOUNT", "a"));
        kv.call("PFADD", "b", "z", "u");
        assertEquals(":4", kv.call("PFCOUNT", "a", "b", "missing"));
        assertEquals("OK", kv.call("PFMERGE", "c", "a", "b"));
        assertEquals(":4", kv.call("PFCOUNT", "c"));
    }

    @Test
    void a_long_sparse_one_becomes_dense_and_counts_on() {
        add("h", 0, 500);
        assertEquals("sparse", kv.call("PFDEBUG", "ENCODING", "h"));
        add("h", 500, 4000);
        assertEquals("dense", kv.call("PFDEBUG", "ENCODING", "h"));
        long count = Long.parseLong(kv.call("PFCOUNT", "h").substring(1));
        assertTrue(Math.abs(count - 4000) < 4000 * 0.03, "count: " + count);
        assertEquals(":12304", kv.call("STRLEN", "h"));
    }

    @Test
    void a_sparse_one_may_become_longer_than_a_dense_one() {
        kv.call("CONFIG", "SET", "hll-sparse-max-bytes", "1000000");
        add("h", 0, 20_000);
        assertEquals("sparse", kv.call("PFDEBUG", "ENCODING", "h"));
        kv.call("PFADD", "g", "x");
        assertEquals("OK", kv.call("PFMERGE", "g", "h"));
        assertEquals("sparse", kv.call("PFDEBUG", "ENCODING", "g"));
        String count = kv.call("PFCOUNT", "g");
        kv.call("PFDEBUG", "TODENSE", "g");
        assertEquals(count, kv.call("PFCOUNT", "g", "missing"));
        kv.call("CONFIG", "SET", "hll-sparse-max-bytes", "3000");
    }

    @Test
    void who_watches_a_key_is_not_told_that_its_form_changes() {
        kv.call("PFADD", "h", "x");
        kv.call("WATCH", "h");
        kv.call("PFDEBUG", "TODENSE", "h");
        kv.call("MULTI");
        assertEquals("[]", kv.call("EXEC"));
    }

    @Test
    void other_strings_are_refused() {
        kv.call("SET", "s", "a string");
        assertEquals(WRONG_TYPE, kv.call("PFADD", "s", "x"));
        assertEquals(WRONG_TYPE, kv.call("PFCOUNT", "s"));
        assertEquals(WRONG_TYPE, kv.call("PFMERGE", "t", "s"));
        kv.call("PFADD", "h", "x");
        kv.call("APPEND", "h", "hello");
        assertEquals("-INVALIDOBJ Corrupted HLL object detected", kv.call("PFMERGE", "t", "h"));
    }

    @Test
    void the_self_test_passes() {
        assertEquals("OK", kv.call("PFSELFTEST"));
    }
}
