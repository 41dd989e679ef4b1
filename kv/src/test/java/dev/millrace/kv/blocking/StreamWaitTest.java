package dev.millrace.kv.blocking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

/** Who waits to read a stream. */
class StreamWaitTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String KEY_GONE = "-UNBLOCKED the stream key no longer exists";

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

    private KvClient inGroup(String consumer) {
        return waiting("XREADGROUP", "GROUP", "g", consumer, "BLOCK", "0", "STREAMS", "s", ">");
    }

    @Test
    void everybody_who_reads_gets_every_entry_that_is_new_to_them() {
        kv.call("XADD", "s", "5-0", "f", "old");
        KvClient now = waiting("XREAD", "BLOCK", "0", "STREAMS", "other", "s", "0", "$");
        KvClient later = waiting("XREAD", "BLOCK", "0", "STREAMS", "s", "7-0");
        KvClient also = waiting("XREAD", "BLOCK", "0", "STREAMS", "s", "5-0");
        kv.call("XADD", "s", "6-0", "f", "new");
        assertEquals("[[s, [[6-0, [f, new]]]]]", now.receive());
        assertEquals("[[s, [[6-0, [f, new]]]]]", also.receive());
        assertEquals(KvClient.NOTHING, later.receive());
        kv.call("XADD", "s", "8-0", "f", "newer");
        assertEquals("[[s, [[8-0, [f, newer]]]]]", later.receive());
    }

    @Test
    void one_of_a_group_gets_what_is_new_and_the_others_wait_on() {
        kv.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
        KvClient first = inGroup("a");
        KvClient second = inGroup("b");
        kv.call("XADD", "s", "1-0", "f", "one");
        assertEquals("[[s, [[1-0, [f, one]]]]]", first.receive());
        assertEquals(KvClient.NOTHING, second.receive());
        kv.call("XADD", "s", "2-0", "f", "two");
        assertEquals("[[s, [[2-0, [f, two]]]]]", second.receive());
        assertEquals("[:2, 1-0, 2-0, [[a, 1], [b, 1]]]", kv.call("XPENDING", "s", "g"));
    }

    @Test
    void who_reads_with_a_group_hears_that_the_key_is_gone() {
        List<List<String>> ends =
                List.of(
                        List.of("DEL", "s"),
                        List.of("UNLINK", "s"),
                        List.of("SET", "s", "x"),
                        List.of("RENAME", "s", "t"),
                        List.of("MOVE", "s", "1"),
                        List.of("FLUSHDB"),
                        List.of("FLUSHALL"),
                        List.of("SWAPDB", "0", "1"));
        for (List<String> end : ends) {
            kv.call("FLUSHALL");
            kv.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
            KvClient group = inGroup("a");
            KvClient alone = waiting("XREAD", "BLOCK", "0", "STREAMS", "s", "$");
            kv.call(end.toArray(String[]::new));
            assertEquals(KEY_GONE, group.receive(), end.toString());
            assertEquals(KvClient.NOTHING, alone.receive(), end.toString());
            alone.leave();
        }
    }

    @Test
    void who_reads_with_a_group_hears_that_the_key_has_expired() {
        kv.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
        KvClient client = inGroup("a");
        kv.call("PEXPIRE", "s", "10");
        kv.advance(11);
        kv.call("GET", "s");
        assertEquals(KEY_GONE, client.receive());
    }

    @Test
    void who_reads_with_a_group_hears_that_it_is_gone() {
        kv.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
        KvClient client = inGroup("a");
        kv.call("XGROUP", "DESTROY", "s", "g");
        assertEquals(
                "-NOGROUP the consumer group this client was blocked on no longer exists",
                client.receive());
    }

    @Test
    void a_stream_that_comes_and_goes_in_one_transaction_wakes_nobody() {
        KvClient client = waiting("XREAD", "BLOCK", "0", "STREAMS", "s", "$");
        kv.call("MULTI");
        kv.call("XADD", "s", "1-0", "f", "v");
        kv.call("DEL", "s");
        kv.call("LPUSH", "s", "element");
        kv.call("EXEC");
        assertEquals(KvClient.NOTHING, client.receive());
        kv.call("DEL", "s");
        kv.call("XADD", "s", "1-0", "f", "v");
        assertEquals("[[s, [[1-0, [f, v]]]]]", client.receive());
    }

    @Test
    void it_is_over_when_its_time_is() {
        KvClient client = waiting("XREAD", "BLOCK", "100", "STREAMS", "s", "$");
        kv.advance(100);
        assertEquals("nil", client.receive());
        assertEquals(
                "-ERR timeout is negative", kv.call("XREAD", "BLOCK", "-1", "STREAMS", "s", "$"));
    }
}
