package dev.millrace.kv.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.Test;

/** Whether replies wait for the disk may change while the server runs. */
class RunningPolicyTest {
    @Test
    void who_was_promised_to_wait_waits_and_so_do_readers_until_all_of_it_is_durable() {
        try (KvLanes kv = KvLanes.strict(2)) {
            LaneClient writer = kv.client(0);
            writer.call("SET k v");
            long position = writer.lastDependsOn();
            assertTrue(position > kv.shard().journal().durable());
            kv.server().strict(false);
            LaneClient reader = kv.client(1);
            reader.call("GET k");
            assertEquals(position, reader.lastDependsOn());
            kv.tick();
            assertTrue(kv.server().isStrict());
            kv.shard().journal().sync();
            kv.tick();
            assertFalse(kv.server().isStrict());
            writer.call("SET k w");
            assertEquals(position, writer.lastDependsOn());
        }
    }

    @Test
    void from_the_switch_on_replies_wait() {
        try (KvLanes kv = KvLanes.open(1)) {
            LaneClient writer = kv.client(0);
            writer.call("SET k v");
            assertEquals(0, writer.lastDependsOn());
            kv.server().strict(true);
            writer.call("SET k w");
            assertEquals(kv.shard().journal().end(), writer.lastDependsOn());
        }
    }

    @Test
    void a_switch_back_before_all_is_durable_changes_nothing() {
        try (KvLanes kv = KvLanes.strict(1)) {
            kv.client(0).call("SET k v");
            kv.server().strict(false);
            kv.server().strict(true);
            kv.shard().journal().sync();
            kv.tick();
            assertTrue(kv.server().isStrict());
        }
    }
}
