package dev.millrace.kv.set;

import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.effect.SetEffects;
import dev.millrace.kv.generic.ElementScan;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Item;

import java.util.List;

/** SADD, SREM, SMOVE, SMEMBERS and what else is about one set's members. */
public final class Sets {
    /** A run of members within an effect, and its key's length. */
    private static final long RUN_BYTES = 32;

    /** A set takes one form after another while members are added: each is an effect. */
    private static final int FORMS = SetValue.Form.values().length;

    private Sets() {}

    public static List<Command> all() {
        return List.of(
                Command.named("sadd")
                        .since("1.0.0")
                        .group("set")
                        .arity(-3)
                        .keys(Keys.one())
                        .complexity(
                                "O(1) for each element added, so O(N) to add N elements when the"
                                        + " command is called with multiple arguments.")
                        .summary("Add one or more members to a set")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .categories("set")
                        .access(KeyAccess.of("RW", "insert"))
                        .cost(Sets::costOfAdding)
                        .does(Sets::add),
                Command.named("srem")
                        .since("1.0.0")
                        .group("set")
                        .arity(-3)
                        .keys(Keys.one())
                        .complexity("O(N) where N is the number of members to be removed.")
                        .summary("Remove one or more members from a set")
                        .flags(Flag.WRITE, Flag.FAST)
                        .categories("set")
                        .access(KeyAccess.of("RW", "delete"))
                        .does(Sets::remove),
                Command.named("smove")
                        .since("1.0.0")
                        .group("set")
                        .arity(4)
                        .keys(Keys.range(1, 2, 1))
                        .complexity("O(1)")
                        .summary("Move a member from one set to another")
                        .flags(Flag.WRITE, Flag.FAST)
                        .categories("set")
                        .access(
                                KeyAccess.of("RW", "access", "delete").at(1, 1),
                                KeyAccess.of("RW", "insert").at(2, 2))
                        .cost(Sets::costOfAdding)
                        .does(Sets::move),
                Command.named("scard")
                        .since("1.0.0")
                        .group("set")
                        .arity(2)
                        .keys(Keys.one())
                        .complexity("O(1)")
                        .summary("Get the number of members in a set")
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("set")
                        .access(KeyAccess.of("RO"))
                        .does(Sets::size),
                Command.named("sismember")
                        .since("1.0.0")
                        .group("set")
                        .arity(3)
                        .keys(Keys.one())
                        .complexity("O(1)")
                        .summary("Determine if a given value is a member of a set")
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("set")
                        .access(KeyAccess.of("RO"))
                        .does(Sets::has),
                Command.named("smismember")
                        .since("6.2.0")
                        .group("set")
                        .arity(-3)
                        .keys(Keys.one())
                        .complexity(
                                "O(N) where N is the number of elements being checked for membership")
                        .summary(
                                "Returns the membership associated with the given elements for a set")
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("set")
                        .does(Sets::hasMany),
                Command.named("smembers")
                        .since("1.0.0")
                        .group("set")
                        .arity(2)
                        .keys(Keys.one())
                        .complexity("O(N) where N is the set cardinality.")
                        .summary("Get all the members in a set")
                        .flags(Flag.READONLY)
                        .categories("set")
                        .tips("nondeterministic_output_order")
                        .does(Sets::members),
                Command.named("sscan")
                        .since("2.8.0")
                        .group("set")
                        .arity(-3)
                        .keys(Keys.one())
                        .complexity(
                                "O(1) for every call. O(N) for a complete iteration, including"
                                        + " enough command calls for the cursor to return back to 0. N is the"
                                        + " number of elements inside the collection..")
                        .summary("Incrementally iterate Set elements")
                        .flags(Flag.READONLY)
                        .categories("set")
                        .tips("nondeterministic_output")
                        .does(Sets::scan));
    }

    private static long costOfAdding(Request request) {
        return request.bytes() + 32L * request.count() + bytesOfRuns(request);
    }

    /** What effects take that add members to the first key or the second, but for the members. */
    static long bytesOfRuns(Request request) {
        return FORMS * (RUN_BYTES + request.length(1) + request.length(2));
    }

    private static void add(Call call) {
        Key key = call.write(1).require(Item.TYPE_SET);
        SetEffects effects = call.effects().set();
        int added = 0;
        for (int i = 2; i < call.count(); i++) {
            added += add(call, key, call.address(i), call.length(i)) ? 1 : 0;
        }
        if (effects.endAdd(key)) {
            call.effects().count(added - 1);
            call.notify(Notification.SET, "sadd", key);
        }
        call.reply().integer(added);
    }

    /** Adds a member; false if it is there already. {@link SetEffects#endAdd} is to follow. */
    static boolean add(Call call, Key key, long member, int length) {
        if (SetValue.has(key, member, length)) {
            return false;
        }
        SetValue.Form form = SetLimits.with(call, key, member, length);
        call.effects().set().add(key, form, member, length);
        return true;
    }

    private static void remove(Call call) {
        Key key = call.write(1).require(Item.TYPE_SET);
        SetEffects effects = call.effects().set();
        int removed = 0;
        for (int i = 2; i < call.count(); i++) {
            removed += effects.remove(key, call.address(i), call.length(i)) ? 1 : 0;
        }
        if (effects.endRemove(key)) {
            call.effects().count(removed - 1);
            call.notify(Notification.SET, "srem", key);
            notifyIfGone(call, key);
        }
        call.reply().integer(removed);
    }

    static void notifyIfGone(Call call, Key key) {
        if (!key.exists()) {
            call.notify(Notification.GENERIC, "del", key);
        }
    }

    private static void move(Call call) {
        Key from = call.write(1);
        Key to = call.other(2);
        if (!from.exists()) {
            call.reply().integer(0);
            return;
        }
        from.require(Item.TYPE_SET);
        to.require(Item.TYPE_SET);
        long member = call.address(3);
        int length = call.length(3);
        if (from.item() == to.item()) {
            call.reply().flag(SetValue.has(from, member, length));
            return;
        }
        SetEffects effects = call.effects().set();
        boolean removed = effects.remove(from, member, length);
        if (removed) {
            effects.endRemove(from);
            call.notify(Notification.SET, "srem", from);
            notifyIfGone(call, from);
            if (add(call, to, member, length)) {
                effects.endAdd(to);
                call.notify(Notification.SET, "sadd", to);
            }
        }
        call.reply().flag(removed);
    }

    private static void size(Call call) {
        call.reply().integer(SetValue.size(call.read(1).require(Item.TYPE_SET)));
    }

    private static void has(Call call) {
        Key key = call.read(1).require(Item.TYPE_SET);
        call.reply().flag(SetValue.has(key, call.address(2), call.length(2)));
    }

    private static void hasMany(Call call) {
        Key key = call.read(1).require(Item.TYPE_SET);
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            call.reply().flag(SetValue.has(key, call.address(i), call.length(i)));
        }
    }

    private static void members(Call call) {
        Key key = call.read(1).require(Item.TYPE_SET);
        call.reply().set((int) SetValue.size(key));
        SetValue.each(key, call.element(), member -> answer(call, member));
    }

    static void answer(Call call, Element member) {
        call.reply().bulk(member.address(), member.length());
    }

    private static void scan(Call call) {
        ElementScan scan = ElementScan.of(call);
        Key key = call.read(1).require(Item.TYPE_SET);
        Element member = call.element();
        if (!key.exists()) {
            scan.answerEmpty();
        } else if (SetValue.form(key) == SetValue.Form.TABLE) {
            scan.answer(cursor -> SetValue.scan(key, cursor, member, scan::add));
        } else {
            scan.answer(
                    cursor -> {
                        SetValue.each(key, member, scan::add);
                        return 0;
                    });
        }
    }
}
