package dev.millrace.kv.blocking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

class WaitTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private final List<KvClient> clients = new ArrayList<>();

    /** They would be served in the next test. */
    @AfterEach
    void all_clients_leave() {
        clients.forEach(KvClient::leave);
    }

    private KvClient waiting(String... command) {
        KvClient client = kv.client();
        clients.add(client);
        assertEquals(KvClient.NOTHING, client.call(command));
        assertTrue(client.session().isWaiting());
        return client;
    }

    @Test
    void who_came_first_is_served_first() {
        KvClient first = waiting("BLPOP", "l", "0");
        KvClient second = waiting("BRPOP", "other", "l", "0");
        KvClient third = waiting("BLMPOP", "0", "1", "l", "LEFT", "COUNT", "2");
        assertEquals(":5", kv.call("RPUSH", "l", "a", "b", "c", "d", "e"));
        assertEquals("[l, a]", first.receive());
        assertEquals("[l, e]", second.receive());
        assertEquals("[l, [b, c]]", third.receive());
        assertEquals("[d]", kv.call("LRANGE", "l", "0", "-1"));
        assertFalse(first.session().isWaiting());
        assertEquals("PONG", first.call("PING"));
    }

    @Test
    void what_is_sent_meanwhile_is_executed_afterwards() {
        KvClient client = waiting("BLPOP", "l", "0");
        assertEquals(KvClient.NOTHING, client.call("PING"));
        kv.call("RPUSH", "l", "a");
        assertEquals("[l, a]", client.receive());
        assertEquals("PONG", client.receive());
    }

    @Test
    void it_is_over_when_its_time_is() {
        KvClient brief = waiting("BLPOP", "l", "0.1");
        KvClient longer = waiting("BLMOVE", "l", "m", "LEFT", "LEFT", "5");
        kv.advance(99);
        assertEquals(KvClient.NOTHING, brief.receive());
        kv.advance(1);
        assertEquals("nil", brief.receive());
        kv.advance(4900);
        assertEquals("nil", longer.receive());
        assertEquals(":1", kv.call("RPUSH", "l", "a"));
        assertEquals(":1", kv.call("LLEN", "l"));
    }

    @Test
    void a_time_is_what_redis_takes_for_one() {
        assertEquals("-ERR timeout is negative", kv.call("BLPOP", "l", "-1"));
        assertEquals("-ERR timeout is negative", kv.call("BLPOP", "l", "1e300"));
        assertEquals("-ERR timeout is negative", kv.call("BLPOP", "l", "inf"));
        assertEquals("-ERR timeout is not a float or out of range", kv.call("BLPOP", "l", "nan"));
        KvClient beyondAllTime = kv.client();
        beyondAllTime.call("BLPOP", "l", "9223372036854775");
        kv.advance(0);
        assertFalse(beyondAllTime.session().isWaiting());
        waiting("BLPOP", "l", "-0.0001");
    }

    @Test
    void another_type_is_left_alone() {
        KvClient client = waiting("BLPOP", "k", "0");
        kv.call("HSET", "k", "f", "v");
        assertEquals(KvClient.NOTHING, client.receive());
        kv.call("DEL", "k");
        kv.call("RPUSH", "other", "a");
        kv.call("RENAME", "other", "k");
        assertEquals("[k, a]", client.receive());
    }

    @Test
    void a_list_may_come_by_any_way() {
        KvClient copied = waiting("BLPOP", "copy", "0");
        kv.call("RPUSH", "l", "a");
        kv.call("COPY", "l", "copy");
        assertEquals("[copy, a]", copied.receive());
        KvClient moved = kv.client();
        moved.call("SELECT", "3");
        moved.call("BLPOP", "l", "0");
        kv.call("MOVE", "l", "3");
        assertEquals("[l, a]", moved.receive());
        moved.call("BLPOP", "s", "0");
        kv.call("RPUSH", "s", "b");
        kv.call("SWAPDB", "0", "3");
        assertEquals("[s, b]", moved.receive());
    }

    @Test
    void a_transaction_is_over_before_anybody_is_served() {
        KvClient client = waiting("BLPOP", "l", "0");
        kv.call("MULTI");
        kv.call("RPUSH", "l", "a");
        kv.call("DEL", "l");
        kv.call("LPUSH", "l", "b", "c");
        kv.call("LPOP", "l");
        kv.call("EXEC");
        assertEquals("[l, b]", client.receive());
    }

    @Test
    void nobody_waits_inside_a_transaction() {
        kv.call("MULTI");
        kv.call("BLPOP", "l", "0");
        kv.call("BLMOVE", "l", "m", "LEFT", "LEFT", "0");
        kv.call("BLMPOP", "0", "1", "l", "LEFT");
        assertEquals("[nil, nil, nil]", kv.call("EXEC"));
    }

    @Test
    void watchers_are_told_of_what_a_served_client_took() {
        KvClient mover = waiting("BLMOVE", "l", "m", "LEFT", "RIGHT", "0");
        kv.call("WATCH", "m");
        kv.client().call("RPUSH", "l", "a");
        assertEquals("a", mover.receive());
        kv.call("MULTI");
        assertEquals("nil", kv.call("EXEC"));
    }

    @Test
    void one_move_may_lead_to_the_next() {
        KvClient there = waiting("BLMOVE", "a", "b", "LEFT", "RIGHT", "0");
        KvClient andBack = waiting("BRPOPLPUSH", "b", "a", "0");
        KvClient last = waiting("BLPOP", "a", "0");
        kv.events();
        kv.call("RPUSH", "a", "x");
        assertEquals("x", there.receive());
        assertEquals("x", andBack.receive());
        assertEquals("[a, x]", last.receive());
        assertEquals(
                List.of(
                        "new a", "rpush a", "new b", "rpush b", "lpop a", "del a", "new a",
                        "lpush a", "rpop b", "del b", "lpop a", "del a"),
                kv.events());
    }

    @Test
    void who_cannot_be_served_has_the_error_and_the_next_one_the_element() {
        kv.call("SET", "text", "x");
        KvClient wrong = waiting("BLMOVE", "l", "text", "LEFT", "RIGHT", "0");
        KvClient right = waiting("BLPOP", "l", "0");
        kv.call("RPUSH", "l", "a");
        assertEquals(
                "-WRONGTYPE Operation against a key holding the wrong kind of value",
                wrong.receive());
        assertEquals("[l, a]", right.receive());
    }

    @Test
    void who_is_gone_or_unblocked_is_not_served() {
        KvClient gone = waiting("BLPOP", "l", "0");
        KvClient unblocked = waiting("BLPOP", "l", "0");
        KvClient withError = waiting("BLPOP", "l", "0");
        KvClient killed = waiting("BLPOP", "l", "0");
        gone.leave();
        assertEquals(":1", kv.call("CLIENT", "UNBLOCK", "" + unblocked.session().id()));
        assertEquals(":0", kv.call("CLIENT", "UNBLOCK", "" + unblocked.session().id()));
        assertEquals(":1", kv.call("CLIENT", "UNBLOCK", "" + withError.session().id(), "ERROR"));
        kv.call("CLIENT", "KILL", "ID", "" + killed.session().id());
        assertEquals("nil", unblocked.receive());
        assertEquals("-UNBLOCKED client unblocked via CLIENT UNBLOCK", withError.receive());
        kv.call("RPUSH", "l", "a");
        assertEquals(":1", kv.call("LLEN", "l"));
    }

    @Test
    void nothing_is_left_behind() {
        KvClient client = waiting("BLMOVE", "left", "b", "LEFT", "RIGHT", "10");
        client.leave();
        waiting("BLPOP", "left", "behind", "left", "10");
        kv.call("RPUSH", "behind", "x");
        List<String> left = new ArrayList<>();
        for (int i = 0; i < kv.stripes().count(); i++) {
            kv.stripes().stripe(i).waits().each(name -> left.add(new String(name.key(), UTF_8)));
        }
        assertFalse(left.contains("left") || left.contains("behind"), left.toString());
    }

    @Test
    void a_served_client_is_no_change_that_redis_counts() {
        waiting("BLPOP", "l", "0");
        waiting("BLMOVE", "l", "m", "LEFT", "LEFT", "0");
        waiting("BLMPOP", "0", "1", "l", "LEFT", "COUNT", "5");
        long before = kv.lane().effects().changes();
        kv.call("RPUSH", "l", "a", "b", "c", "d");
        assertEquals(4 + 2, kv.lane().effects().changes() - before);
    }

    @Test
    void a_list_that_is_restored_sorted_into_place_or_moved_there_serves_as_well() {
        kv.call("RPUSH", "l", "b", "a");
        KvClient restored = waiting("BLPOP", "r", "0");
        assertEquals("OK", kv.call("RESTORE", "r", "0", kv.call("DUMP", "l")));
        assertEquals("[r, b]", restored.receive());
        KvClient sorted = waiting("BLMPOP", "0", "1", "s", "LEFT", "COUNT", "5");
        assertEquals(":2", kv.call("SORT", "l", "ALPHA", "STORE", "s"));
        assertEquals("[s, [a, b]]", sorted.receive());
        KvClient moved = waiting("BRPOP", "m", "0");
        assertEquals("b", kv.call("LMOVE", "l", "m", "LEFT", "LEFT"));
        assertEquals("[m, b]", moved.receive());
        KvClient there = kv.client();
        clients.add(there);
        there.call("SELECT", "2");
        there.call("BLPOP", "l", "0");
        assertEquals(":1", kv.call("COPY", "l", "l", "DB", "2"));
        assertEquals("[l, a]", there.receive());
    }

    @Test
    void sorted_sets_come_by_the_same_ways() {
        kv.call("ZADD", "z", "1", "a", "2", "b");
        KvClient stored = waiting("BZPOPMIN", "u", "0");
        assertEquals(":2", kv.call("ZUNIONSTORE", "u", "1", "z"));
        assertEquals("[u, a, 1]", stored.receive());
        KvClient ranged = waiting("BZMPOP", "0", "1", "r", "MAX");
        assertEquals(":1", kv.call("ZRANGESTORE", "r", "z", "0", "0"));
        assertEquals("[r, [[a, 1]]]", ranged.receive());
        KvClient renamed = waiting("BZPOPMAX", "n", "0");
        kv.call("RENAME", "z", "n");
        assertEquals("[n, b, 2]", renamed.receive());
    }

    @Test
    void text_at_the_key_wakes_nobody_and_flushing_ends_no_wait() {
        KvClient client = waiting("BLPOP", "k", "0");
        kv.call("SET", "k", "text");
        kv.call("APPEND", "k", "more");
        kv.call("FLUSHALL");
        kv.call("SET", "k", "text");
        kv.call("FLUSHDB");
        assertTrue(client.session().isWaiting());
        kv.call("RPUSH", "k", "a");
        assertEquals("[k, a]", client.receive());
    }

    @Test
    void a_pop_in_a_transaction_takes_what_is_there_and_is_seen_by_who_watches() {
        kv.call("RPUSH", "l", "a", "b");
        KvClient watching = kv.client();
        watching.call("WATCH", "l");
        kv.call("MULTI");
        kv.call("BLPOP", "l", "0");
        kv.call("BLMOVE", "l", "m", "LEFT", "LEFT", "0");
        kv.call("BLPOP", "l", "0");
        assertEquals("[[l, a], b, nil]", kv.call("EXEC"));
        watching.call("MULTI");
        assertEquals("nil", watching.call("EXEC"));
    }

    @Test
    void who_watches_what_is_pushed_and_popped_at_once_is_told() {
        kv.call("WATCH", "l");
        KvClient client = waiting("BLPOP", "l", "0");
        kv.client().call("RPUSH", "l", "a");
        assertEquals("[l, a]", client.receive());
        kv.call("MULTI");
        assertEquals("nil", kv.call("EXEC"));
    }

    @Test
    void who_wants_no_reply_gets_none_when_it_is_served() {
        KvClient off = kv.client();
        clients.add(off);
        off.call("CLIENT", "REPLY", "OFF");
        off.call("BLPOP", "l", "0");
        kv.call("RPUSH", "l", "a");
        assertEquals(":0", kv.call("LLEN", "l"));
        assertEquals("OK", off.call("CLIENT", "REPLY", "ON"));
        KvClient skip = kv.client();
        clients.add(skip);
        skip.call("CLIENT", "REPLY", "SKIP");
        skip.call("BLPOP", "l", "0");
        kv.call("RPUSH", "l", "b");
        assertEquals(":0", kv.call("LLEN", "l"));
        assertEquals("PONG", skip.call("PING"));
    }

    @Test
    void what_cannot_be_logged_yet_is_not_served_and_is_served_when_it_can() {
        KvClient first = waiting("BLPOP", "l", "0");
        KvClient second = waiting("BLMOVE", "l", "m", "LEFT", "LEFT", "0");
        kv.shortOfSpaceAfter(1);
        assertEquals(":3", kv.call("RPUSH", "l", "a", "b", "c"));
        assertEquals(KvClient.NOTHING, first.receive());
        assertEquals("[a, b, c]", kv.call("LRANGE", "l", "0", "-1"));
        kv.spaceGained();
        assertEquals("[l, a]", first.receive());
        assertEquals("b", second.receive());
        assertEquals("[c]", kv.call("LRANGE", "l", "0", "-1"));
    }

    @Test
    void who_leaves_while_space_is_short_is_passed_over() {
        KvClient leaves = waiting("BLPOP", "l", "0");
        KvClient timesOut = waiting("BLPOP", "l", "1");
        KvClient stays = waiting("BLPOP", "l", "0");
        kv.shortOfSpaceAfter(1);
        assertEquals(":1", kv.call("RPUSH", "l", "a"));
        leaves.leave();
        kv.advance(1000);
        assertEquals("nil", timesOut.receive());
        kv.spaceGained();
        assertEquals("[l, a]", stays.receive());
    }

    @Test
    void a_client_is_read_from_until_it_sends_more_than_the_command_that_waits() {
        KvClient client = waiting("BLPOP", "l", "0");
        assertFalse(client.isPaused(), "its end would not be seen");
        client.call("PING");
        assertTrue(client.isPaused());
        kv.call("RPUSH", "l", "a");
        assertEquals("[l, a]", client.receive());
        assertEquals("PONG", client.receive());
        assertFalse(client.isPaused());
    }

    @Test
    void who_monitors_sees_the_command_when_it_begins_to_wait() {
        KvClient monitor = kv.client();
        clients.add(monitor);
        monitor.call("MONITOR");
        KvClient client = waiting("BLPOP", "l", "0");
        assertTrue(monitor.receive().endsWith("\"BLPOP\" \"l\" \"0\""));
        kv.call("RPUSH", "l", "a");
        assertEquals("[l, a]", client.receive());
        assertTrue(monitor.receive().endsWith("\"RPUSH\" \"l\" \"a\""));
        assertEquals(KvClient.NOTHING, monitor.receive());
    }
}
