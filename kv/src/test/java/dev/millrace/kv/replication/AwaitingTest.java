package dev.millrace.kv.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.charset.StandardCharsets;

class AwaitingTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static KvClient waiting(String count, String millis) {
        KvClient client = kv.client();
        client.call("SET", "a", "1");
        client.send(KvClient.request("WAIT", count, millis));
        return client;
    }

    @Test
    void it_ends_when_its_time_is_up_and_counts_as_a_call_then() {
        kv.call("CONFIG", "RESETSTAT");
        KvClient client = waiting("1", "500");
        kv.advance(400);
        assertEquals(KvClient.NOTHING, client.receive());
        kv.advance(200);
        assertEquals(":0", client.receive());
        assertTrue(kv.first().raw("INFO", "commandstats").contains("cmdstat_wait:calls=1,"));
    }

    @Test
    void it_ends_when_it_is_unblocked() {
        KvClient client = waiting("1", "0");
        assertEquals(":1", kv.call("CLIENT", "UNBLOCK", "" + client.session().id()));
        assertEquals(":0", client.receive());
        client.send(KvClient.request("WAIT", "1", "9223372036854775807"));
        kv.advance(1_000_000);
        assertEquals(KvClient.NOTHING, client.receive());
        assertEquals(":1", kv.call("CLIENT", "UNBLOCK", "" + client.session().id(), "ERROR"));
        assertEquals("-UNBLOCKED client unblocked via CLIENT UNBLOCK", client.receive());
    }

    @Test
    void it_ends_when_enough_have_said_that_they_have_it() {
        KvClient replica = kv.client();
        replica.call("REPLCONF", "rdb-filter-only", "functions");
        replica.send(KvClient.request("PSYNC", "?", "-1"));
        KvClient one = waiting("1", "0");
        KvClient two = waiting("2", "0");
        long offset = Feed.of(kv.server()).offset();
        replica.send(KvClient.request("REPLCONF", "ACK", "1"));
        assertEquals(KvClient.NOTHING, one.receive());
        replica.send(KvClient.request("REPLCONF", "ACK", "" + offset));
        assertEquals(":1", one.receive());
        assertEquals(KvClient.NOTHING, two.receive());
        two.leave();
        replica.leave();
    }

    @Test
    void those_who_wait_in_one_turn_have_it_asked_for_once() {
        KvClient replica = kv.client();
        replica.call("REPLCONF", "rdb-filter-only", "functions");
        replica.send(KvClient.request("PSYNC", "?", "-1"));
        replica.bytes();
        KvClient client = waiting("1", "0");
        String said = new String(replica.bytes(), StandardCharsets.US_ASCII);
        assertEquals(2, said.split("GETACK", -1).length);
        client.leave();
        replica.leave();
    }
}
