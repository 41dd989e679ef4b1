package dev.millrace.it.clients;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.server.Await;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.args.BitCountOption;
import redis.clients.jedis.args.BitOP;
import redis.clients.jedis.args.ExpiryOption;
import redis.clients.jedis.args.GeoUnit;
import redis.clients.jedis.args.ListDirection;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.GeoSearchParam;
import redis.clients.jedis.params.GetExParams;
import redis.clients.jedis.params.LCSParams;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.params.SortingParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.resps.Tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Jedis, over both protocols. */
@ParameterizedClass
@EnumSource(
        value = RedisProtocol.class,
        names = {"RESP2", "RESP3"})
class JedisTest {
    private static final Duration TOLD_MAX = Duration.ofSeconds(10);
    private static final List<Server> SERVERS = new ArrayList<>();

    private final JedisClientConfig config;
    private final Jedis jedis;

    JedisTest(RedisProtocol protocol) {
        this.config = DefaultJedisClientConfig.builder().protocol(protocol).build();
        this.jedis = connect();
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
        assertEquals("OK", jedis.flushAll());
    }

    @AfterEach
    void disconnect() {
        jedis.close();
    }

    @Test
    void lists() {
        assertEquals(3, jedis.rpush("l", "a", "b", "c"));
        assertEquals(4, jedis.lpush("l", "0"));
        assertEquals(List.of("0", "a", "b", "c"), jedis.lrange("l", 0, -1));
        assertEquals("OK", jedis.lset("l", 0, "first"));
        assertEquals("first", jedis.lindex("l", 0));
        assertEquals(2, jedis.lpos("l", "b"));
        assertEquals(1, jedis.lrem("l", 0, "b"));
        assertEquals("c", jedis.lmove("l", "m", ListDirection.RIGHT, ListDirection.LEFT));
        assertEquals(List.of("first", "a"), jedis.lpop("l", 2));
        assertEquals(List.of("m", "c"), jedis.blpop(1, "l", "m"));
        assertNull(jedis.brpop(0.01, "l"));
    }

    @Test
    void hashes() {
        assertEquals(2, jedis.hset("h", Map.of("a", "1", "b", "two")));
        assertEquals(0, jedis.hsetnx("h", "a", "2"));
        assertEquals(List.of("1", "two"), jedis.hmget("h", "a", "b"));
        assertEquals(Map.of("a", "1", "b", "two"), jedis.hgetAll("h"));
        assertEquals(Set.of("a", "b"), jedis.hkeys("h"));
        assertEquals(5, jedis.hincrBy("h", "a", 4));
        assertEquals(5.5, jedis.hincrByFloat("h", "a", 0.5));
        assertEquals(2, jedis.hrandfieldWithValues("h", 5).size());
        assertEquals(2, jedis.hscan("h", ScanParams.SCAN_POINTER_START).getResult().size());
        assertEquals(3, jedis.hstrlen("h", "b"));
        assertEquals(2, jedis.hdel("h", "a", "b", "c"));
        assertFalse(jedis.exists("h"));
    }

    @Test
    void sets() {
        assertEquals(3, jedis.sadd("s", "1", "2", "3"));
        assertEquals(2, jedis.sadd("t", "3", "x"));
        assertEquals(Set.of("3"), jedis.sinter("s", "t"));
        assertEquals(Set.of("1", "2", "3", "x"), jedis.sunion("s", "t"));
        assertEquals(Set.of("1", "2"), jedis.sdiff("s", "t"));
        assertEquals(4, jedis.sunionstore("u", "s", "t"));
        assertEquals(1, jedis.sintercard("s", "t"));
        assertEquals(List.of(true, false), jedis.smismember("s", "1", "x"));
        assertEquals(List.of("3", "2", "1"), jedis.sort("s", new SortingParams().desc()));
        assertEquals(4, jedis.sscan("u", ScanParams.SCAN_POINTER_START).getResult().size());
        assertEquals(1, jedis.smove("s", "t", "1"));
        assertEquals(2, jedis.srandmember("s", 9).size());
        assertEquals(Set.of("2", "3"), jedis.spop("s", 9));
        assertFalse(jedis.exists("s"));
    }

    @Test
    void hyperloglogs() {
        assertEquals(1, jedis.pfadd("p", "a", "b", "c"));
        assertEquals(3, jedis.pfcount("p"));
        jedis.pfadd("q", "c", "d");
        assertEquals(4, jedis.pfcount("p", "q"));
        assertEquals("OK", jedis.pfmerge("r", "p", "q"));
        assertEquals(4, jedis.pfcount("r"));
    }

    @Test
    void strings() {
        assertEquals("OK", jedis.set("k", "v"));
        assertEquals("v", jedis.get("k"));
        assertNull(jedis.get("none"));
        assertNull(jedis.set("k", "w", SetParams.setParams().nx()));
        assertEquals("v", jedis.setGet("k", "w", SetParams.setParams().xx().ex(1_000)));
        assertTrue(jedis.ttl("k") > 900);
        assertEquals("w", jedis.getEx("k", GetExParams.getExParams().persist()));
        assertEquals(-1, jedis.ttl("k"));
        assertEquals(3, jedis.append("k", "xy"));
        assertEquals("xy", jedis.getrange("k", 1, -1));
        assertEquals(5, jedis.setrange("k", 3, "!!"));
        assertEquals(5, jedis.strlen("k"));
        assertEquals("wxy!!", jedis.getDel("k"));
        assertEquals("OK", jedis.mset("a", "1", "b", "2"));
        assertEquals(0, jedis.msetnx("b", "3", "c", "4"));
        assertEquals(java.util.Arrays.asList("1", "2", null), jedis.mget("a", "b", "c"));
        assertEquals(2, jedis.incr("a"));
        assertEquals(-8, jedis.decrBy("a", 10));
        assertEquals(2.5, jedis.incrByFloat("b", 0.5));
        assertThrows(JedisDataException.class, () -> jedis.incr("b"));
        jedis.mset("x", "ohmytext", "y", "mynewtext");
        assertEquals("mytext", jedis.lcs("x", "y", LCSParams.LCSParams()).getMatchString());
        var matches = jedis.lcs("x", "y", LCSParams.LCSParams().idx().withMatchLen());
        assertEquals(6, matches.getLen());
        assertEquals(2, matches.getMatches().size());
    }

    @Test
    void keys() {
        jedis.set("k", "v");
        assertEquals("string", jedis.type("k"));
        assertEquals("none", jedis.type("none"));
        assertEquals(1, jedis.expire("k", 1_000, ExpiryOption.NX));
        assertEquals(0, jedis.expire("k", 500, ExpiryOption.GT));
        assertEquals(1, jedis.pexpireAt("k", 4_000_000_000_000L));
        assertEquals(4_000_000_000L, jedis.expireTime("k"));
        assertEquals(4_000_000_000_000L, jedis.pexpireTime("k"));
        assertEquals(1, jedis.persist("k"));
        assertEquals("OK", jedis.rename("k", "l"));
        assertThrows(JedisDataException.class, () -> jedis.rename("k", "l"));
        assertTrue(jedis.copy("l", "m", false));
        assertEquals(0, jedis.renamenx("l", "m"));
        assertEquals(Set.of("l", "m"), jedis.keys("?"));
        assertEquals(2, jedis.dbSize());
        assertEquals(2, jedis.touch("l", "m", "none"));
        assertEquals(1, jedis.move("m", 1));
        assertEquals("OK", jedis.swapDB(0, 1));
        assertEquals("m", jedis.randomKey());
        assertEquals("OK", jedis.select(1));
        assertEquals(1, jedis.unlink("l"));
        assertEquals("OK", jedis.select(0));
        assertEquals("embstr", jedis.objectEncoding("m"));
        assertEquals(1, jedis.del("m"));
        assertFalse(jedis.exists("m"));
    }

    @Test
    void bitmaps() {
        assertFalse(jedis.setbit("b", 7, true));
        assertTrue(jedis.getbit("b", 7));
        jedis.set("f", "foobar");
        assertEquals(26, jedis.bitcount("f"));
        assertEquals(17, jedis.bitcount("f", 5, 30, BitCountOption.BIT));
        assertEquals(1, jedis.bitpos("f", true));
        assertEquals(6, jedis.bitop(BitOP.NOT, "n", "f"));
        assertEquals(48 - 26, jedis.bitcount("n"));
        assertEquals(
                List.of(1L, 0L), jedis.bitfield("c", "INCRBY", "i5", "100", "1", "GET", "u4", "0"));
        assertEquals(List.of(0L), jedis.bitfieldReadonly("c", "GET", "u4", "0"));
    }

    @Test
    void sorted_sets() {
        assertEquals(2, jedis.zadd("z", Map.of("a", 1.0, "b", 2.5)));
        assertEquals(2.5, jedis.zscore("z", "b"));
        assertNull(jedis.zscore("z", "none"));
        assertEquals(4.0, jedis.zincrby("z", 3, "a"));
        assertEquals(List.of("b", "a"), jedis.zrange("z", 0, -1));
        assertEquals(List.of(new Tuple("a", 4.0)), jedis.zrangeWithScores("z", 1, 1));
        assertEquals(1, jedis.zrank("z", "a"));
        assertEquals(2, jedis.zunionstore("u", "z", "none"));
        assertEquals(new Tuple("a", 4.0), jedis.zpopmax("u"));
        assertEquals(List.of(new Tuple("b", 2.5)), jedis.zpopmin("u", 5));
        assertEquals(new Tuple("b", 2.5), jedis.bzpopmin(1, "u", "z").getValue());
        assertEquals(List.of(new Tuple("a", 4.0)), jedis.zscan("z", "0").getResult());
    }

    @Test
    void places() {
        jedis.geoadd("g", 13.361389, 38.115556, "Palermo");
        jedis.geoadd("g", 15.087269, 37.502669, "Catania");
        assertEquals(166274.1516, jedis.geodist("g", "Palermo", "Catania"));
        assertEquals(List.of("sqc8b49rny0"), jedis.geohash("g", "Palermo"));
        assertEquals(13.361389338970184, jedis.geopos("g", "Palermo").getFirst().getLongitude());
        assertEquals(
                List.of("Catania", "Palermo"),
                jedis
                        .geosearch(
                                "g",
                                GeoSearchParam.geoSearchParam()
                                        .fromLonLat(15, 37)
                                        .byRadius(200, GeoUnit.KM)
                                        .asc())
                        .stream()
                        .map(found -> found.getMemberByString())
                        .toList());
    }

    @Test
    void a_megabyte_comes_back_as_it_went() {
        byte[] key = {0, 13, 10, -1};
        byte[] value = new byte[1 << 20];
        for (int index = 0; index < value.length; index++) {
            value[index] = (byte) (index * 31);
        }
        assertEquals("OK", jedis.set(key, value));
        assertArrayEquals(value, jedis.get(key));
    }

    @Test
    void a_pipeline_answers_in_order() {
        List<Response<Long>> counts = new ArrayList<>();
        try (Pipeline pipeline = jedis.pipelined()) {
            Response<String> set = pipeline.set("text", "x");
            Response<Long> wrong = pipeline.incr("text");
            for (int index = 0; index < 10_000; index++) {
                counts.add(pipeline.incr("n"));
            }
            pipeline.sync();
            assertEquals("OK", set.get());
            assertThrows(JedisDataException.class, wrong::get);
        }
        for (int index = 0; index < counts.size(); index++) {
            assertEquals(index + 1, counts.get(index).get());
        }
    }

    @Test
    void a_transaction_is_executed_whole() {
        try (Transaction transaction = jedis.multi()) {
            Response<String> set = transaction.set("a", "1");
            Response<Long> sum = transaction.incrBy("a", 41);
            assertEquals(List.of("OK", 42L), transaction.exec());
            assertEquals("OK", set.get());
            assertEquals(42L, sum.get());
        }
        try (Transaction transaction = jedis.multi()) {
            transaction.set("a", "gone");
            transaction.discard();
        }
        assertEquals("42", jedis.get("a"));
    }

    @Test
    void a_watched_key_that_changes_stops_the_transaction() {
        try (Jedis other = connect()) {
            jedis.watch("w");
            other.set("w", "theirs");
            try (Transaction transaction = jedis.multi()) {
                transaction.set("w", "ours");
                assertNull(transaction.exec());
            }
            assertEquals("theirs", jedis.get("w"));
            jedis.watch("w");
            jedis.unwatch();
            other.set("w", "again");
            try (Transaction transaction = jedis.multi()) {
                transaction.set("w", "ours");
                assertEquals(List.of("OK"), transaction.exec());
            }
        }
    }

    @Test
    void scan_finds_every_key() {
        Set<String> expected = new TreeSet<>();
        try (Pipeline pipeline = jedis.pipelined()) {
            for (int index = 0; index < 1_000; index++) {
                expected.add("key:" + index);
                pipeline.set("key:" + index, "x");
                pipeline.set("other:" + index, "x");
            }
        }
        Set<String> found = new TreeSet<>();
        String cursor = ScanParams.SCAN_POINTER_START;
        do {
            ScanParams page = new ScanParams().match("key:*").count(100);
            ScanResult<String> result = jedis.scan(cursor, page, "string");
            found.addAll(result.getResult());
            cursor = result.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        assertEquals(expected, found);
    }

    @Test
    void subscribers_are_told() throws InterruptedException {
        Notebook notebook = new Notebook();
        try (Jedis subscriber = connect()) {
            Thread thread =
                    Thread.ofPlatform()
                            .start(() -> subscriber.psubscribe(notebook, "news.*", "other"));
            Await.until("two patterns", TOLD_MAX, () -> notebook.getSubscribedChannels() == 2);
            assertEquals(1, jedis.publish("news.today", "rain"));
            assertEquals(0, jedis.publish("newspaper", "nothing"));
            assertEquals(2, jedis.pubsubNumPat());
            Await.until("one message", TOLD_MAX, () -> !notebook.told.isEmpty());
            notebook.subscribe("plain");
            Await.until("a channel", TOLD_MAX, () -> notebook.getSubscribedChannels() == 3);
            assertEquals(Map.of("plain", 1L), jedis.pubsubNumSub("plain"));
            jedis.publish("plain", "talk");
            Await.until("two messages", TOLD_MAX, () -> notebook.told.size() == 2);
            notebook.unsubscribe();
            notebook.punsubscribe();
            thread.join();
        }
        assertEquals(List.of("news.* news.today rain", "plain talk"), List.copyOf(notebook.told));
    }

    @Test
    void connections_name_themselves() {
        assertEquals("PONG", jedis.ping());
        assertEquals("hello", jedis.echo("hello"));
        assertEquals("OK", jedis.clientSetname("worker"));
        assertEquals("worker", jedis.clientGetname());
        assertTrue(jedis.clientId() > 0);
        assertTrue(jedis.clientInfo().contains("name=worker"));
        assertTrue(jedis.clientList().contains("name=worker"));
        assertEquals("OK", jedis.clientNoEvictOn());
        assertTrue(jedis.commandCount() > 50);
        assertEquals(List.of("a", "b"), jedis.commandGetKeys("MSET", "a", "1", "b", "2"));
        assertTrue(jedis.commandInfo("get").containsKey("get"));
        assertTrue(jedis.info("server").contains("redis_version"));
        assertTrue(jedis.configGet("maxmemory*").containsKey("maxmemory"));
    }

    @Test
    void many_threads_share_a_pool() throws InterruptedException {
        try (RedisClient pool =
                RedisClient.builder().hostAndPort(address()).clientConfig(config).build()) {
            List<Thread> threads = new ArrayList<>();
            for (int index = 0; index < 8; index++) {
                threads.add(Thread.ofPlatform().start(() -> count(pool)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals("4000", pool.get("n"));
        }
    }

    private static void count(RedisClient pool) {
        for (int index = 0; index < 500; index++) {
            pool.incr("n");
        }
    }

    /** Writes down what it is told. */
    private static final class Notebook extends JedisPubSub {
        private final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();

        @Override
        public void onMessage(String channel, String message) {
            told.add(channel + " " + message);
        }

        @Override
        public void onPMessage(String pattern, String channel, String message) {
            told.add(pattern + " " + channel + " " + message);
        }
    }

    private Jedis connect() {
        return new Jedis(address(), config);
    }

    private static HostAndPort address() {
        return new HostAndPort("127.0.0.1", SERVERS.getFirst().port());
    }
}
