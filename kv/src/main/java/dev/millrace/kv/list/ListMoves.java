package dev.millrace.kv.list;

import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Item;

import java.util.List;

/** LMOVE and RPOPLPUSH: an element goes from an end of a list to an end of another. */
public final class ListMoves {
    private ListMoves() {}

    private static Command.Builder move(String name, String since, int arity) {
        return Lists.list(name, since, arity)
                .complexity("O(1)")
                .keys(Keys.range(1, 2, 1))
                .flags(Flag.WRITE, Flag.DENYOOM)
                .access(
                        KeyAccess.of("RW", "access", "delete").at(1, 1),
                        KeyAccess.of("RW", "insert").at(2, 2));
    }

    public static List<Command> all() {
        return List.of(
                move("lmove", "6.2.0", 5)
                        .summary(
                                "Pop an element from a list, push it to another list and return it")
                        .does(call -> move(call, ListEnd.of(call, 3), ListEnd.of(call, 4))),
                move("rpoplpush", "1.2.0", 3)
                        .deprecated("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments")
                        .summary(
                                "Remove the last element in a list, prepend it to another list and"
                                        + " return it")
                        .does(call -> move(call, ListEnd.RIGHT, ListEnd.LEFT)));
    }

    private static void move(Call call, ListEnd off, ListEnd onto) {
        Key from = call.write(1).require(Item.TYPE_LIST);
        if (from.exists()) {
            move(call, from, off, onto);
        } else {
            call.reply().nullBulk();
        }
    }

    /** Moves an element of a list, which is there, to the one that argument 2 names. */
    static void move(Call call, Key from, ListEnd off, ListEnd onto) {
        Key to = call.other(2).require(Item.TYPE_LIST);
        Element element = call.element();
        ListValue.read(from, off.isFront() ? 0 : ListValue.size(from) - 1, element);
        boolean chain = ListForm.isChain(call, to, element.length());
        call.reply().bulk(element.address(), element.length());
        call.effects().list().move(from, off.isFront(), to, chain, onto.isFront());
        call.notify(Notification.LIST, onto.pushed(), to);
        call.notify(Notification.LIST, off.popped(), from);
        Lists.notifyIfGone(call, from);
    }
}
