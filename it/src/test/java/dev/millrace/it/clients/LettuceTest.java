package dev.millrace.it.clients;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.server.Await;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import io.lettuce.core.BitFieldArgs;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.CopyArgs;
import io.lettuce.core.ExpireArgs;
import io.lettuce.core.GeoArgs;
import io.lettuce.core.GeoSearch;
import io.lettuce.core.GetExArgs;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.KeyValue;
import io.lettuce.core.LcsArgs;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.SetArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;

/** Lettuce, over both protocols. */
@ParameterizedClass
@EnumSource(
        value = ProtocolVersion.class,
        names = {"RESP2", "RESP3"})
class LettuceTest {
    private static final Duration TOLD_MAX = Duration.ofSeconds(10);
    private static final List<Server> SERVERS = new ArrayList<>();

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final RedisCommands<String, String> redis;

    LettuceTest(ProtocolVersion protocol) {
        RedisURI address = RedisURI.create("127.0.0.1", SERVERS.getFirst().port());
        this.client = RedisClient.create(address);
        client.setOptions(ClientOptions.builder().protocolVersion(protocol).build());
        this.connection = client.connect();
        this.redis = connection.sync();
    }

    @BeforeAll
    static void start() {
        SERVERS.add(SystemUnderTest.start(Setup.plain().withLoops(2)));
    }

    @AfterAll
    static void end() {
        SERVERS.forEach(Server::close);
        SERVERS.clear();
    }

    @BeforeEach
    void empty() {
        assertEquals("OK", redis.flushall());
    }

    @AfterEach
    void disconnect() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    }

    @Test
    void lists() {
        assertEquals(3, redis.rpush("l", "a", "b", "c"));
        assertEquals(List.of("a", "b", "c"), redis.lrange("l", 0, -1));
        assertEquals("OK", redis.ltrim("l", 1, -1));
        assertEquals("c", redis.rpop("l"));
        assertEquals(KeyValue.just("l", "b"), redis.blpop(1, "m", "l"));
        assertNull(redis.blpop(0.01, "m", "l"));
        assertNull(redis.lpop("l"));
    }

    @Test
    void strings() {
        assertEquals("OK", redis.set("k", "v", SetArgs.Builder.ex(1_000)));
        assertEquals("v", redis.getex("k", GetExArgs.Builder.persist()));
        assertEquals(-1, redis.ttl("k"));
        assertEquals("v", redis.setGet("k", "w"));
        assertNull(redis.set("k", "x", SetArgs.Builder.nx()));
        assertEquals("w", redis.getdel("k"));
        assertNull(redis.get("k"));
        assertEquals("OK", redis.mset(Map.of("a", "1", "b", "2")));
        assertEquals(false, redis.msetnx(Map.of("b", "3", "c", "4")));
        assertEquals(
                List.of(KeyValue.just("a", "1"), KeyValue.empty("none")), redis.mget("a", "none"));
        assertEquals(11, redis.incrby("a", 10));
        assertEquals(2.25, redis.incrbyfloat("b", 0.25));
        assertEquals(6, redis.append("a", "text"));
        assertThrows(RedisCommandExecutionException.class, () -> redis.incr("a"));
        assertEquals("11", redis.getrange("a", 0, 1));
        assertEquals(8, redis.setrange("a", 6, "!!"));
        assertEquals(8, redis.strlen("a"));
        redis.mset(Map.of("x", "ohmytext", "y", "mynewtext"));
        assertEquals("mytext", redis.lcs(LcsArgs.Builder.keys("x", "y")).getMatchString());
        assertEquals(2, redis.lcs(LcsArgs.Builder.keys("x", "y").withIdx()).getMatches().size());
    }

    @Test
    void sorted_sets() {
        assertEquals(1, redis.zadd("z", 1, "a"));
        assertEquals(1, redis.zadd("z", 2.5, "b"));
        assertEquals(2.5, redis.zscore("z", "b"));
        assertEquals(4.0, redis.zincrby("z", 3, "a"));
        assertEquals(
                List.of(ScoredValue.just(2.5, "b"), ScoredValue.just(4, "a")),
                redis.zrangeWithScores("z", 0, -1));
        assertEquals(List.of("a"), redis.zrangebyscore("z", Range.create(3, 5)));
        assertEquals(2, redis.zunionstore("u", "z", "none"));
        assertEquals(ScoredValue.just(4, "a"), redis.zpopmax("u"));
        assertEquals(ScoredValue.just(2.5, "b"), redis.bzpopmin(1, "u").getValue());
    }

    @Test
    void places() {
        redis.geoadd("g", 13.361389, 38.115556, "Palermo");
        redis.geoadd("g", 15.087269, 37.502669, "Catania");
        assertEquals(166274.1516, redis.geodist("g", "Palermo", "Catania", GeoArgs.Unit.m));
        assertEquals(
                java.util.Set.of("Catania"),
                redis.geosearch(
                        "g",
                        GeoSearch.fromCoordinates(15, 37),
                        GeoSearch.byRadius(100, GeoArgs.Unit.km)));
    }

    @Test
    void keys() {
        redis.set("k", "v");
        assertEquals(true, redis.expire("k", 1_000, ExpireArgs.Builder.nx()));
        assertEquals(false, redis.expire("k", 1_000_000, ExpireArgs.Builder.lt()));
        assertEquals(true, redis.expireat("k", Instant.ofEpochSecond(4_000_000_000L)));
        assertEquals(4_000_000_000L, redis.expiretime("k"));
        assertEquals(true, redis.persist("k"));
        assertEquals("OK", redis.rename("k", "l"));
        assertEquals(true, redis.copy("l", "m", CopyArgs.Builder.replace(true)));
        assertEquals(List.of("l", "m"), redis.keys("*").stream().sorted().toList());
        assertEquals("string", redis.type("l"));
        assertEquals(true, redis.move("l", 3));
        assertEquals(2, redis.exists("m", "m"));
        assertEquals(1, redis.unlink("m", "none"));
        assertEquals(0, redis.dbsize());
    }

    @Test
    void bitmaps() {
        redis.set("f", "foobar");
        assertEquals(26, redis.bitcount("f"));
        assertEquals(6, redis.bitcount("f", 1, 1));
        assertEquals(1, redis.bitpos("f", true));
        assertEquals(0, redis.setbit("b", 100, 1));
        assertEquals(13, redis.bitopOr("o", "b", "f"));
        assertEquals(27, redis.bitcount("o"));
        BitFieldArgs args =
                BitFieldArgs.Builder.overflow(BitFieldArgs.OverflowType.FAIL)
                        .set(BitFieldArgs.unsigned(8), 0, 255)
                        .incrBy(BitFieldArgs.unsigned(8), 0, 1);
        assertEquals(java.util.Arrays.asList(0L, null), redis.bitfield("c", args));
    }

    @Test
    void a_megabyte_comes_back_as_it_went() {
        byte[] value = new byte[1 << 20];
        for (int index = 0; index < value.length; index++) {
            value[index] = (byte) (index * 31);
        }
        try (StatefulRedisConnection<byte[], byte[]> bytes =
                client.connect(ByteArrayCodec.INSTANCE)) {
            assertEquals("OK", bytes.sync().set(new byte[] {0, 13, 10}, value));
            assertArrayEquals(value, bytes.sync().get(new byte[] {0, 13, 10}));
        }
    }

    @Test
    void a_pipeline_answers_in_order() throws ExecutionException, InterruptedException {
        RedisAsyncCommands<String, String> async = connection.async();
        connection.setAutoFlushCommands(false);
        List<RedisFuture<Long>> counts = new ArrayList<>();
        for (int index = 0; index < 10_000; index++) {
            counts.add(async.incr("n"));
        }
        connection.flushCommands();
        connection.setAutoFlushCommands(true);
        for (int index = 0; index < counts.size(); index++) {
            assertEquals(index + 1, counts.get(index).get());
        }
    }

    @Test
    void a_transaction_is_executed_whole() {
        redis.multi();
        redis.set("a", "1");
        redis.incrby("a", 41);
        TransactionResult result = redis.exec();
        assertEquals(List.of("OK", 42L), result.stream().toList());
        redis.multi();
        redis.set("a", "gone");
        assertEquals("OK", redis.discard());
        assertEquals("42", redis.get("a"));
    }

    @Test
    void a_watched_key_that_changes_stops_the_transaction() {
        try (StatefulRedisConnection<String, String> other = client.connect()) {
            redis.watch("w");
            other.sync().set("w", "theirs");
            redis.multi();
            redis.set("w", "ours");
            assertTrue(redis.exec().wasDiscarded());
            assertEquals("theirs", redis.get("w"));
        }
    }

    @Test
    void scan_finds_every_key() {
        Set<String> expected = new TreeSet<>();
        for (int index = 0; index < 1_000; index++) {
            expected.add("key:" + index);
            redis.set("key:" + index, "x");
            redis.set("other:" + index, "x");
        }
        Set<String> found = new TreeSet<>();
        ScanIterator.scan(redis, KeyScanArgs.Builder.matches("key:*").limit(50))
                .forEachRemaining(found::add);
        assertEquals(expected, found);
    }

    @Test
    void subscribers_are_told() {
        ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub()) {
            subscriber.addListener(new Notebook(told));
            subscriber.sync().subscribe("plain");
            subscriber.sync().psubscribe("news.*");
            assertEquals(1, redis.publish("plain", "talk"));
            assertEquals(1, redis.publish("news.today", "rain"));
            assertEquals(Map.of("plain", 1L), redis.pubsubNumsub("plain"));
            Await.until("two messages", TOLD_MAX, () -> told.size() == 2);
            subscriber.sync().ssubscribe("shard");
            assertEquals(1, redis.spublish("shard", "part"));
            Await.until("three messages", TOLD_MAX, () -> told.size() == 3);
            subscriber.sync().unsubscribe("plain");
            assertEquals(0, redis.publish("plain", "nobody"));
        }
        assertEquals(
                List.of("plain talk", "news.* news.today rain", "shard part"), List.copyOf(told));
    }

    @Test
    void connections_name_themselves() {
        assertEquals("PONG", redis.ping());
        assertEquals("hello", redis.echo("hello"));
        assertEquals("OK", redis.clientSetname("worker"));
        assertEquals("worker", redis.clientGetname());
        assertTrue(redis.clientId() > 0);
        assertTrue(redis.clientList().contains("name=worker"));
        assertTrue(redis.commandCount() > 50);
        assertEquals(1, redis.commandInfo("get").size());
        assertTrue(redis.info("server").contains("redis_version"));
    }

    /** Writes down what it is told. */
    private static final class Notebook extends RedisPubSubAdapter<String, String> {
        private final ConcurrentLinkedQueue<String> told;

        Notebook(ConcurrentLinkedQueue<String> told) {
            this.told = told;
        }

        @Override
        public void message(String channel, String message) {
            told.add(channel + " " + message);
        }

        @Override
        public void message(String pattern, String channel, String message) {
            told.add(pattern + " " + channel + " " + message);
        }

        @Override
        public void smessage(String channel, String message) {
            told.add(channel + " " + message);
        }
    }
}
