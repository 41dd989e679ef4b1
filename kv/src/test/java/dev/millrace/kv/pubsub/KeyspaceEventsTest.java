package dev.millrace.kv.pubsub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.Test;

class KeyspaceEventsTest {
    @Test
    void both_channels_tell_of_a_change_where_they_are_asked_to() {
        try (KvLanes kv = KvLanes.open(2)) {
            LaneClient client = kv.client(0);
            LaneClient listener = kv.client(1);
            listener.call("PSUBSCRIBE __key*");
            client.calls("SET a 1", "CONFIG SET notify-keyspace-events KE$", "SELECT 3", "SET a 1");
            assertEquals("[pmessage, __key*, __keyspace@3__:a, set]", listener.next());
            assertEquals("[pmessage, __key*, __keyevent@3__:set, a]", listener.next());
            client.calls("DEL a", "CONFIG SET notify-keyspace-events Eg", "SET a 1", "DEL a");
            assertEquals("[pmessage, __key*, __keyevent@3__:del, a]", listener.next());
            client.calls("CONFIG SET notify-keyspace-events x", "SET a 1");
            kv.settle();
            assertFalse(listener.hasMore());
        }
    }

    @Test
    void an_event_does_not_leave_before_its_record_is_durable() {
        try (KvLanes kv = KvLanes.strict(2)) {
            LaneClient client = kv.client(0);
            LaneClient listener = kv.client(1);
            listener.call("SUBSCRIBE __keyevent@0__:set");
            client.calls("CONFIG SET notify-keyspace-events E$", "SET a 1");
            assertEquals("[message, __keyevent@0__:set, a]", listener.next());
            assertEquals(kv.shard().journal().end(), listener.lastDependsOn());
            assertTrue(listener.lastDependsOn() > 0);
        }
    }

    @Test
    void what_a_transaction_publishes_depends_on_its_record() {
        try (KvLanes kv = KvLanes.strict(2)) {
            LaneClient client = kv.client(0);
            LaneClient listener = kv.client(1);
            listener.call("SUBSCRIBE done");
            client.calls("SET before 1", "MULTI", "PUBLISH done x", "SET a 1", "EXEC");
            assertEquals("[message, done, x]", listener.next());
            assertEquals(kv.shard().journal().end(), listener.lastDependsOn());
        }
    }

    @Test
    void what_is_published_depends_on_what_the_publisher_has_seen() {
        try (KvLanes kv = KvLanes.strict(2)) {
            kv.client(1).call("SET a 1");
            LaneClient client = kv.client(0);
            LaneClient listener = kv.client(1);
            listener.call("SUBSCRIBE told");
            client.calls("GET a", "PUBLISH told x");
            listener.next();
            assertEquals(kv.shard().journal().end(), listener.lastDependsOn());
        }
    }

    @Test
    void letters_come_back_in_one_order() {
        assertEquals("AKE", KeyspaceEvents.canonical("KEA"));
        assertEquals("AKEm", KeyspaceEvents.canonical("g$lshzxetdKEm"));
        assertEquals("g$K", KeyspaceEvents.canonical("K$g"));
        assertEquals("", KeyspaceEvents.canonical(""));
        assertTrue(KeyspaceEvents.isValid("Ag$lshzxeKEtmdn"));
        assertFalse(KeyspaceEvents.isValid("Kq"));
    }
}
