package dev.millrace.kv.generic;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Command.Locks;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.tracking.Tracking;

import java.util.List;

/** FLUSHDB, FLUSHALL, SWAPDB, DBSIZE: commands on whole databases. */
public final class Databases {
    /** What {@link #empty} may take of the journal: an effect for each database. */
    public static final long FLUSH_BYTES = 64 + 2L * Stripe.DATABASES;

    private Databases() {}

    private static Command.Builder databases(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("server")
                .arity(arity)
                .locks(Locks.ALL)
                .categories("keyspace");
    }

    public static List<Command> all() {
        return List.of(
                databases("flushdb", "1.0.0", -1)
                        .summary("Remove all keys from the current database")
                        .complexity("O(N) where N is the number of keys in the selected database")
                        .flags(Flag.WRITE)
                        .categories("dangerous")
                        .cost(request -> FLUSH_BYTES)
                        .tips("request_policy:all_shards", "response_policy:all_succeeded")
                        .does(Databases::flushDb),
                databases("flushall", "1.0.0", -1)
                        .summary("Remove all keys from all databases")
                        .complexity("O(N) where N is the total number of keys in all databases")
                        .flags(Flag.WRITE)
                        .categories("dangerous")
                        .cost(request -> FLUSH_BYTES)
                        .tips("request_policy:all_shards", "response_policy:all_succeeded")
                        .does(Databases::flushAll),
                databases("swapdb", "4.0.0", 3)
                        .summary("Swaps two Redis databases")
                        .complexity(
                                "O(N) where N is the count of clients watching or blocking on keys"
                                        + " from both databases.")
                        .flags(Flag.WRITE, Flag.FAST)
                        .categories("dangerous")
                        .does(Databases::swap),
                databases("dbsize", "1.0.0", 1)
                        .summary("Return the number of keys in the selected database")
                        .complexity("O(1)")
                        .flags(Flag.READONLY, Flag.FAST)
                        .tips("request_policy:all_shards", "response_policy:agg_sum")
                        .does(Databases::size));
    }

    private static void flushDb(Call call) {
        requireFlushMode(call);
        flush(call, call.session().database());
        Tracking.of(call.server()).flushed(call);
        call.reply().ok();
    }

    private static void flushAll(Call call) {
        requireFlushMode(call);
        empty(call);
        call.reply().ok();
    }

    /** Empties all databases; all stripes are locked, and the space is set aside. */
    public static void empty(Call call) {
        for (int database = 0; database < Stripe.DATABASES; database++) {
            flush(call, database);
        }
        Tracking.of(call.server()).flushed(call);
    }

    /** ASYNC and SYNC are the same: memory is always freed a little at a time. */
    private static void requireFlushMode(Call call) {
        boolean known = call.count() == 1 || call.is(1, "ASYNC") || call.is(1, "SYNC");
        if (!known || call.count() > 2) {
            throw Refusal.SYNTAX;
        }
    }

    /** That there is nothing to empty is an answer as well, and may depend on what was emptied. */
    private static void flush(Call call, int database) {
        call.dependOnAll();
        if (size(call, database) > 0) {
            call.effects().flush(database);
        }
    }

    private static void swap(Call call) {
        if (call.server().isCluster()) {
            throw new Refusal("ERR SWAPDB is not allowed in cluster mode");
        }
        int first = call.integer32(1, new Refusal("ERR invalid first DB index"));
        int second = call.integer32(2, new Refusal("ERR invalid second DB index"));
        if (!isDatabase(first) || !isDatabase(second)) {
            throw Refusal.DB_INDEX;
        }
        if (first != second) {
            call.effects().swap(first, second, call.nowMillis());
        }
        call.reply().ok();
    }

    private static boolean isDatabase(int index) {
        return index >= 0 && index < Stripe.DATABASES;
    }

    private static void size(Call call) {
        call.dependOnAll();
        call.reply().integer(size(call, call.session().database()));
    }

    /** How many keys there are; all stripes are locked. */
    public static long size(Call call, int database) {
        long size = 0;
        for (int i = 0; i < call.stripes().count(); i++) {
            size += call.stripes().stripe(i).database(database).items().size();
        }
        return size;
    }
}
