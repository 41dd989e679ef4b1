package dev.millrace.kv.sortedset;

import static dev.millrace.kv.sortedset.Declarations.sortedSet;

import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.store.Item;

import java.util.List;

/** ZPOPMIN, ZPOPMAX, ZMPOP: members off either end. */
public final class Extremes {
    private static final String COMPLEXITY =
            "O(log(N)*M) with N being the number of elements in the sorted set, and M being the"
                    + " number of elements popped.";

    private Extremes() {}

    public static List<Command> all() {
        return List.of(
                sortedSet("zpopmin", "5.0.0", -2)
                        .complexity(COMPLEXITY)
                        .summary("Remove and return members with the lowest scores in a sorted set")
                        .flags(Flag.WRITE, Flag.FAST)
                        .access(KeyAccess.of("RW", "access", "delete"))
                        .does(call -> pop(call, false)),
                sortedSet("zpopmax", "5.0.0", -2)
                        .complexity(COMPLEXITY)
                        .summary(
                                "Remove and return members with the highest scores in a sorted"
                                        + " set")
                        .flags(Flag.WRITE, Flag.FAST)
                        .access(KeyAccess.of("RW", "access", "delete"))
                        .does(call -> pop(call, true)),
                sortedSet("zmpop", "7.0.0", -4)
                        .complexity(
                                "O(K) + O(M*log(N)) where K is the number of provided keys, N"
                                        + " being the number of elements in the sorted set, and M"
                                        + " being the number of elements popped.")
                        .summary("Remove and return members with scores in a sorted set")
                        .keys(Keys.counted(1))
                        .flags(Flag.WRITE)
                        .access(KeyAccess.of("RW", "access", "delete"))
                        .does(Extremes::popFirst));
    }

    private static void pop(Call call, boolean max) {
        if (call.count() > 3) {
            throw Refusal.SYNTAX;
        }
        long count = call.count() == 3 ? wanted(call) : 1;
        Key key = call.write(1).require(Item.TYPE_SORTED_SET);
        long popped = Math.min(count, SortedSetValue.size(key));
        if (popped == 0) {
            call.reply().emptyArray();
            return;
        }
        boolean nested = call.count() == 3 && call.reply().protocol() == 3;
        call.reply().array((int) (nested ? popped : popped * 2));
        take(call, key, max, popped, nested);
    }

    private static long wanted(Call call) {
        return call.integer(
                2, 0, Long.MAX_VALUE, new Refusal("ERR value is out of range, must be positive"));
    }

    /** Answers so many members, which are there, and takes them out. */
    static void take(Call call, Key key, boolean max, long count, boolean nested) {
        long size = SortedSetValue.size(key);
        SortedSetValue.each(
                key,
                max ? size - 1 : 0,
                count,
                max,
                call.element(),
                (member, score) -> {
                    if (nested) {
                        call.reply().array(2);
                    }
                    call.reply().bulk(member.address(), member.length());
                    call.reply().number(score);
                    return true;
                });
        call.effects().sortedSet().removeRanks(key, max ? size - count : 0, count);
        call.effects().count((int) count - 1);
        SortedSets.notifyRemoved(call, key, max ? "zpopmax" : "zpopmin");
    }

    // ---- Of the first of several keys

    private static void popFirst(Call call) {
        PopRequest request = PopRequest.read(call, 1);
        for (int i = request.firstKey(); i <= request.lastKey(); i++) {
            Key key = call.write(i).require(Item.TYPE_SORTED_SET);
            if (key.exists()) {
                answer(call, key, request);
                return;
            }
        }
        call.reply().nullArray();
    }

    /** Answers as ZMPOP does: the key, and its members with their scores. */
    static void answer(Call call, Key key, PopRequest request) {
        long count = Math.min(request.count(), SortedSetValue.size(key));
        call.reply().array(2);
        call.reply().bulk(key.address(), key.length());
        call.reply().array((int) count);
        take(call, key, request.max(), count, true);
    }
}
