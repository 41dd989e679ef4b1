package dev.millrace.kv.list;

import dev.millrace.kv.collection.ListCursor;
import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.ListEffects;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Item;

import java.util.List;

/** LLEN, LRANGE, LINDEX, LSET, LINSERT, LREM, LTRIM: elements by their index or their value. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Lists {
    private static final Refusal NO_SUCH_INDEX = new Refusal("ERR index out of range");

    private Lists() {}

    /** Begins the declaration of a command on one list. */
    static Command.Builder list(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("list")
                .arity(arity)
                .keys(Keys.one())
                .categories("list");
    }

    public static List<Command> all() {
        return List.of(
                list("llen", "1.0.0", 2)
                        .complexity("O(1)")
                        .summary("Get the length of a list")
                        .flags(Flag.READONLY, Flag.FAST)
                        .access(KeyAccess.of("RO"))
                        .does(Lists::length),
                list("lrange", "1.0.0", 4)
                        .complexity(
                                "O(S+N) where S is the distance of start offset from HEAD for small"
                                        + " lists, from nearest end (HEAD or TAIL) for large lists;"
                                        + " and N is the number of elements in the specified range.")
                        .summary("Get a range of elements from a list")
                        .flags(Flag.READONLY)
                        .does(Lists::range),
                list("lindex", "1.0.0", 3)
                        .complexity(
                                "O(N) where N is the number of elements to traverse to get to the"
                                        + " element at index. This makes asking for the first or the"
                                        + " last element of the list O(1).")
                        .summary("Get an element from a list by its index")
                        .flags(Flag.READONLY)
                        .does(Lists::index),
                list("lset", "1.0.0", 4)
                        .complexity(
                                "O(N) where N is the length of the list. Setting either the first"
                                        + " or the last element of the list is O(1).")
                        .summary("Set the value of an element in a list by its index")
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .cost(request -> 2 * (request.bytes() + 64))
                        .does(Lists::set),
                list("linsert", "2.2.0", 5)
                        .complexity(
                                "O(N) where N is the number of elements to traverse before seeing"
                                        + " the value pivot. This means that inserting somewhere on"
                                        + " the left end on the list (head) can be considered O(1)"
                                        + " and inserting somewhere on the right end (tail) is"
                                        + " O(N).")
                        .summary("Insert an element before or after another element in a list")
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .access(KeyAccess.of("RW", "insert"))
                        .does(Lists::insert),
                list("lrem", "1.0.0", 4)
                        .complexity(
                                "O(N+M) where N is the length of the list and M is the number of"
                                        + " elements removed.")
                        .summary("Remove elements from a list")
                        .flags(Flag.WRITE)
                        .access(KeyAccess.of("RW", "delete"))
                        .does(Lists::remove),
                list("ltrim", "1.0.0", 4)
                        .complexity(
                                "O(N) where N is the number of elements to be removed by the"
                                        + " operation.")
                        .summary("Trim a list to the specified range")
                        .flags(Flag.WRITE)
                        .access(KeyAccess.of("RW", "delete"))
                        .does(Lists::trim));
    }

    private static void length(Call call) {
        call.reply().integer(ListValue.size(call.read(1).require(Item.TYPE_LIST)));
    }

    /** An index as it is given, from either end, counted from the front; may be out of range. */
    private static long fromFront(long index, long size) {
        return index < 0 ? size + index : index;
    }

    private static void range(Call call) {
        long start = call.integer(2);
        long stop = call.integer(3);
        Key key = call.read(1).require(Item.TYPE_LIST);
        long size = ListValue.size(key);
        long first = Math.max(fromFront(start, size), 0);
        long last = Math.min(fromFront(stop, size), size - 1);
        if (first > last) {
            call.reply().emptyArray();
        } else {
            answerRange(call, key, first, last - first + 1, false);
        }
    }

    /** Answers an array of elements, at least one, from an index on, forwards or backwards. */
    static void answerRange(Call call, Key key, long index, long count, boolean back) {
        Element element = call.element();
        ListCursor cursor = new ListCursor(key, index, back);
        call.reply().array((int) count);
        for (long left = count; left > 0; left--) {
            cursor.read(element);
            call.reply().bulk(element.address(), element.length());
            cursor.next();
        }
    }

    private static void index(Call call) {
        Key key = call.read(1).require(Item.TYPE_LIST);
        if (!key.exists()) {
            call.reply().nullBulk();
            return;
        }
        long size = ListValue.size(key);
        long index = fromFront(call.integer(2), size);
        if (index < 0 || index >= size) {
            call.reply().nullBulk();
            return;
        }
        Element element = call.element();
        ListValue.read(key, index, element);
        call.reply().bulk(element.address(), element.length());
    }

    private static void set(Call call) {
        Key key = call.write(1).require(Item.TYPE_LIST);
        if (!key.exists()) {
            throw Refusal.NO_SUCH_KEY;
        }
        long size = ListValue.size(key);
        long index = fromFront(call.integer(2), size);
        if (index < 0 || index >= size) {
            throw NO_SUCH_INDEX;
        }
        set(call, key, index);
        call.reply().ok();
        call.notify(Notification.LIST, "lset", key);
    }

    private static void set(Call call, Key key, long index) {
        ListEffects effects = call.effects().list();
        long value = call.address(3);
        int length = call.length(3);
        if (ListValue.isChain(key) || !ListForm.isChain(call, key, 0, length)) {
            effects.set(key, index, value, length);
        } else {
            effects.insert(key, true, index, value, length);
            effects.remove(key, index + 1, 1);
            call.effects().count(-1);
        }
    }

    private static void insert(Call call) {
        boolean after = call.is(2, "AFTER");
        if (!after && !call.is(2, "BEFORE")) {
            throw Refusal.SYNTAX;
        }
        Key key = call.write(1).require(Item.TYPE_LIST);
        if (!key.exists()) {
            call.reply().integer(0);
            return;
        }
        long pivot = indexOf(key, false, call.address(3), call.length(3));
        if (pivot < 0) {
            call.reply().integer(-1);
            return;
        }
        insert(call, key, after ? pivot + 1 : pivot);
        call.notify(Notification.LIST, "linsert", key);
        call.reply().integer(ListValue.size(key));
    }

    private static void insert(Call call, Key key, long index) {
        long value = call.address(4);
        int length = call.length(4);
        ListEffects effects = call.effects().list();
        boolean chain = ListForm.isChain(call, key, length);
        if (index < ListValue.size(key)) {
            effects.insert(key, chain, index, value, length);
        } else {
            effects.push(key, chain, false, value, length);
            effects.endPush(key);
        }
    }

    /** How far from an end the first element of this value is, -1 if there is none. */
    private static long indexOf(Key key, boolean back, long value, int length) {
        long size = ListValue.size(key);
        ListCursor cursor = new ListCursor(key, back ? size - 1 : 0, back);
        for (long i = 0; i < size; i++) {
            if (cursor.is(value, length)) {
                return i;
            }
            cursor.next();
        }
        return -1;
    }

    private static void remove(Call call) {
        long count = call.integer(2);
        Key key = call.write(1).require(Item.TYPE_LIST);
        boolean back = count < 0;
        long limit = count == 0 || count == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(count);
        long value = call.address(3);
        int length = call.length(3);
        if (!key.exists() || indexOf(key, back, value, length) < 0) {
            call.reply().integer(0);
            return;
        }
        long removed = call.effects().list().removeEqual(key, back, limit, value, length);
        call.effects().count((int) removed - 1);
        call.notify(Notification.LIST, "lrem", key);
        notifyIfGone(call, key);
        call.reply().integer(removed);
    }

    /** Watchers are told though nothing is cut off, as Redis does. */
    private static void trim(Call call) {
        long start = call.integer(2);
        long stop = call.integer(3);
        Key key = call.write(1).require(Item.TYPE_LIST);
        call.reply().ok();
        if (!key.exists()) {
            return;
        }
        long size = ListValue.size(key);
        long first = Math.max(fromFront(start, size), 0);
        long end = Math.min(fromFront(stop, size), size - 1) + 1;
        call.effects().touchWatchers(key);
        if (first >= end) {
            cut(call, key, 0, size);
        } else {
            cut(call, key, end, size - end);
            cut(call, key, 0, first);
        }
        call.notify(Notification.LIST, "ltrim", key);
        notifyIfGone(call, key);
    }

    private static void cut(Call call, Key key, long index, long count) {
        if (count > 0) {
            call.effects().list().remove(key, index, count);
            call.effects().count((int) count - 1);
        }
    }

    static void notifyIfGone(Call call, Key key) {
        if (!key.exists()) {
            call.notify(Notification.GENERIC, "del", key);
        }
    }
}
