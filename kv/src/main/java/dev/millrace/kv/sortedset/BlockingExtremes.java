package dev.millrace.kv.sortedset;

import static dev.millrace.kv.sortedset.Declarations.sortedSet;

import dev.millrace.kv.blocking.Service;
import dev.millrace.kv.blocking.Timeout;
import dev.millrace.kv.blocking.Wait;
import dev.millrace.kv.blocking.Wanted;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.store.Item;

import java.util.List;

/**
 * BZPOPMIN, BZPOPMAX, BZMPOP: as those without a B while there are members, and if there are none
 * the client waits for some. In a transaction nobody waits: there is none is the answer.
 */
public final class BlockingExtremes {
    private static final KeyAccess POPS = KeyAccess.of("RW", "access", "delete");

    private BlockingExtremes() {}

    public static List<Command> all() {
        return List.of(
                pop("bzpopmin", "lowest", false),
                pop("bzpopmax", "highest", true),
                sortedSet("bzmpop", "7.0.0", -5)
                        .complexity(
                                "O(K) + O(M*log(N)) where K is the number of provided keys, N"
                                        + " being the number of elements in the sorted set, and M"
                                        + " being the number of elements popped.")
                        .summary(
                                "Remove and return members with scores in a sorted set or block"
                                        + " until one is available")
                        .keys(Keys.counted(2))
                        .flags(Flag.WRITE, Flag.BLOCKING)
                        .access(POPS)
                        .does(BlockingExtremes::popSome));
    }

    private static Command pop(String name, String which, boolean max) {
        return sortedSet(name, "5.0.0", -3)
                .complexity("O(log(N)) with N being the number of elements in the sorted set.")
                .summary(
                        "Remove and return the member with the "
                                + which
                                + " score from one or more sorted sets, or block until one is"
                                + " available")
                .keys(Keys.range(1, -2, 1))
                .flags(Flag.WRITE, Flag.NOSCRIPT, Flag.FAST, Flag.BLOCKING)
                .access(POPS)
                .does(call -> popOne(call, max));
    }

    private static void popOne(Call call, boolean max) {
        int last = call.count() - 2;
        long deadline = Timeout.deadline(call, last + 1);
        popOrWait(
                call,
                Wanted.oneOf(Item.TYPE_SORTED_SET, 1, last, deadline),
                (popping, key) -> takeNamed(popping, key, max));
    }

    private static void takeNamed(Call call, Key key, boolean max) {
        call.reply().array(3);
        call.reply().bulk(key.address(), key.length());
        Extremes.take(call, key, max, 1, false);
    }

    private static void popSome(Call call) {
        PopRequest request = PopRequest.read(call, 2);
        long deadline = Timeout.deadline(call, 1);
        popOrWait(
                call,
                Wanted.oneOf(Item.TYPE_SORTED_SET, request.firstKey(), request.lastKey(), deadline),
                (popping, key) -> Extremes.answer(popping, key, request));
    }

    /** Does it with the first sorted set that there is; with none, waits for one. */
    private static void popOrWait(Call call, Wanted wanted, Service pop) {
        for (int i = wanted.first(); i <= wanted.last(); i++) {
            Key key = call.write(i).require(Item.TYPE_SORTED_SET);
            if (key.exists()) {
                pop.serve(call, key);
                return;
            }
        }
        if (call.isInTransaction()) {
            call.reply().nullArray();
        } else {
            Wait.begin(call, wanted, pop);
        }
    }
}
