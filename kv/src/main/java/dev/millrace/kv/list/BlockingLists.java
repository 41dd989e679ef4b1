package dev.millrace.kv.list;

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
 * BLPOP, BRPOP, BLMPOP, BLMOVE, BRPOPLPUSH: as those without a B while there are elements, and if
 * there are none the client waits for some. In a transaction nobody waits: there is none is the
 * answer.
 */
public final class BlockingLists {
    private static final KeyAccess POPS = KeyAccess.of("RW", "access", "delete");

    private BlockingLists() {}

    private static Command.Builder blocking(String name, String since, int arity) {
        return Lists.list(name, since, arity).flags(Flag.WRITE, Flag.BLOCKING);
    }

    private static Command.Builder pop(String name) {
        return blocking(name, "2.0.0", -3)
                .complexity("O(N) where N is the number of provided keys.")
                .keys(Keys.range(1, -2, 1))
                .flags(Flag.NOSCRIPT)
                .access(POPS);
    }

    private static Command.Builder move(String name, String since, int arity) {
        return blocking(name, since, arity)
                .complexity("O(1)")
                .summary(
                        "Pop an element from a list, push it to another list and return it; or"
                                + " block until one is available")
                .keys(Keys.range(1, 2, 1))
                .flags(Flag.DENYOOM, Flag.NOSCRIPT)
                .access(POPS.at(1, 1), KeyAccess.of("RW", "insert").at(2, 2));
    }

    public static List<Command> all() {
        return List.of(
                pop("blpop")
                        .summary(
                                "Remove and get the first element in a list, or block until one is"
                                        + " available")
                        .does(call -> pop(call, ListEnd.LEFT)),
                pop("brpop")
                        .summary(
                                "Remove and get the last element in a list, or block until one is"
                                        + " available")
                        .does(call -> pop(call, ListEnd.RIGHT)),
                blocking("blmpop", "7.0.0", -5)
                        .complexity(
                                "O(N+M) where N is the number of provided keys and M is the number"
                                        + " of elements returned.")
                        .summary("Pop elements from a list, or block until one is available")
                        .keys(Keys.counted(2))
                        .access(POPS)
                        .does(BlockingLists::popSome),
                move("blmove", "6.2.0", 6)
                        .does(call -> move(call, ListEnd.of(call, 3), ListEnd.of(call, 4), 5)),
                move("brpoplpush", "2.2.0", 4)
                        .deprecated("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments")
                        .does(call -> move(call, ListEnd.RIGHT, ListEnd.LEFT, 3)));
    }

    // ---- BLPOP, BRPOP

    private static void pop(Call call, ListEnd end) {
        int last = call.count() - 2;
        long deadline = Timeout.deadline(call, last + 1);
        Wanted wanted = Wanted.oneOf(Item.TYPE_LIST, 1, last, deadline);
        popOrWait(
                call,
                wanted,
                (now, key) -> takeNamed(now, key, end),
                (served, key) -> {
                    takeNamed(served, key, end);
                    served.effects().count(-1); // Redis does not count it.
                });
    }

    private static void takeNamed(Call call, Key key, ListEnd end) {
        call.reply().array(2);
        call.reply().bulk(key.address(), key.length());
        Popping.takeOne(call, key, end);
    }

    /** Does it with the first list that there is; with none, waits for one. */
    private static void popOrWait(Call call, Wanted wanted, Service now, Service later) {
        for (int i = wanted.first(); i <= wanted.last(); i++) {
            Key key = call.write(i).require(Item.TYPE_LIST);
            if (key.exists()) {
                now.serve(call, key);
                return;
            }
        }
        if (call.isInTransaction()) {
            call.reply().nullArray();
        } else {
            Wait.begin(call, wanted, later);
        }
    }

    // ---- BLMPOP

    private static void popSome(Call call) {
        ManyKeys keys = ManyKeys.of(call, 2);
        long deadline = Timeout.deadline(call, 1);
        Wanted wanted = Wanted.oneOf(Item.TYPE_LIST, keys.first(), keys.last(), deadline);
        Service pop =
                (popping, key) -> Popping.takeNamed(popping, key, keys.end(), keys.elements());
        popOrWait(call, wanted, pop, pop);
    }

    // ---- BLMOVE, BRPOPLPUSH

    private static void move(Call call, ListEnd off, ListEnd onto, int timeout) {
        long deadline = Timeout.deadline(call, timeout);
        Key from = call.write(1).require(Item.TYPE_LIST);
        if (from.exists()) {
            ListMoves.move(call, from, off, onto);
        } else if (call.isInTransaction()) {
            call.reply().nullBulk();
        } else {
            Wait.begin(
                    call,
                    new Wanted(Wanted.any(Item.TYPE_LIST), 1, 1, 2, deadline),
                    (served, key) -> {
                        ListMoves.move(served, key, off, onto);
                        served.effects().count(-1); // Redis does not count it.
                    });
        }
    }
}
