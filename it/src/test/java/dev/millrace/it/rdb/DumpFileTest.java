package dev.millrace.it.rdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Setup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Redis's dump files, in every encoding that Redis 7.0 writes, imported and exported again. */
class DumpFileTest {
    @TempDir Path folder;

    private static final List<Integer> SIZES = List.of(1, 5, 100, 600, 3000);

    @Test
    void what_redis_saved_comes_back_to_redis_unchanged() throws Exception {
        Path data = folder.resolve("data");
        Path exported = folder.resolve("exported.rdb");
        Map<String, String> before;
        try (RedisProcess redis = RedisProcess.start(Setup.plain());
                RespConnection client = RespConnection.open(redis.port())) {
            fill(client);
            client.call("SAVE");
            before = state(client);
            Product.Run imported = run("import", redis.folder().resolve("dump.rdb"), data);
            assertEquals(0, imported.exit(), imported.out());
            assertTrue(imported.out().contains(before.size() + " keys"), imported.out());
        }
        Product.Run run = run("export", exported, data);
        assertEquals(0, run.exit(), run.out());
        try (RedisProcess again = RedisProcess.load(exported);
                RespConnection client = RespConnection.open(again.port())) {
            assertEquals(before, state(client));
        }
    }

    @Test
    void every_dumped_value_is_restored_and_dumped_again() throws Exception {
        try (RedisProcess redis = RedisProcess.start(Setup.plain());
                RespConnection theirs = RespConnection.open(redis.port());
                Product product = Product.up(folder.resolve("data"));
                RespConnection ours = RespConnection.open(product.port("kv.resp.port"))) {
            fill(theirs);
            theirs.call("SELECT", "0");
            int restored = 0;
            for (String key : keys(theirs)) {
                String dump = bulk(theirs, "DUMP", key);
                assertEquals("+OK\r\n", ours.call("RESTORE", key, "0", dump).raw(), key);
                assertEquals(
                        theirs.call("OBJECT", "ENCODING", key).raw(),
                        ours.call("OBJECT", "ENCODING", key).raw(),
                        key);
                String ourDump = bulk(ours, "DUMP", key);
                assertEquals(
                        "+OK\r\n", theirs.call("RESTORE", key, "0", ourDump, "REPLACE").raw(), key);
                assertEquals(
                        "-BUSYKEY Target key name already exists.\r\n",
                        ours.call("RESTORE", key, "0", dump).raw());
                restored++;
            }
            assertTrue(restored > 30, "keys: " + restored);
            Map<String, String> back = state(theirs);
            theirs.call("FLUSHALL");
            fill(theirs);
            Map<String, String> first = state(theirs);
            first.keySet().retainAll(back.keySet());
            back.replaceAll((key, text) -> withoutTimes(text));
            first.replaceAll((key, text) -> withoutTimes(text));
            assertEquals(first, back);
        }
    }

    /** Type and value as Redis up to 6.2 dumped them: ziplists, a zipmap, scores as text. */
    private static final List<String> OLDER =
            List.of(
                    "0a4079790000006e0000000a000001610300024046"
                            + "78".repeat(70)
                            + "49f102fd02fe8003c0ff7f04f000008005d00000008006e00000000000000080ff",
                    "0e0210100000000d000000020000016103f3ff12120000000e000000020000c01027040162ff",
                    "0d181800000012000000040000016103f2020162030374776fff",
                    "0c21210000001e000000060000016103042d696e660601620303312e3505016303f4ff",
                    "090f0201610100310162020232323f3fff",
                    "0303016101310162fe0163042d322e35");

    @Test
    void what_older_servers_dumped_is_restored_as_redis_restores_it() throws Exception {
        try (RedisProcess redis = RedisProcess.start(Setup.plain());
                RespConnection theirs = RespConnection.open(redis.port());
                Product product = Product.up(folder.resolve("data"));
                RespConnection ours = RespConnection.open(product.port("kv.resp.port"))) {
            theirs.call("CONFIG", "SET", "sanitize-dump-payload", "yes");
            for (String older : OLDER) {
                byte[] value = HexFormat.of().parseHex(older);
                assertEquals("+OK\r\n", restoreOlder(ours, value));
                assertEquals("+OK\r\n", restoreOlder(theirs, value));
                assertEquals(value(theirs, "older"), value(ours, "older"));
                for (int bit = 0; bit < value.length * Byte.SIZE; bit++) {
                    byte[] changed = value.clone();
                    changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                    if (restoreOlder(ours, changed).equals("+OK\r\n")) {
                        String where = older + ", bit " + bit;
                        assertEquals("+OK\r\n", restoreOlder(theirs, changed), where);
                        assertEquals(content(theirs), content(ours), where);
                    }
                }
            }
        }
    }

    /** What was restored, a sorted set in no order: Redis leaves one as it stands there. */
    private static String content(RespConnection client) throws IOException {
        String value = value(client, "older");
        return value.startsWith("zset")
                ? sorted(texts(client.call("ZRANGE", "older", "0", "-1", "WITHSCORES").reply()), 2)
                : value;
    }

    /** As a payload of Redis 6.2. */
    private static String restoreOlder(RespConnection client, byte[] value) throws IOException {
        byte[] summed = Arrays.copyOf(value, value.length + 2);
        summed[value.length] = 9;
        byte[] payload = Arrays.copyOf(summed, summed.length + Long.BYTES);
        ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putLong(summed.length, sum(summed));
        return client.call(
                        "RESTORE",
                        "older",
                        "0",
                        new String(payload, StandardCharsets.ISO_8859_1),
                        "REPLACE")
                .raw();
    }

    /** CRC-64 of Jones's polynomial, bit by bit. */
    private static long sum(byte[] bytes) {
        long sum = 0;
        for (byte each : bytes) {
            sum ^= each & 0xff;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                sum = sum >>> 1 ^ ((sum & 1) == 0 ? 0 : 0x95ac9329ac4bc9b5L);
            }
        }
        return sum;
    }

    @Test
    void a_bad_file_is_named_with_its_offset_and_nothing_of_it_is_loaded() throws Exception {
        byte[] whole;
        try (RedisProcess redis = RedisProcess.start(Setup.plain());
                RespConnection client = RespConnection.open(redis.port())) {
            fill(client);
            client.call("SAVE");
            whole = Files.readAllBytes(redis.folder().resolve("dump.rdb"));
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 4; i++) {
            byte[] cut = Arrays.copyOf(whole, random.nextInt(whole.length));
            refuses(cut, i + "-cut");
            byte[] changed = whole.clone();
            int at = random.nextInt(whole.length);
            changed[at] ^= (byte) (1 + random.nextInt(255));
            refuses(changed, i + "-changed");
        }
        refuses("GIF89a and so on".getBytes(StandardCharsets.US_ASCII), "foreign");
    }

    private void refuses(byte[] bytes, String name) throws Exception {
        Path file = Files.write(folder.resolve(name + ".rdb"), bytes);
        Path data = folder.resolve(name);
        Product.Run run = run("import", file, data);
        assertEquals(65, run.exit(), run.out());
        assertTrue(run.out().contains(file + " at offset "), run.out());
        assertFalse(Files.exists(data.resolve("journal")), name);
    }

    private static Product.Run run(String command, Path file, Path data) throws Exception {
        return Product.run(command, file.toString(), "--data", data.toString());
    }

    // ---- What Redis is filled with

    private static void fill(RespConnection client) throws IOException {
        client.call("SET", "string", "value");
        client.call("SET", "integer", "12345");
        client.call("SET", "large-integer", "123456789012");
        client.call("SET", "compressed", "abcabcabc".repeat(1000));
        client.call("SET", "binary\r\n\0\u00ff", "\0\u0001\u00ff");
        client.call("SET", "empty", "");
        client.call("SET", "expiring", "soon", "PX", "100000000");
        for (int size : SIZES) {
            fill(client, size);
        }
        client.call("SELECT", "7");
        client.call("SET", "other database", "x");
        client.call("SELECT", "0");
    }

    private static void fill(RespConnection client, int size) throws IOException {
        for (int i = 0; i < size; i++) {
            String text = i % 7 == 0 ? Integer.toString(i * 1000) : "element:" + i;
            client.call("RPUSH", "list:" + size, text);
            client.call("HSET", "hash:" + size, "field:" + i, text);
            client.call("SADD", "set:" + size, text);
            client.call("SADD", "integers:" + size, Integer.toString(i * i));
            client.call("ZADD", "sorted:" + size, Double.toString(i / 3.0 - 5), text);
        }
        fillStream(client, "stream:" + size, size);
        client.call("HSET", "long-hash:" + size, "a", "x".repeat(size * 10), "b", "1");
        client.call("RPUSH", "long-list:" + size, "x".repeat(size * 10), "b", "y".repeat(9000));
        client.call("SADD", "long-set:" + size, "x".repeat(size * 10), "b");
        client.call("ZADD", "long-sorted:" + size, "-inf", "x".repeat(size * 10), "inf", "b");
    }

    /** With names that change now and then, deleted entries, groups, and what is pending there. */
    private static void fillStream(RespConnection client, String key, int size) throws IOException {
        for (int i = 1; i <= size; i++) {
            String name = i % 50 == 0 ? "other" : "name";
            client.call("XADD", key, i + "-" + i % 3, name, "value:" + i, "number", "" + i * 7);
        }
        client.call("XDEL", key, size / 2 + "-" + size / 2 % 3, "1-1");
        for (String group : List.of("all", "7", "none")) {
            client.call("XGROUP", "CREATE", key, group, "0");
        }
        for (String consumer : List.of("a", "12", "c".repeat(100))) {
            client.call(
                    "XREADGROUP",
                    "GROUP",
                    "all",
                    consumer,
                    "COUNT",
                    "" + (size / 4 + 1),
                    "STREAMS",
                    key,
                    ">");
        }
        client.call("XREADGROUP", "GROUP", "7", "a", "NOACK", "STREAMS", key, ">");
        client.call("XACK", key, "all", "2-2", "3-0");
        client.call("XCLAIM", key, "all", "a", "0", "5-2", "RETRYCOUNT", "99", "TIME", "12345");
    }

    // ---- What Redis holds, in an order of its own

    private static Map<String, String> state(RespConnection client) throws IOException {
        Map<String, String> state = new TreeMap<>();
        for (String database : List.of("0", "7")) {
            client.call("SELECT", database);
            for (String key : keys(client)) {
                state.put(database + " " + key, value(client, key));
            }
        }
        client.call("SELECT", "0");
        return state;
    }

    private static List<String> keys(RespConnection client) throws IOException {
        return texts(client.call("KEYS", "*").reply());
    }

    private static String value(RespConnection client, String key) throws IOException {
        String type = ((Reply.Simple) client.call("TYPE", key).reply()).text();
        String encoding = bulk(client, "OBJECT", "ENCODING", key);
        long ttl = ((Reply.Whole) client.call("PEXPIRETIME", key).reply()).number();
        String value =
                switch (type) {
                    case "string" -> bulk(client, "GET", key);
                    case "list" -> texts(client.call("LRANGE", key, "0", "-1").reply()).toString();
                    case "set" -> sorted(texts(client.call("SMEMBERS", key).reply()), 1);
                    case "hash" -> sorted(texts(client.call("HGETALL", key).reply()), 2);
                    case "stream" ->
                            client.call("XINFO", "STREAM", key, "FULL", "COUNT", "0").raw();
                    default ->
                            texts(client.call("ZRANGE", key, "0", "-1", "WITHSCORES").reply())
                                    .toString();
                };
        return type + " " + encoding + " " + value + " ttl " + ttl;
    }

    /** As it is filled at any time. */
    private static String withoutTimes(String text) {
        return text.replaceFirst(" ttl.*", "").replaceAll(":1[0-9]{12}\r\n", ":time\r\n");
    }

    private static String sorted(List<String> texts, int step) {
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < texts.size(); i += step) {
            groups.add(texts.subList(i, i + step).toString());
        }
        groups.sort(null);
        return groups.toString();
    }

    private static List<String> texts(Reply reply) {
        return reply.children().stream().map(item -> ((Reply.Bulk) item).bytes()).toList();
    }

    private static String bulk(RespConnection client, String... words) throws IOException {
        return ((Reply.Bulk) client.call(words).reply()).bytes();
    }
}
