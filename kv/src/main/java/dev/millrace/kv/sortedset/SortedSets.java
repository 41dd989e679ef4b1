package dev.millrace.kv.sortedset;

import static dev.millrace.kv.sortedset.Declarations.sortedSet;

import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.effect.SortedSetEffects;
import dev.millrace.kv.store.Item;

import java.util.List;

/** What is about single members: ZREM, ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK. */
public final class SortedSets {
    private SortedSets() {}

    public static List<Command> all() {
        return List.of(
                sortedSet("zrem", "1.2.0", -3)
                        .complexity(
                                "O(M*log(N)) with N being the number of elements in the sorted set"
                                        + " and M the number of elements to be removed.")
                        .summary("Remove one or more members from a sorted set")
                        .flags(Flag.WRITE, Flag.FAST)
                        .access(KeyAccess.of("RW", "delete"))
                        .does(SortedSets::remove),
                sortedSet("zcard", "1.2.0", 2)
                        .complexity("O(1)")
                        .summary("Get the number of members in a sorted set")
                        .flags(Flag.READONLY, Flag.FAST)
                        .access(KeyAccess.of("RO"))
                        .does(SortedSets::size),
                sortedSet("zscore", "1.2.0", 3)
                        .complexity("O(1)")
                        .summary("Get the score associated with the given member in a sorted set")
                        .flags(Flag.READONLY, Flag.FAST)
                        .does(SortedSets::score),
                sortedSet("zmscore", "6.2.0", -3)
                        .complexity("O(N) where N is the number of members being requested.")
                        .summary("Get the score associated with the given members in a sorted set")
                        .flags(Flag.READONLY, Flag.FAST)
                        .does(SortedSets::scores),
                sortedSet("zrank", "2.0.0", 3)
                        .complexity("O(log(N))")
                        .summary("Determine the index of a member in a sorted set")
                        .flags(Flag.READONLY, Flag.FAST)
                        .does(call -> rank(call, false)),
                sortedSet("zrevrank", "2.0.0", 3)
                        .complexity("O(log(N))")
                        .summary(
                                "Determine the index of a member in a sorted set, with scores"
                                        + " ordered from high to low")
                        .flags(Flag.READONLY, Flag.FAST)
                        .does(call -> rank(call, true)));
    }

    private static void remove(Call call) {
        Key key = call.write(1).require(Item.TYPE_SORTED_SET);
        SortedSetEffects effects = call.effects().sortedSet();
        int removed = 0;
        for (int i = 2; i < call.count(); i++) {
            removed += effects.remove(key, call.address(i), call.length(i)) ? 1 : 0;
        }
        if (effects.endRemove(key)) {
            call.effects().count(removed - 1);
            notifyRemoved(call, key, "zrem");
        }
        call.reply().integer(removed);
    }

    static void notifyRemoved(Call call, Key key, String event) {
        call.notify(Notification.ZSET, event, key);
        if (!key.exists()) {
            call.notify(Notification.GENERIC, "del", key);
        }
    }

    private static void size(Call call) {
        call.reply().integer(SortedSetValue.size(call.read(1).require(Item.TYPE_SORTED_SET)));
    }

    private static void score(Call call) {
        answerScore(call, call.read(1).require(Item.TYPE_SORTED_SET), 2);
    }

    private static void answerScore(Call call, Key key, int index) {
        double score = SortedSetValue.score(key, call.address(index), call.length(index));
        if (Double.isNaN(score)) {
            call.reply().nullBulk();
        } else {
            call.reply().number(score);
        }
    }

    private static void scores(Call call) {
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            answerScore(call, key, i);
        }
    }

    private static void rank(Call call, boolean down) {
        Key key = call.read(1).require(Item.TYPE_SORTED_SET);
        long rank = SortedSetValue.rank(key, call.address(2), call.length(2));
        if (rank < 0) {
            call.reply().nullBulk();
        } else {
            call.reply().integer(down ? SortedSetValue.size(key) - 1 - rank : rank);
        }
    }
}
