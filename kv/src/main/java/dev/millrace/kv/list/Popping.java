package dev.millrace.kv.list;

import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Item;

import java.util.List;

/** LPOP, RPOP, LMPOP: elements are taken off an end. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Popping {
    private static final Refusal NOT_POSITIVE =
            new Refusal("ERR value is out of range, must be positive");

    private Popping() {}

    private static Command.Builder pop(String name, String since, int arity) {
        return Lists.list(name, since, arity)
                .flags(Flag.WRITE)
                .access(KeyAccess.of("RW", "access", "delete"));
    }

    public static List<Command> all() {
        return List.of(
                pop("lpop", "1.0.0", -2)
                        .summary("Remove and get the first elements in a list")
                        .complexity("O(N) where N is the number of elements returned")
                        .flags(Flag.FAST)
                        .does(call -> pop(call, ListEnd.LEFT)),
                pop("rpop", "1.0.0", -2)
                        .summary("Remove and get the last elements in a list")
                        .complexity("O(N) where N is the number of elements returned")
                        .flags(Flag.FAST)
                        .does(call -> pop(call, ListEnd.RIGHT)),
                pop("lmpop", "7.0.0", -4)
                        .summary("Pop elements from a list")
                        .complexity(
                                "O(N+M) where N is the number of provided keys and M is the number"
                                        + " of elements returned.")
                        .keys(Keys.counted(1))
                        .does(Popping::popFromFirst));
    }

    private static void pop(Call call, ListEnd end) {
        if (call.count() > 3) {
            throw new Refusal(
                    "ERR wrong number of arguments for '" + call.command().name() + "' command");
        }
        if (call.count() == 2) {
            popOne(call, end);
        } else {
            popSome(call, end, call.integer(2, 0, Long.MAX_VALUE, NOT_POSITIVE));
        }
    }

    private static void popOne(Call call, ListEnd end) {
        Key key = call.write(1).require(Item.TYPE_LIST);
        if (key.exists()) {
            takeOne(call, key, end);
        } else {
            call.reply().nullBulk();
        }
    }

    private static void popSome(Call call, ListEnd end, long count) {
        Key key = call.write(1).require(Item.TYPE_LIST);
        if (!key.exists()) {
            call.reply().nullArray();
        } else if (count == 0) {
            call.reply().emptyArray();
        } else {
            take(call, key, end, count);
        }
    }

    private static void popFromFirst(Call call) {
        ManyKeys keys = ManyKeys.of(call, 1);
        for (int i = keys.first(); i <= keys.last(); i++) {
            Key key = call.write(i).require(Item.TYPE_LIST);
            if (key.exists()) {
                takeNamed(call, key, keys.end(), keys.elements());
                return;
            }
        }
        call.reply().nullArray();
    }

    // ---- For the blocking commands, too

    /** Answers the element at an end and takes it out. */
    static void takeOne(Call call, Key key, ListEnd end) {
        Element element = call.element();
        ListValue.read(key, end.isFront() ? 0 : ListValue.size(key) - 1, element);
        call.reply().bulk(element.address(), element.length());
        remove(call, key, end, 1);
    }

    /** Answers the key and an array of so many elements, or of all, and takes them out. */
    static void takeNamed(Call call, Key key, ListEnd end, long count) {
        call.reply().array(2);
        call.reply().bulk(key.address(), key.length());
        take(call, key, end, count);
    }

    private static void take(Call call, Key key, ListEnd end, long count) {
        long size = ListValue.size(key);
        long taken = Math.min(count, size);
        Lists.answerRange(call, key, end.isFront() ? 0 : size - 1, taken, !end.isFront());
        remove(call, key, end, taken);
    }

    private static void remove(Call call, Key key, ListEnd end, long count) {
        call.effects().list().pop(key, end.isFront(), count);
        call.effects().count((int) count - 1);
        call.notify(Notification.LIST, end.popped(), key);
        Lists.notifyIfGone(call, key);
    }
}
