package dev.millrace.kv.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class ClustersTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String CROSS_SLOT =
            "-CROSSSLOT Keys in request don't hash to the same slot";

    @AfterEach
    void leave() {
        kv.server().cluster(false);
    }

    @Test
    void outside_of_a_cluster_all_is_refused() {
        for (String subcommand : new String[] {"INFO", "SLOTS", "NODES", "MYID", "SHARDS"}) {
            assertEquals(
                    "-ERR This instance has cluster support disabled",
                    kv.call("CLUSTER", subcommand));
        }
        assertEquals("OK", kv.call("MSET", "a", "1", "b", "2"));
    }

    @Test
    void keys_of_different_slots_are_not_taken_together() {
        kv.server().cluster(true);
        assertEquals(CROSS_SLOT, kv.call("MSET", "a", "1", "b", "2"));
        assertEquals("OK", kv.call("MSET", "{x}a", "1", "{x}b", "2"));
        assertEquals(":2", kv.call("DEL", "{x}a", "{x}b"));
    }

    @Test
    void a_transaction_has_one_slot() {
        kv.server().cluster(true);
        kv.call("MULTI");
        assertEquals("QUEUED", kv.call("SET", "a", "1"));
        assertEquals("QUEUED", kv.call("SET", "b", "2"));
        assertEquals(CROSS_SLOT, kv.call("EXEC"));
        assertEquals(":0", kv.call("EXISTS", "a"));
    }

    @Test
    void there_is_one_database() {
        kv.server().cluster(true);
        assertEquals("-ERR SELECT is not allowed in cluster mode", kv.call("SELECT", "1"));
        assertEquals("OK", kv.call("SELECT", "0"));
        assertEquals("-ERR SWAPDB is not allowed in cluster mode", kv.call("SWAPDB", "0", "1"));
    }

    @Test
    void slots_are_told_and_counted() {
        kv.server().cluster(true);
        assertEquals(":12182", kv.call("CLUSTER", "KEYSLOT", "foo"));
        kv.call("SET", "foo", "1");
        kv.call("SET", "{foo}2", "1");
        assertEquals(":2", kv.call("CLUSTER", "COUNTKEYSINSLOT", "12182"));
        assertEquals(":0", kv.call("CLUSTER", "COUNTKEYSINSLOT", "1"));
        assertEquals("-ERR Invalid slot", kv.call("CLUSTER", "COUNTKEYSINSLOT", "16384"));
        assertTrue(kv.call("CLUSTER", "NODES").contains("myself,master - 0 0 0 connected 0-16383"));
    }

    @Test
    void the_node_keeps_its_name(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("cluster-node-id");
        Cluster cluster = Cluster.of(kv.server());
        cluster.nameIn(file);
        String id = cluster.id();
        assertEquals(40, id.length());
        cluster.nameIn(file);
        assertEquals(id, cluster.id());
        assertEquals(id, Files.readString(file).strip());
    }
}
