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
}
