package dev.millrace.it.rdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.crash.SmallDisk;
import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.RedisProcess;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What SAVE and BGSAVE write while clients go on, loaded by Redis itself. */
class OnlineSaveTest {
    private static final Duration SAVE_MAX = Duration.ofSeconds(60);
    private static final int STRINGS = 50_000;
    private static final int BATCH = 500;

    @TempDir private Path folder;

    /**
     * Changes a list, a hash, a set, a sorted set, a stream with its group, and a function in one
     * transaction after another, so that how all must look follows from the number of the last one;
     * and notes in each how far it knew the other writer to be.
     */
    private static final class Writer implements Runnable {
        private static final int FIELDS = 1500;
        private static final int CONSUMERS = 3;

        private final int port;
        private final String name;
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong other;
        private volatile boolean stopped;

        Writer(int port, String name, AtomicLong other) {
            this.port = port;
            this.name = name;
            this.other = other;
        }

        @Override
        public void run() {
            try (RespConnection client = RespConnection.open(port)) {
                client.call("XGROUP", "CREATE", name + ":stream", "group", "0", "MKSTREAM");
                for (long n = 1; !stopped; n++) {
                    transaction(client, n);
                    done.set(n);
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        private void transaction(RespConnection client, long n) throws IOException {
            String text = "" + n;
            String stream = name + ":stream";
            List<List<String>> commands =
                    List.of(
                            List.of("MULTI"),
                            List.of("SET", name + ":last", text),
                            List.of("SET", name + ":saw", "" + other.get()),
                            List.of("RPUSH", name + ":list", text),
                            List.of("HSET", name + ":hash", "field:" + n % FIELDS, text),
                            List.of("SADD", name + ":set", text),
                            List.of("SREM", name + ":set", "" + (n - FIELDS)),
                            List.of("ZADD", name + ":sorted", text, "member:" + n % FIELDS),
                            List.of("XADD", stream, "MAXLEN", "" + FIELDS, id(n), "n", text),
                            List.of(
                                    "XREADGROUP",
                                    "GROUP",
                                    "group",
                                    consumer(n),
                                    "STREAMS",
                                    stream,
                                    ">"),
                            List.of("XACK", stream, "group", id(n - FIELDS)),
                            List.of("FUNCTION", "LOAD", "REPLACE", library(n)),
                            List.of("EXEC"));
            for (List<String> command : commands) {
                client.send(command);
            }
            for (int i = 0; i < commands.size(); i++) {
                client.read();
            }
        }

        private static String id(long n) {
            return Math.max(n, 0) + "-1";
        }

        private static String consumer(long n) {
            return "consumer:" + n % CONSUMERS;
        }

        /** A library with one function, which returns the number. */
        private String library(long n) {
            return "#!lua name=%s\nredis.register_function('%s_last', function() return '%d' end)"
                    .formatted(name, name, n);
        }

        /** How all must look after the transaction of this number. */
        static void check(RespConnection redis, String name, long last) throws IOException {
            TreeMap<Long, Long> byField = new TreeMap<>();
            SortedSet<String> members = new TreeSet<>();
            for (long n = Math.max(1, last - FIELDS + 1); n <= last; n++) {
                byField.put(n % FIELDS, n);
                members.add("" + n);
            }
            List<String> list = texts(redis, "LRANGE", name + ":list", "0", "-1");
            assertEquals(last, list.size());
            for (int i = 0; i < list.size(); i++) {
                assertEquals("" + (i + 1), list.get(i));
            }
            List<String> hash = texts(redis, "HGETALL", name + ":hash");
            assertEquals(byField.size() * 2, hash.size());
            for (int i = 0; i < hash.size(); i += 2) {
                long field = Long.parseLong(hash.get(i).substring("field:".length()));
                assertEquals("" + byField.get(field), hash.get(i + 1), hash.get(i));
            }
            assertEquals(members, new TreeSet<>(texts(redis, "SMEMBERS", name + ":set")));
            List<String> sorted = texts(redis, "ZRANGE", name + ":sorted", "0", "-1", "WITHSCORES");
            assertEquals(byField.size() * 2, sorted.size());
            for (int i = 0; i < sorted.size(); i += 2) {
                long n = Long.parseLong(sorted.get(i + 1));
                assertEquals("member:" + n % FIELDS, sorted.get(i));
                assertTrue(members.contains("" + n), sorted.get(i));
            }
            checkStream(redis, name + ":stream", last);
            assertEquals("" + last, text(redis, "FCALL", name + "_last", "0"));
        }

        /** The last entries, of which all are pending. */
        private static void checkStream(RespConnection redis, String stream, long last)
                throws IOException {
            List<Reply> entries = children(redis, "XRANGE", stream, "-", "+");
            List<Reply> pending =
                    children(redis, "XPENDING", stream, "group", "-", "+", "" + 2 * FIELDS);
            long first = Math.max(1, last - FIELDS + 1);
            assertEquals(last - first + 1, entries.size());
            assertEquals(last - first + 1, pending.size());
            for (int i = 0; i < entries.size(); i++) {
                assertEquals(id(first + i), entries.get(i).children().getFirst().text());
                List<Reply> delivered = pending.get(i).children();
                assertEquals(id(first + i), delivered.getFirst().text());
                assertEquals(consumer(first + i), delivered.get(1).text());
                List<Reply> fields = entries.get(i).children().getLast().children();
                assertEquals("" + (first + i), fields.getLast().text());
            }
            String groups = redis.call("XINFO", "GROUPS", stream).raw();
            assertTrue(groups.contains(id(last)), groups);
        }
    }

    @Test
    void a_file_that_was_saved_while_clients_wrote_is_one_point_of_the_log() throws Exception {
        try (Product product = Product.up(folder.resolve("data"), "--set", "kv.loops=2");
                RespConnection client = RespConnection.open(product.port("kv.resp.port"))) {
            fill(client);
            AtomicLong first = new AtomicLong();
            Writer a = new Writer(product.port("kv.resp.port"), "a", first);
            Writer b = new Writer(product.port("kv.resp.port"), "b", a.done);
            Thread writingA = Thread.ofPlatform().daemon(true).start(a);
            Thread writingB = Thread.ofPlatform().daemon(true).start(b);
            Await.until("some writing", SAVE_MAX, () -> a.done.get() > 2000 && b.done.get() > 2000);
            for (int round = 1; round <= 3; round++) {
                first.set(b.done.get());
                long before = a.done.get();
                assertEquals("Background saving started", text(client, "BGSAVE"));
                awaitSaves(client, round);
                Path saved = saved(client);
                check(saved, before, a.done.get());
            }
            a.stopped = true;
            b.stopped = true;
            writingA.join();
            writingB.join();
        }
    }

    private static void check(Path saved, long least, long most) throws IOException {
        try (RedisProcess redis = RedisProcess.load(saved);
                RespConnection client = RespConnection.open(redis.port())) {
            long a = Long.parseLong(text(client, "GET", "a:last"));
            long b = Long.parseLong(text(client, "GET", "b:last"));
            assertTrue(least <= a && a <= most, least + " <= " + a + " <= " + most);
            assertTrue(Long.parseLong(text(client, "GET", "a:saw")) <= b);
            assertTrue(Long.parseLong(text(client, "GET", "b:saw")) <= a);
            Writer.check(client, "a", a);
            Writer.check(client, "b", b);
            assertEquals(STRINGS + 14, client.call("DBSIZE").reply().number());
            assertEquals("value:7", text(client, "GET", "string:7"));
        }
    }

    @Test
    void save_answers_when_redis_can_load_the_file() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        try (Product product =
                        Product.up(
                                folder.resolve("data"),
                                "--set",
                                "kv.save.dir=" + elsewhere,
                                "--set",
                                "kv.save.file=mine.rdb");
                RespConnection client = RespConnection.open(product.port("kv.resp.port"))) {
            client.call("SET", "key", "value");
            assertEquals("OK", text(client, "SAVE"));
            assertEquals(elsewhere.resolve("mine.rdb"), saved(client));
            assertTrue(info(client).contains("rdb_changes_since_last_save:0"), info(client));
            try (RedisProcess redis = RedisProcess.load(saved(client));
                    RespConnection theirs = RespConnection.open(redis.port())) {
                assertEquals("value", text(theirs, "GET", "key"));
            }
        }
    }

    @Test
    void a_save_that_fails_says_so_and_leaves_the_older_file() throws Exception {
        try (Product product = Product.up(folder.resolve("data"));
                RespConnection client = RespConnection.open(product.port("kv.resp.port"))) {
            client.call("SET", "key", "value");
            assertEquals("OK", text(client, "SAVE"));
            byte[] older = Files.readAllBytes(saved(client));
            // In its way, whoever runs the test: root may write to any directory.
            Path unfinished = saved(client).resolveSibling("dump.rdb.unfinished");
            Files.createDirectories(unfinished.resolve("full"));
            client.call("SET", "key", "another");
            assertEquals("-ERR\r\n", client.call("SAVE").raw());
            assertTrue(info(client).contains("rdb_last_bgsave_status:err"), info(client));
            assertTrue(info(client).contains("rdb_changes_since_last_save:1"), info(client));
            assertEquals(
                    "-ERR Errors trying to SHUTDOWN. Check logs.\r\n",
                    client.call("SHUTDOWN", "SAVE").raw());
            assertArrayEquals(older, Files.readAllBytes(saved(client)));
            Files.delete(unfinished.resolve("full"));
            Files.delete(unfinished);
            assertEquals("OK", text(client, "SAVE"));
            assertTrue(info(client).contains("rdb_last_bgsave_status:ok"), info(client));
            client.send(List.of("SHUTDOWN", "SAVE"));
            assertEquals(0, product.awaitEnd());
        }
    }

    @Test
    void a_full_disk_fails_a_save_and_neither_the_older_file_nor_a_write() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        try (SmallDisk disk = SmallDisk.at(small, 1 << 20);
                Product product =
                        Product.up(folder.resolve("data"), "--set", "kv.save.dir=" + small);
                RespConnection client = RespConnection.open(product.port("kv.resp.port"))) {
            client.call("SET", "key", "value");
            assertEquals("OK", text(client, "SAVE"));
            byte[] older = Files.readAllBytes(saved(client));
            client.call("SET", "large", "x".repeat(2 << 20));
            assertEquals("-ERR\r\n", client.call("SAVE").raw());
            assertTrue(info(client).contains("rdb_last_bgsave_status:err"), info(client));
            try (Stream<Path> files = Files.list(small)) {
                assertEquals(List.of(small.resolve("dump.rdb")), files.toList());
            }
            assertArrayEquals(older, Files.readAllBytes(saved(client)));
            assertEquals("OK", text(client, "SET", "key", "another"));
            disk.resize(8 << 20);
            assertEquals("OK", text(client, "SAVE"));
        }
    }

    private static void fill(RespConnection client) throws IOException {
        for (int i = 0; i < STRINGS; i += BATCH) {
            for (int j = i; j < i + BATCH; j++) {
                client.send(List.of("SET", "string:" + j, "value:" + j));
            }
            for (int j = 0; j < BATCH; j++) {
                client.read();
            }
        }
    }

    private static void awaitSaves(RespConnection client, int count) {
        Await.until(
                "save " + count, SAVE_MAX, () -> unchecked(client).contains("rdb_saves:" + count));
    }

    private static String unchecked(RespConnection client) {
        try {
            return info(client);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String info(RespConnection client) throws IOException {
        return text(client, "INFO", "persistence");
    }

    private static Path saved(RespConnection client) throws IOException {
        String dir = texts(client, "CONFIG", "GET", "dir").getLast();
        return Path.of(dir, texts(client, "CONFIG", "GET", "dbfilename").getLast());
    }

    private static String text(RespConnection client, String... words) throws IOException {
        return client.call(words).reply().text();
    }

    private static List<Reply> children(RespConnection client, String... words) throws IOException {
        return client.call(words).reply().children();
    }

    private static List<String> texts(RespConnection client, String... words) throws IOException {
        return client.call(words).reply().children().stream().map(Reply::text).toList();
    }
}
