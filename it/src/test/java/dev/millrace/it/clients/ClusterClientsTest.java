package dev.millrace.it.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.it.Product;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import redis.clients.jedis.HostAndPort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Clients that speak to clusters only, against a node that says it is one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterClientsTest {
    @TempDir private static Path data;
    private Product node;

    @BeforeAll
    void start() throws IOException {
        node = Product.up(data, "--set", "kv.cluster=true");
    }

    @AfterAll
    void end() throws Exception {
        node.close();
    }

    @Test
    void jedis_finds_its_slots_and_reads_what_it_wrote() {
        int port = node.port("kv.resp.port");
        try (redis.clients.jedis.RedisClusterClient jedis =
                redis.clients.jedis.RedisClusterClient.builder()
                        .nodes(Set.of(new HostAndPort("127.0.0.1", port)))
                        .build()) {
            for (int i = 0; i < 100; i++) {
                jedis.set("jedis:" + i, "value " + i);
            }
            for (int i = 0; i < 100; i++) {
                assertEquals("value " + i, jedis.get("jedis:" + i));
            }
            jedis.hset("{jedis}a", Map.of("f", "v"));
            jedis.rename("{jedis}a", "{jedis}b");
            assertEquals("v", jedis.hget("{jedis}b", "f"));
            assertEquals(1, jedis.getClusterNodes().size());
        }
    }

    @Test
    void lettuce_finds_its_slots_and_reads_what_it_wrote() {
        int port = node.port("kv.resp.port");
        try (RedisClusterClient client =
                        RedisClusterClient.create(RedisURI.create("127.0.0.1", port));
                StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            RedisAdvancedClusterCommands<String, String> commands = connection.sync();
            for (int i = 0; i < 100; i++) {
                commands.set("lettuce:" + i, "value " + i);
            }
            assertEquals("value 42", commands.get("lettuce:42"));
            commands.mset(Map.of("lettuce:a", "1", "lettuce:b", "2"));
            assertEquals(2L, commands.exists("lettuce:a", "lettuce:b"));
            assertEquals(1, client.getPartitions().size());
            assertEquals(16384, client.getPartitions().getPartition(0).getSlots().size());
        }
    }
}
