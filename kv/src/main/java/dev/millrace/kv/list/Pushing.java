package dev.millrace.kv.list;

import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.effect.ListEffects;
import dev.millrace.kv.store.Item;

import java.util.List;

/** LPUSH, RPUSH, LPUSHX, RPUSHX: elements are put at an end. */
public final class Pushing {
    private static final String COMPLEXITY =
            "O(1) for each element added, so O(N) to add N elements when the command is called with"
                    + " multiple arguments.";

    private Pushing() {}

    private static Command.Builder push(String name, String since) {
        return Lists.list(name, since, -3)
                .complexity(COMPLEXITY)
                .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                .access(KeyAccess.of("RW", "insert"));
    }

    public static List<Command> all() {
        return List.of(
                push("lpush", "1.0.0")
                        .summary("Prepend one or multiple elements to a list")
                        .does(call -> push(call, ListEnd.LEFT)),
                push("rpush", "1.0.0")
                        .summary("Append one or multiple elements to a list")
                        .does(call -> push(call, ListEnd.RIGHT)),
                push("lpushx", "2.2.0")
                        .summary("Prepend an element to a list, only if the list exists")
                        .does(call -> pushIfThere(call, ListEnd.LEFT)),
                push("rpushx", "2.2.0")
                        .summary("Append an element to a list, only if the list exists")
                        .does(call -> pushIfThere(call, ListEnd.RIGHT)));
    }

    private static void push(Call call, ListEnd end) {
        push(call, call.write(1).require(Item.TYPE_LIST), end);
    }

    private static void pushIfThere(Call call, ListEnd end) {
        Key key = call.write(1).require(Item.TYPE_LIST);
        if (key.exists()) {
            push(call, key, end);
        } else {
            call.reply().integer(0);
        }
    }

    private static void push(Call call, Key key, ListEnd end) {
        int elements = call.count() - 2;
        long bytes = 0;
        for (int i = 2; i < call.count(); i++) {
            bytes += call.length(i);
        }
        boolean chain = ListForm.isChain(call, key, elements, bytes);
        ListEffects effects = call.effects().list();
        for (int i = 2; i < call.count(); i++) {
            effects.push(key, chain, end.isFront(), call.address(i), call.length(i));
        }
        effects.endPush(key);
        call.effects().count(elements - 1);
        call.reply().integer(ListValue.size(key));
        call.notify(Notification.LIST, end.pushed(), key);
    }
}
