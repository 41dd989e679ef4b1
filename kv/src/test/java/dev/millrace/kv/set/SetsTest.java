package dev.millrace.kv.set;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class SetsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void members_are_added_moved_and_removed() {
        assertEquals(":2", kv.call("SADD", "s", "a", "b", "a"));
        assertEquals(":0", kv.call("SADD", "s", "a"));
        assertEquals(":1", kv.call("SMOVE", "s", "t", "a"));
        assertEquals(":0", kv.call("SMOVE", "s", "t", "a"));
        assertEquals(":1", kv.call("SREM", "s", "b", "x"));
        assertEquals(
                List.of("new s", "sadd s", "srem s", "new t", "sadd t", "srem s", "del s"),
                kv.events());
        assertEquals(":0", kv.call("EXISTS", "s"));
    }

    @Test
    void a_set_of_integers_changes_form_in_the_middle_of_a_command() {
        kv.call("CONFIG", "SET", "set-max-intset-entries", "3");
        kv.call("SADD", "s", "1", "2", "3", "3");
        assertEquals("intset", kv.call("OBJECT", "ENCODING", "s"));
        assertEquals(":2", kv.call("SADD", "s", "1", "4", "a"));
        assertEquals("hashtable", kv.call("OBJECT", "ENCODING", "s"));
        assertEquals(":1", kv.call("SADD", "s", "x".repeat(65)));
        assertEquals(":6", kv.call("SCARD", "s"));
        kv.call("CONFIG", "SET", "set-max-intset-entries", "512");
    }

    @Test
    void a_result_replaces_its_key_even_if_that_is_one_of_the_sets() {
        kv.call("SADD", "a", "1", "2", "3");
        kv.call("SADD", "b", "2", "3", "4");
        kv.call("PEXPIRE", "a", "100000");
        assertEquals(":2", kv.call("SINTERSTORE", "a", "a", "b"));
        assertEquals(":-1", kv.call("PTTL", "a"));
        assertEquals(":3", kv.call("SUNIONSTORE", "a", "a", "b"));
        assertEquals(":0", kv.call("SDIFFSTORE", "a", "b", "a"));
        assertEquals(":0", kv.call("EXISTS", "a"));
    }

    @Test
    void a_popped_set_is_gone_and_a_replay_pops_the_same() {
        Seeds.each(
                20,
                random -> {
                    kv.call("DEL", "s");
                    for (int i = random.nextInt(1, 300); i > 0; i--) {
                        kv.call("SADD", "s", "member:" + random.nextInt(1000));
                    }
                    long size = Long.parseLong(kv.call("SCARD", "s").substring(1));
                    long popped = random.nextLong(size);
                    kv.call("SPOP", "s", "" + popped);
                    assertEquals(":" + (size - popped), kv.call("SCARD", "s"));
                    kv.call("SPOP", "s", "" + random.nextLong(size - popped, size * 2));
                    assertEquals(":0", kv.call("EXISTS", "s"));
                });
    }
}
