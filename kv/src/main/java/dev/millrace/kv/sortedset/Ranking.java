package dev.millrace.kv.sortedset;

import static dev.millrace.kv.sortedset.Declarations.sortedSet;

import dev.millrace.kv.collection.Ranks;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.store.Item;

import java.util.List;

/** ZRANGE and its older kin, ZRANGESTORE, ZCOUNT, ZLEXCOUNT, ZREMRANGEBY...: parts in order. */
public final class Ranking {
    private static final String COUNTING =
            "O(log(N)) with N being the number of elements in the sorted set.";
    private static final String RETURNING =
            "O(log(N)+M) with N being the number of elements in the sorted set and M the number of"
                    + " elements returned.";
    private static final String LIMITED =
            "O(log(N)+M) with N being the number of elements in the sorted set and M the number of"
                    + " elements being returned. If M is constant (e.g. always asking for the first"
                    + " 10 elements with LIMIT), you can consider it O(log(N)).";
    private static final String REMOVING =
            "O(log(N)+M) with N being the number of elements in the sorted set and M the number of"
                    + " elements removed by the operation.";

    private Ranking() {}

    public static List<Command> all() {
        return List.of(
                reading("zrange", "1.2.0")
                        .complexity(RETURNING)
                        .summary("Return a range of members in a sorted set")
                        .does(call -> range(call, RangeRequest.any(call, 1, true))),
                reading("zrevrange", "1.2.0")
                        .complexity(RETURNING)
                        .deprecated("6.2.0", "`ZRANGE` with the `REV` argument")
                        .summary(
                                "Return a range of members in a sorted set, by index, with scores"
                                        + " ordered from high to low")
                        .does(call -> range(call, RangeRequest.of(call, RangeRequest.RANK, true))),
                reading("zrangebyscore", "1.0.5")
                        .complexity(LIMITED)
                        .deprecated("6.2.0", "`ZRANGE` with the `BYSCORE` argument")
                        .summary("Return a range of members in a sorted set, by score")
                        .does(
                                call ->
                                        range(
                                                call,
                                                RangeRequest.of(call, RangeRequest.SCORE, false))),
                reading("zrevrangebyscore", "2.2.0")
                        .complexity(LIMITED)
                        .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYSCORE` arguments")
                        .summary(
                                "Return a range of members in a sorted set, by score, with scores"
                                        + " ordered from high to low")
                        .does(call -> range(call, RangeRequest.of(call, RangeRequest.SCORE, true))),
                reading("zrangebylex", "2.8.9")
                        .complexity(LIMITED)
                        .deprecated("6.2.0", "`ZRANGE` with the `BYLEX` argument")
                        .summary(
                                "Return a range of members in a sorted set, by lexicographical"
                                        + " range")
                        .does(call -> range(call, RangeRequest.of(call, RangeRequest.NAME, false))),
                reading("zrevrangebylex", "2.8.9")
                        .complexity(LIMITED)
                        .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYLEX` arguments")
                        .summary(
                                "Return a range of members in a sorted set, by lexicographical"
                                        + " range, ordered from higher to lower strings.")
                        .does(call -> range(call, RangeRequest.of(call, RangeRequest.NAME, true))),
                sortedSet("zrangestore", "6.2.0", -5)
                        .complexity(
                                "O(log(N)+M) with N being the number of elements in the sorted set"
                                        + " and M the number of elements stored into the"
                                        + " destination key.")
                        .summary("Store a range of members from sorted set into another key")
                        .keys(Keys.range(1, 2, 1))
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .access(
                                KeyAccess.of("OW", "update").at(1, 1),
                                KeyAccess.of("RO", "access").at(2, 2))
                        .does(Ranking::store),
                counting("zcount", "2.0.0")
                        .summary(
                                "Count the members in a sorted set with scores within the given"
                                        + " values")
                        .does(call -> count(call, Interval.ScoreRange.of(call, 2, 3))),
                counting("zlexcount", "2.8.9")
                        .summary(
                                "Count the number of members in a sorted set between a given"
                                        + " lexicographical range")
                        .does(call -> count(call, Interval.NameRange.of(call, 2, 3))),
                removing("zremrangebyrank", "2.0.0")
                        .summary("Remove all members in a sorted set within the given indexes")
                        .does(call -> remove(call, Interval.Ranks.of(call, 2, 3, false))),
                removing("zremrangebyscore", "1.2.0")
                        .summary("Remove all members in a sorted set within the given scores")
                        .does(call -> remove(call, Interval.ScoreRange.of(call, 2, 3))),
                removing("zremrangebylex", "2.8.9")
                        .summary(
                                "Remove all members in a sorted set between the given"
                                        + " lexicographical range")
                        .does(call -> remove(call, Interval.NameRange.of(call, 2, 3))));
    }

    private static Command.Builder reading(String name, String since) {
        return sortedSet(name, since, -4).flags(Flag.READONLY);
    }

    private static Command.Builder counting(String name, String since) {
        return sortedSet(name, since, 4).complexity(COUNTING).flags(Flag.READONLY, Flag.FAST);
    }

    private static Command.Builder removing(String name, String since) {
        return sortedSet(name, since, 4)
                .complexity(REMOVING)
                .flags(Flag.WRITE)
                .access(KeyAccess.of("RW", "delete"));
    }

    // ---- Reading

    private static void range(Call call, RangeRequest request) {
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        Element element = call.element();
        RangeRequest.Span span = request.in(key, element);
        long count = span.count();
        if (count == 0) {
            call.reply().emptyArray();
            return;
        }
        boolean withScores = request.withScores();
        Scores.begin(call, count, withScores);
        SortedSetValue.each(
                key,
                request.down() ? span.first() + count - 1 : span.first(),
                count,
                request.down(),
                element,
                Scores.answering(call, withScores));
    }

    private static void count(Call call, Interval interval) {
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        call.reply().integer(Math.max(0, count(call, interval, key)));
    }

    private static long count(Call call, Interval interval, Key key) {
        return interval.end(key, call.element()) - interval.first(key, call.element());
    }

    // ---- Writing

    private static void remove(Call call, Interval interval) {
        Key key = call.write(1).require(Item.TYPE_SORTED_SET);
        long count = count(call, interval, key);
        if (count <= 0) {
            call.reply().integer(0);
            return;
        }
        call.effects().sortedSet().removeRanks(key, interval.first(key, call.element()), count);
        call.effects().count((int) count - 1);
        SortedSets.notifyRemoved(call, key, call.command().name());
        call.reply().integer(count);
    }

    private static void store(Call call) {
        RangeRequest request = RangeRequest.any(call, 2, false);
        Key from = call.readOther(2).require(Item.TYPE_SORTED_SET);
        RangeRequest.Span span = request.in(from, call.element());
        Key to = call.write(1);
        if (span.count() == 0) {
            deleteResult(call, to);
            return;
        }
        copy(call, from, request, span, to);
        call.notify(Notification.ZSET, "zrangestore", to);
        call.reply().integer(span.count());
    }

    /**
     * Copies as Redis does: one by one, in the order that was asked for, into a listpack until that
     * may take no more. Only how many ranks will be too many for one is known beforehand.
     */
    private static void copy(
            Call call, Key from, RangeRequest request, RangeRequest.Span span, Key to) {
        long first = span.first();
        long count = span.count();
        long packed = packable(call, from, request, span);
        if (packed == count || packed == 0) {
            call.effects().sortedSet().copyRanks(from, first, count, to, packed == 0);
            return;
        }
        Ranks grown = new Ranks(request.down() ? count - packed : 0, packed);
        call.effects().sortedSet().copyGrown(from, first, count, to, grown);
    }

    /** How many of a result's members, in the order that was asked for, are in a listpack first. */
    private static long packable(
            Call call, Key from, RangeRequest request, RangeRequest.Span span) {
        Config config = call.server().config();
        long most = config.get(Quantity.ZSET_MAX_LISTPACK_ENTRIES);
        long longest = config.get(Quantity.ZSET_MAX_LISTPACK_VALUE);
        if (request.isByRank() && span.count() > most) {
            return 0;
        }
        long[] packed = {0};
        SortedSetValue.each(
                from,
                request.down() ? span.first() + span.count() - 1 : span.first(),
                Math.min(span.count(), most),
                request.down(),
                call.element(),
                (member, score) -> {
                    boolean fits = member.length() <= longest;
                    packed[0] += fits ? 1 : 0;
                    return fits;
                });
        return packed[0];
    }

    /** A result without members: the key it was to have is gone. */
    static void deleteResult(Call call, Key to) {
        if (to.exists()) {
            call.effects().delete(to);
            call.notify(Notification.GENERIC, "del", to);
        }
        call.reply().integer(0);
    }
}
