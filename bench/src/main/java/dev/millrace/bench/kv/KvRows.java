package dev.millrace.bench.kv;

import static dev.millrace.bench.server.Durability.ALWAYS;
import static dev.millrace.bench.server.Durability.CHECKPOINT;
import static dev.millrace.bench.server.Durability.EVERYSEC;

import dev.millrace.bench.client.Filling;
import dev.millrace.bench.client.Keys;
import dev.millrace.bench.client.Kind;
import dev.millrace.bench.client.Large;
import dev.millrace.bench.client.RedisBenchmark;
import dev.millrace.bench.client.Small;
import dev.millrace.bench.client.Strings;
import dev.millrace.bench.client.Values;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.report.Target.AtMost;
import dev.millrace.bench.report.Target.Open;
import dev.millrace.bench.report.Target.RatioAtLeast;
import dev.millrace.bench.report.Target.RatioAtMost;
import dev.millrace.bench.server.Durability;

import java.util.ArrayList;
import java.util.List;

/** All rows of kv, with their targets. To add one, copy a line. */
public final class KvRows {
    private static final int CONNECTIONS = 50;
    private static final Target OPEN = new Open();

    private KvRows() {}

    /** In the order in which they run. */
    public static List<Comparison> all() {
        List<Comparison> rows = new ArrayList<>();
        for (int depth : List.of(16, 64)) {
            for (String test : List.of("get", "set")) {
                rows.add(pipelined(test + "-3b-p" + depth, test, 3, depth));
                rows.add(pipelined(test + "-1k-p" + depth, test, 1024, depth));
            }
        }
        rows.add(closed("get-p1", "get", 1, EVERYSEC, atMost(1.0), atLeast(1.0)));
        rows.add(closed("set-p1", "set", 1, EVERYSEC, atMost(1.0), atLeast(1.0)));
        rows.add(closed("set-always-p1", "set", 1, ALWAYS, atMost(1.0), atLeast(1.0)));
        rows.add(closed("set-always-p16", "set", 16, ALWAYS, atMost(0.7), atLeast(1.4)));
        rows.add(closed("incr-p16", "incr", 16, EVERYSEC, atMost(0.9), OPEN));
        rows.add(closed("mset-p16", "mset", 16, EVERYSEC, atMost(0.9), OPEN));
        rows.add(new HalfPeak("open-loop", false, atMost(1.0), atMost(1.2), OPEN));
        rows.add(new HalfPeak("checkpoint", true, OPEN, atMost(1.0), new AtMost(15)));
        Filling strings = new Strings(Keys.ofRedisBenchmark(5_000_000), Values.ofBytes(64));
        Filling hashes = new Small(Kind.HASH, 5);
        rows.add(
                new MemorySlope(
                        "memory", strings, 1_000_000, 5_000_000, atMost(0.65), new AtMost(115)));
        rows.add(new Restart("restart-checkpoint", strings, CHECKPOINT, atMost(1.0)));
        rows.add(new Restart("restart-journal", strings, EVERYSEC, atMost(1.0)));
        rows.add(new Restart("restart-hashes", hashes, CHECKPOINT, atMost(1.0)));
        rows.add(new EmptyStart(new AtMost(500), new AtMost(120)));
        rows.addAll(loops());
        rows.addAll(collections());
        rows.addAll(streams());
        rows.addAll(scripts());
        rows.add(small("memory-hashes", hashes));
        rows.add(small("memory-sets", new Small(Kind.SET, 10)));
        rows.add(small("memory-lists", new Small(Kind.LIST, 10)));
        rows.add(small("memory-zsets", new Small(Kind.SORTED_SET, 10)));
        rows.add(large("large-hash", Kind.HASH));
        rows.add(large("large-zset", Kind.SORTED_SET));
        rows.add(new Import(atMost(1.0)));
        for (Kind kind : Kind.values()) {
            rows.add(new LargeRemoval(kind));
        }
        return List.copyOf(rows);
    }

    private static MemorySlope small(String name, Filling filling) {
        return new MemorySlope(name, filling, 1_000_000, 3_000_000, atMost(0.8), OPEN);
    }

    private static MemorySlope large(String name, Kind kind) {
        return new MemorySlope(name, new Large(kind), 0, 10_000_000, atMost(0.8), OPEN);
    }

    private static List<Comparison> collections() {
        RedisBenchmark push = new RedisBenchmark("lpush", 3, 16, CONNECTIONS);
        RedisBenchmark set = new RedisBenchmark("hset", 3, 16, CONNECTIONS);
        RedisBenchmark add = new RedisBenchmark("zadd", 3, 16, CONNECTIONS);
        return List.of(
                collection("lpush-p16", "lpush", List.of(), 0.9),
                collection("rpop-p16", "rpop", List.of(new ClosedLoop.Before(push)), 0.9),
                collection("hset-p16", "hset", List.of(), 0.9),
                collection(
                        "hget-p16",
                        "hget myhash element:__rand_int__",
                        List.of(new ClosedLoop.Before(set)),
                        0.9),
                collection("sadd-p16", "sadd", List.of(), 0.9),
                collection("zadd-p16", "zadd", List.of(), 0.9),
                collection(
                        "zrange-p16",
                        "zrange myzset 0 9",
                        List.of(new ClosedLoop.Before(add)),
                        0.9),
                collection(
                        "lrange-100-p16",
                        "lrange mylist 0 99",
                        List.of(new ClosedLoop.Before(push)),
                        1.0));
    }

    /**
     * Entries of one field; each delivery is of one entry, which is pending from then on: with
     * NOACK it would cost less. Before each round the stream and its group are made anew, and it is
     * filled.
     */
    private static List<ClosedLoop> streams() {
        String entry = "xadd mystream * field value:__rand_int__";
        String read = "xreadgroup GROUP workers one COUNT 1 STREAMS mystream >";
        List<ClosedLoop.Before> filled =
                List.of(
                        once("unlink mystream"),
                        once("xgroup create mystream workers 0 MKSTREAM"),
                        new ClosedLoop.Before(new RedisBenchmark(entry, 3, 16, CONNECTIONS)));
        return List.of(
                stream("xadd-p1", entry, 1, List.of()),
                stream("xadd-p16", entry, 16, List.of()),
                stream("xreadgroup-p1", read, 1, filled),
                stream("xreadgroup-p16", read, 16, filled));
    }

    /** Without blanks, for those are what the client's command is split at. */
    private static List<ClosedLoop> scripts() {
        String set = "eval return(redis.call('SET',KEYS[1],ARGV[1])) 1 key:__rand_int__ value";
        String compute = "eval local\ts=0;for\ti=1,100\tdo\ts=s+i*i;end;return(s) 0";
        return List.of(
                script("eval-set-p1", set, 1),
                script("eval-set-p16", set, 16),
                script("eval-compute-p16", compute, 16));
    }

    private static ClosedLoop script(String name, String test, int depth) {
        RedisBenchmark client = new RedisBenchmark(test, 3, depth, CONNECTIONS);
        return new ClosedLoop(name, client, List.of(), EVERYSEC, atMost(1.5), OPEN);
    }

    private static ClosedLoop.Before once(String command) {
        return new ClosedLoop.Before(new RedisBenchmark(command, 3, 1, 1), 1);
    }

    private static ClosedLoop stream(
            String name, String test, int depth, List<ClosedLoop.Before> before) {
        RedisBenchmark client = new RedisBenchmark(test, 3, depth, CONNECTIONS);
        return new ClosedLoop(name, client, before, EVERYSEC, atMost(1.0), OPEN);
    }

    private static ClosedLoop collection(
            String name, String test, List<ClosedLoop.Before> before, double cpu) {
        RedisBenchmark client = new RedisBenchmark(test, 3, 16, CONNECTIONS);
        return new ClosedLoop(name, client, before, EVERYSEC, atMost(cpu), OPEN);
    }

    private static List<Comparison> loops() {
        RedisBenchmark alone = new RedisBenchmark("set", 3, 1, 1);
        // No regression, give or take what the same build differs from itself at depth 1.
        Target cpu = atMost(1.05);
        Target throughput = atLeast(0.95);
        return List.of(
                new Loops(new ClosedLoop("set-1c", alone, EVERYSEC, cpu, throughput)),
                new Loops(closed("set-p1", "set", 1, EVERYSEC, OPEN, OPEN)),
                new Loops(closed("get-p1", "get", 1, EVERYSEC, OPEN, OPEN)),
                new Loops(closed("set-p16", "set", 16, EVERYSEC, OPEN, OPEN)),
                new Loops(closed("get-p16", "get", 16, EVERYSEC, OPEN, OPEN)));
    }

    private static ClosedLoop pipelined(String name, String test, int valueBytes, int depth) {
        RedisBenchmark client = new RedisBenchmark(test, valueBytes, depth, CONNECTIONS);
        return new ClosedLoop(name, client, EVERYSEC, atMost(0.65), atLeast(1.3));
    }

    private static ClosedLoop closed(
            String name,
            String test,
            int depth,
            Durability durability,
            Target cpu,
            Target throughput) {
        RedisBenchmark client = new RedisBenchmark(test, 3, depth, CONNECTIONS);
        return new ClosedLoop(name, client, durability, cpu, throughput);
    }

    private static Target atMost(double ratio) {
        return new RatioAtMost(ratio);
    }

    private static Target atLeast(double ratio) {
        return new RatioAtLeast(ratio);
    }
}
