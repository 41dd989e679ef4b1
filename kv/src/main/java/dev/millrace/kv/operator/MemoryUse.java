package dev.millrace.kv.operator;

import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.info.Overhead;
import dev.millrace.kv.info.ProcessFacts;
import dev.millrace.kv.info.Recent;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/** MEMORY. */
public final class MemoryUse {
    /** A report is worth the words from here on. */
    private static final long SMALL_BYTES_MAX = 16 << 20;

    private static final double PEAK_FACTOR = 1.5;
    private static final double RESIDENT_FACTOR = 1.5;

    /** Of one client on average. */
    private static final long CLIENT_BYTES_LARGE = 200 * 1024;

    private static final String HELP =
            """
            DOCTOR
                Return memory problems reports.
            MALLOC-STATS
                Return internal statistics report from the memory allocator.
            PURGE
                Attempt to purge dirty pages for reclamation by the allocator.
            STATS
                Return information about the memory usage of the server.
            USAGE <key> [SAMPLES <count>]
                Return memory in bytes used by <key> and its value. Nested values are
                sampled up to <count> times (default: 5, 0 means sample all).
            """;

    private MemoryUse() {}

    private static Command.Builder memory(String name, int arity) {
        return Command.named(name).since("4.0.0").group("server").complexity("O(1)").arity(arity);
    }

    public static List<Command> all() {
        return List.of(
                memory("memory", -2)
                        .complexity("Depends on subcommand.")
                        .summary("A container for memory diagnostics commands")
                        .contains(
                                memory("doctor", 2)
                                        .summary("Outputs memory problems report")
                                        .tips(
                                                "nondeterministic_output",
                                                "request_policy:all_shards",
                                                "response_policy:special")
                                        .does(MemoryUse::doctor),
                                Help.declared("4.0.0", "server")
                                        .does(Help.answering("memory", HELP)),
                                memory("malloc-stats", 2)
                                        .complexity(
                                                "Depends on how much memory is allocated, could be"
                                                        + " slow")
                                        .summary("Show allocator internal stats")
                                        .tips(
                                                "nondeterministic_output",
                                                "request_policy:all_shards",
                                                "response_policy:special")
                                        .does(MemoryUse::allocator),
                                memory("purge", 2)
                                        .complexity(
                                                "Depends on how much memory is allocated, could be"
                                                        + " slow")
                                        .summary("Ask the allocator to release memory")
                                        .tips(
                                                "request_policy:all_shards",
                                                "response_policy:all_succeeded")
                                        .does(call -> call.reply().ok()),
                                memory("stats", 2)
                                        .summary("Show memory usage details")
                                        .tips(
                                                "nondeterministic_output",
                                                "request_policy:all_shards",
                                                "response_policy:special")
                                        .does(MemoryUse::stats),
                                memory("usage", -3)
                                        .complexity("O(N) where N is the number of samples.")
                                        .summary("Estimate the memory usage of a key")
                                        .keys(Keys.range(2, 2, 1))
                                        .flags(Flag.READONLY)
                                        .access(KeyAccess.of("RO"))
                                        .does(MemoryUse::usage)));
    }

    private static void usage(Call call) {
        for (int i = 3; i < call.count(); i += 2) {
            boolean known = call.is(i, "SAMPLES") && i + 1 < call.count();
            if (!known || call.integer(i + 1) < 0) {
                throw Refusal.SYNTAX;
            }
        }
        Key key = call.peek(2);
        if (key.exists()) {
            long block = Slabs.usable(key.item());
            long tables = key.expiresAt() == 0 ? 1 : 2;
            long parts = Item.isLarge(key.item()) ? Root.bytes(Item.root(key.item())) : 0;
            call.reply().integer(block + parts + tables * Dictionary.ENTRY_BYTES);
        } else {
            call.reply().nullBulk();
        }
    }

    private static void doctor(Call call) {
        long used = Recent.of(call.server()).usedBytes();
        if (used < SMALL_BYTES_MAX) {
            call.reply()
                    .verbatim(
                            "Hi Sam, this instance is empty or is using very little memory, my"
                                    + " issues detector can't be used in these conditions. Please,"
                                    + " leave for your mission on Earth and fill it with some data. The"
                                    + " new Sam and I will be back to our programming as soon as I"
                                    + " finished rebooting.\n");
        } else {
            call.reply().verbatim(report(call.server(), used));
        }
    }

    /** In Redis's words, where what it looks for is to be found here. */
    private static String report(KvServer server, long used) {
        StringBuilder issues = new StringBuilder();
        if (Recent.of(server).peakBytes() > used * PEAK_FACTOR) {
            issues.append(
                    " * Peak memory: In the past this instance used more than 150% the memory that"
                            + " is currently using. What was freed is used again first, and given"
                            + " back to the system where whole regions are free.\n\n");
        }
        if (ProcessFacts.residentBytes() > used * RESIDENT_FACTOR + ProcessFacts.heapBytes()) {
            issues.append(
                    " * High process RSS overhead: This instance has RSS memory far beyond what"
                            + " its data and the JVM's heap take.\n\n");
        }
        long clients = server.sessions().size();
        if (clients > 0 && Overhead.of(server).clients() / clients > CLIENT_BYTES_LARGE) {
            issues.append(
                    " * Big client buffers: The clients output buffers in this instance are greater"
                            + " than 200K per client (on average). This may result from different"
                            + " causes, like Pub/Sub clients subscribed to channels but not receiving"
                            + " data fast enough, so that data piles on the server output buffer, or"
                            + " clients sending commands with large replies or very large sequences of"
                            + " commands in the same pipeline. Please use the CLIENT LIST command in"
                            + " order to investigate the issue if it causes problems in your instance,"
                            + " or to understand better why certain clients are using a big amount of"
                            + " memory.\n\n");
        }
        return issues.isEmpty()
                ? "Hi Sam, I can't find any memory issue in your instance. I can only account for"
                        + " what occurs on this base.\n"
                : "Sam, I detected a few issues in this Redis instance memory implants:\n\n"
                        + issues
                        + "I'm here to keep you safe, Sam. I want to help you.\n";
    }

    private static void allocator(Call call) {
        StringBuilder report = new StringBuilder("Slabs, bytes in use by stripe:\n");
        Stripes stripes = call.stripes();
        for (int i = 0; i < stripes.count(); i++) {
            report.append(i).append(": ");
            report.append(stripes.stripe(i).slabs().usedBytes()).append('\n');
        }
        call.reply().verbatim(report.toString());
    }

    private static void stats(Call call) {
        Recent recent = Recent.of(call.server());
        long used = recent.usedBytes();
        long peak = recent.peakBytes();
        long resident = ProcessFacts.residentBytes();
        long keys = keys(call.stripes());
        Overhead overhead = Overhead.of(call.server());
        long dataset = recent.storeBytes() - overhead.tables();
        int[] databases = databases(call.stripes());
        call.reply().map(27 + databases.length);
        BiConsumer<String, Long> field =
                (name, value) -> {
                    call.reply().bulk(name);
                    call.reply().integer(value);
                };
        field.accept("peak.allocated", peak);
        field.accept("total.allocated", used);
        field.accept("startup.allocated", 0L);
        field.accept("replication.backlog", overhead.backlog());
        field.accept("clients.slaves", overhead.replicas());
        field.accept("clients.normal", overhead.clients());
        field.accept("cluster.links", 0L);
        field.accept("aof.buffer", 0L);
        field.accept("lua.caches", overhead.scripts());
        field.accept("functions.caches", overhead.libraries());
        for (int database : databases) {
            call.reply().bulk("db." + database);
            call.reply().map(3);
            field.accept("overhead.hashtable.main", Overhead.itemTables(call.server(), database));
            field.accept(
                    "overhead.hashtable.expires", Overhead.expiryTables(call.server(), database));
            field.accept("overhead.hashtable.slot-to-keys", 0L);
        }
        field.accept("overhead.total", overhead.sum());
        field.accept("keys.count", keys);
        field.accept("keys.bytes-per-key", keys == 0 ? 0 : used / keys);
        field.accept("dataset.bytes", dataset);
        number(call, "dataset.percentage", used == 0 ? 100 : dataset * 100.0 / used);
        number(call, "peak.percentage", peak == 0 ? 100 : used * 100.0 / peak);
        field.accept("allocator.allocated", used);
        field.accept("allocator.active", used);
        field.accept("allocator.resident", resident);
        number(call, "allocator-fragmentation.ratio", 1);
        field.accept("allocator-fragmentation.bytes", 0L);
        number(call, "allocator-rss.ratio", used == 0 ? 1 : (double) resident / used);
        field.accept("allocator-rss.bytes", Math.max(resident - used, 0));
        number(call, "rss-overhead.ratio", 1);
        field.accept("rss-overhead.bytes", 0L);
        number(call, "fragmentation", used == 0 ? 1 : (double) resident / used);
        field.accept("fragmentation.bytes", Math.max(resident - used, 0));
    }

    private static void number(Call call, String name, double value) {
        call.reply().bulk(name);
        call.reply().number(value);
    }

    private static long keys(Stripes stripes) {
        long keys = 0;
        for (int database : databases(stripes)) {
            keys += keys(stripes, database);
        }
        return keys;
    }

    /** Those that have keys. */
    private static int[] databases(Stripes stripes) {
        return IntStream.range(0, Stripe.DATABASES)
                .filter(database -> keys(stripes, database) > 0)
                .toArray();
    }

    private static long keys(Stripes stripes, int database) {
        long keys = 0;
        for (int i = 0; i < stripes.count(); i++) {
            keys += stripes.stripe(i).database(database).items().size();
        }
        return keys;
    }
}
