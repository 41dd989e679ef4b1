package dev.millrace.kv.list;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class ListsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static String all(String key) {
        return kv.call("LRANGE", key, "0", "-1");
    }

    @Test
    void elements_are_pushed_and_popped_at_both_ends() {
        assertEquals(":3", kv.call("RPUSH", "l", "a", "b", "c"));
        assertEquals(":5", kv.call("LPUSH", "l", "1", "0"));
        assertEquals("[0, 1, a, b, c]", all("l"));
        assertEquals("0", kv.call("LPOP", "l"));
        assertEquals("[c, b]", kv.call("RPOP", "l", "2"));
        assertEquals("[1, a]", kv.call("LPOP", "l", "9"));
        assertEquals(
                List.of("new l", "rpush l", "lpush l", "lpop l", "rpop l", "lpop l", "del l"),
                kv.events());
        assertEquals(":0", kv.call("RPUSHX", "l", "x"));
    }

    @Test
    void every_element_that_comes_or_goes_is_a_change() {
        long before = kv.lane().effects().changes();
        kv.call("RPUSH", "l", "a", "b", "a", "c", "a");
        assertEquals(5, kv.lane().effects().changes() - before);
        kv.call("LREM", "l", "2", "a");
        assertEquals(7, kv.lane().effects().changes() - before);
        kv.call("RPOPLPUSH", "l", "m");
        assertEquals(8, kv.lane().effects().changes() - before);
        kv.call("LTRIM", "l", "5", "9");
        assertEquals(10, kv.lane().effects().changes() - before);
    }

    @Test
    void a_list_may_be_moved_around_in_itself_and_keeps_its_time_to_live() {
        kv.call("RPUSH", "l", "only");
        kv.call("PEXPIRE", "l", "100000");
        assertEquals("only", kv.call("LMOVE", "l", "l", "LEFT", "RIGHT"));
        assertEquals("only", kv.call("LMOVE", "l", "l", "LEFT", "LEFT"));
        assertEquals(":100000", kv.call("PTTL", "l"));
        kv.call("RPUSH", "l", "2", "x".repeat(10_000));
        assertEquals("only", kv.call("LMOVE", "l", "l", "LEFT", "RIGHT"));
        assertEquals("only", kv.call("RPOPLPUSH", "l", "l"));
        assertEquals("2", kv.call("LINDEX", "l", "1"));
        assertEquals(":3", kv.call("LLEN", "l"));
    }

    @Test
    void what_is_trimmed_to_itself_has_touched_its_watchers() {
        kv.call("RPUSH", "l", "a", "b");
        kv.call("WATCH", "l");
        kv.client().call("LTRIM", "l", "0", "-1");
        kv.call("MULTI");
        kv.call("PING");
        assertEquals("nil", kv.call("EXEC"));
    }

    @Test
    void a_packed_list_becomes_a_chain_when_an_element_grows() {
        kv.call("RPUSH", "l", "a", "b", "c");
        assertEquals("OK", kv.call("LSET", "l", "1", "x".repeat(9000)));
        assertEquals("c", kv.call("LINDEX", "l", "2"));
        assertEquals(":1", kv.call("LREM", "l", "0", "x".repeat(9000)));
        assertEquals("[a, c]", all("l"));
        assertEquals("quicklist", kv.call("OBJECT", "ENCODING", "l"));
    }
}
