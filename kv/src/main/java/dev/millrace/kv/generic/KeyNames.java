package dev.millrace.kv.generic;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Command.Locks;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.glob.GlobPattern;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Item;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** KEYS, SCAN, RANDOMKEY: which keys there are. Expired ones are not told of. */
public final class KeyNames {
    private static final int SCAN_COUNT = 10;

    /** So many buckets are looked at for each item wanted, as Redis does in a sparse table. */
    private static final int BUCKETS_PER_ITEM = 10;

    /** RANDOMKEY chooses among so many, or more: a bucket alone would favour lonely keys. */
    private static final int SAMPLE = 16;

    /** In a sparse table it makes do with what it found in these. */
    private static final int BUCKETS_MAX = 1000;

    private static final int SAMPLES_MAX = 100;

    private KeyNames() {}

    private static Command.Builder names(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("generic")
                .arity(arity)
                .flags(Flag.READONLY)
                .categories("keyspace")
                .locks(Locks.ALL);
    }

    public static List<Command> all() {
        return List.of(
                names("keys", "1.0.0", 2)
                        .summary("Find all keys matching the given pattern")
                        .complexity(
                                "O(N) with N being the number of keys in the database, under the"
                                        + " assumption that the key names in the database and the"
                                        + " given pattern have limited length.")
                        .categories("dangerous")
                        .tips("request_policy:all_shards", "nondeterministic_output_order")
                        .does(KeyNames::keys),
                names("scan", "2.8.0", -2)
                        .summary("Incrementally iterate the keys space")
                        .complexity(
                                "O(1) for every call. O(N) for a complete iteration, including"
                                        + " enough command calls for the cursor to return back to 0."
                                        + " N is the number of elements inside the collection.")
                        .tips("nondeterministic_output", "request_policy:special")
                        .does(KeyNames::scan),
                names("randomkey", "1.0.0", 1)
                        .summary("Return a random key from the keyspace")
                        .complexity("O(1)")
                        .tips("request_policy:all_shards", "nondeterministic_output")
                        .does(KeyNames::random));
    }

    private static Dictionary items(Call call, int stripe) {
        return call.stripes().stripe(stripe).database(call.session().database()).items();
    }

    private static boolean isAlive(Call call, long item) {
        long expiresAt = Item.expiresAt(item);
        return expiresAt == 0 || expiresAt > call.nowMillis();
    }

    private static boolean matches(GlobPattern pattern, long item) {
        return pattern.matchesAll() || pattern.matches(Item.key(item), Item.keyLength(item));
    }

    private static void answer(Call call, Items found) {
        call.reply().array(found.count());
        for (int i = 0; i < found.count(); i++) {
            answer(call, found.get(i));
        }
    }

    private static void answer(Call call, long item) {
        call.reply().bulk(Item.key(item), Item.keyLength(item));
    }

    // ---- KEYS

    private static void keys(Call call) {
        call.dependOnAll();
        GlobPattern pattern = GlobPattern.of(call.bytes(1));
        Items found = new Items();
        for (int stripe = 0; stripe < call.stripes().count(); stripe++) {
            Dictionary items = items(call, stripe);
            long cursor = 0;
            do {
                cursor =
                        items.scan(
                                cursor,
                                item -> {
                                    if (isAlive(call, item) && matches(pattern, item)) {
                                        found.add(item);
                                    }
                                });
            } while (cursor != 0);
        }
        answer(call, found);
    }

    // ---- SCAN

    private static void scan(Call call) {
        call.dependOnAll();
        ScanCursor cursor = ScanCursor.parse(call, 1);
        long count = SCAN_COUNT;
        GlobPattern pattern = null;
        String type = null;
        for (int i = 2; i < call.count(); i += 2) {
            if (i + 1 == call.count()) {
                throw Refusal.SYNTAX;
            }
            if (call.is(i, "COUNT")) {
                count = call.integer(i + 1);
                if (count < 1) {
                    throw Refusal.SYNTAX;
                }
            } else if (call.is(i, "MATCH")) {
                pattern = GlobPattern.of(call.bytes(i + 1));
            } else if (call.is(i, "TYPE")) {
                type = call.text(i + 1).toLowerCase(Locale.ROOT);
            } else {
                throw Refusal.SYNTAX;
            }
        }
        Items seen = new Items();
        long buckets = Math.min(count, Long.MAX_VALUE / BUCKETS_PER_ITEM) * BUCKETS_PER_ITEM;
        do {
            cursor = cursor.next(call.stripes().count(), s -> items(call, s), seen);
        } while (!cursor.isStart() && seen.count() < count && --buckets > 0);
        filter(call, seen, pattern, type);
        call.reply().array(2);
        call.reply().bulk(cursor.text());
        answer(call, seen);
    }

    private static void filter(
            Call call, Items seen, @Nullable GlobPattern pattern, @Nullable String type) {
        seen.keep(
                item ->
                        isAlive(call, item)
                                && (pattern == null || matches(pattern, item))
                                && (type == null || Item.typeName(item).equals(type)));
    }

    // ---- RANDOMKEY

    private static void random(Call call) {
        call.dependOnAll();
        SplittableRandom random = call.lane().random();
        long size = 0;
        for (int stripe = 0; stripe < call.stripes().count(); stripe++) {
            size += items(call, stripe).size();
        }
        for (int i = 0; i < SAMPLES_MAX && size > 0; i++) {
            long item = anyItem(call, random, size);
            if (isAlive(call, item)) {
                answer(call, item);
                return;
            }
        }
        answerFirst(call);
    }

    private static long anyItem(Call call, SplittableRandom random, long size) {
        long chosen = random.nextLong(size);
        int stripe = 0;
        while (chosen >= items(call, stripe).size()) {
            chosen -= items(call, stripe).size();
            stripe++;
        }
        Dictionary items = items(call, stripe);
        long wanted = Math.min(SAMPLE, items.size());
        Items sample = new Items();
        long cursor = Dictionary.cursorAt(random.nextLong());
        for (int i = 0; sample.count() < wanted && (sample.count() == 0 || i < BUCKETS_MAX); i++) {
            cursor = items.scan(cursor, sample);
        }
        return sample.get(random.nextInt(sample.count()));
    }

    /** Most keys have expired: the first that has not. */
    private static void answerFirst(Call call) {
        Items alive = new Items();
        ScanCursor cursor = ScanCursor.START;
        do {
            cursor = cursor.next(call.stripes().count(), s -> items(call, s), alive);
            alive.keep(item -> isAlive(call, item));
        } while (!cursor.isStart() && alive.count() == 0);
        if (alive.count() == 0) {
            call.reply().nullBulk();
        } else {
            answer(call, alive.get(0));
        }
    }
}
