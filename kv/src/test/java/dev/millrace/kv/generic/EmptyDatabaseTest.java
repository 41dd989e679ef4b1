package dev.millrace.kv.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That nothing is there is an answer that waits for the disk, too. */
class EmptyDatabaseTest {
    @ParameterizedTest
    @ValueSource(strings = {"FLUSHALL", "FLUSHDB", "DBSIZE"})
    void what_finds_nothing_depends_on_what_took_it_away(String command) {
        try (KvLanes kv = KvLanes.strict(2)) {
            LaneClient first = kv.client(0);
            assertEquals("OK", first.call("SET a 1"));
            assertEquals("OK", first.call("FLUSHALL"));
            long emptied = kv.shard().journal().end();
            LaneClient second = kv.client(1);
            second.call(command);
            assertEquals(emptied, kv.shard().journal().end(), "nothing more is logged");
            assertEquals(emptied, second.lastDependsOn());
        }
    }

    @Test
    void a_transaction_that_finds_nothing_depends_on_it_as_well() {
        try (KvLanes kv = KvLanes.strict(2)) {
            LaneClient first = kv.client(0);
            first.calls("SET a 1", "FLUSHALL");
            long emptied = kv.shard().journal().end();
            LaneClient second = kv.client(1);
            second.calls("MULTI", "FLUSHALL", "EXEC");
            assertEquals(emptied, second.lastDependsOn());
        }
    }
}
