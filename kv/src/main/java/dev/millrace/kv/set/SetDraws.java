package dev.millrace.kv.set;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Selection;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.RandomCount;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.SetEffects;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.store.Item;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** SRANDMEMBER and SPOP: members drawn by chance. */
public final class SetDraws {
    /** Among this many times as many members it pays to draw rather than to walk over all. */
    private static final int DRAW_FACTOR = 3;

    /** What a member that was drawn takes of the heap. */
    private static final long DRAWN_BYTES = 64;

    /** What stands before a member in an effect. */
    private static final long LENGTH_BYTES_MAX = 5;

    private SetDraws() {}

    public static List<Command> all() {
        return List.of(
                Command.named("srandmember")
                        .since("1.0.0")
                        .group("set")
                        .arity(-2)
                        .keys(Keys.one())
                        .complexity(
                                "Without the count argument O(1), otherwise O(N) where N is the"
                                        + " absolute value of the passed count.")
                        .summary("Get one or multiple random members from a set")
                        .flags(Flag.READONLY)
                        .categories("set")
                        .tips("nondeterministic_output")
                        .does(SetDraws::random),
                Command.named("spop")
                        .since("1.0.0")
                        .group("set")
                        .arity(-2)
                        .keys(Keys.one())
                        .complexity(
                                "Without the count argument O(1), otherwise O(N) where N is the"
                                        + " value of the passed count.")
                        .summary("Remove and return one or multiple random members from a set")
                        .flags(Flag.WRITE, Flag.FAST)
                        .categories("set")
                        .tips("nondeterministic_output")
                        .access(KeyAccess.of("RW", "access", "delete"))
                        .measure(SetDraws::bytesOfPopped)
                        .does(SetDraws::pop));
    }

    private static void refuseMore(Call call) {
        if (call.count() > 3) {
            throw Refusal.SYNTAX;
        }
    }

    // ---- SRANDMEMBER

    private static void random(Call call) {
        refuseMore(call);
        if (call.count() == 2) {
            randomOne(call);
            return;
        }
        RandomCount wanted = RandomCount.parse(call, 2);
        Key key = call.read(1).require(Item.TYPE_SET);
        if (!key.exists()) {
            call.reply().emptyArray();
            return;
        }
        wanted.requireBelow(call, SetValue.longest(key));
        long size = SetValue.size(key);
        long count = wanted.repeats() ? wanted.count() : Math.min(wanted.count(), size);
        call.reply().array((int) count);
        if (wanted.repeats()) {
            RandomCount.draw(call, count, () -> drawOne(call, key));
        } else if (SetValue.form(key) == SetValue.Form.TABLE && count < size / DRAW_FACTOR) {
            drawDistinct(call, key, count);
        } else {
            select(call, key, count);
        }
    }

    private static void randomOne(Call call) {
        Key key = call.read(1).require(Item.TYPE_SET);
        if (key.exists()) {
            drawOne(call, key);
        } else {
            call.reply().nullBulk();
        }
    }

    private static void drawOne(Call call, Key key) {
        SetValue.any(key, call.lane().random(), call.element());
        Sets.answer(call, call.element());
    }

    private static void drawDistinct(Call call, Key key, long count) {
        Element member = call.element();
        SplittableRandom random = call.lane().random();
        call.takeHeap(count * DRAWN_BYTES);
        Set<Long> drawn = new HashSet<>();
        while (drawn.size() < count) {
            SetValue.any(key, random, member);
            if (drawn.add(member.address())) {
                Sets.answer(call, member);
            }
        }
    }

    private static void select(Call call, Key key, long count) {
        Selection selection = new Selection(call.lane().random(), SetValue.size(key), count);
        SetValue.each(
                key,
                call.element(),
                member -> {
                    if (selection.takes()) {
                        Sets.answer(call, member);
                    }
                });
    }

    // ---- SPOP

    /** So many members are named in the effect at most: all of them if the set is left empty. */
    private static long bytesOfPopped(Call call) {
        Key key = call.peek(1);
        if (!key.exists() || Item.type(key.item()) != Item.TYPE_SET) {
            return 0;
        }
        long count = 1;
        if (call.count() == 3 && Decimal.isLong(call.address(2), call.length(2))) {
            long wanted = Decimal.parse(call.address(2), call.length(2));
            count = Math.clamp(wanted, 0, SetValue.size(key));
        }
        return Math.min(SetValue.bytes(key), count * (SetValue.longest(key) + LENGTH_BYTES_MAX));
    }

    private static void pop(Call call) {
        refuseMore(call);
        if (call.count() == 2) {
            popOne(call);
            return;
        }
        long count =
                call.integer(
                        2,
                        0,
                        Long.MAX_VALUE,
                        new Refusal("ERR value is out of range, must be positive"));
        Key key = call.write(1).require(Item.TYPE_SET);
        if (!key.exists() || count == 0) {
            call.reply().set(0);
            return;
        }
        long size = SetValue.size(key);
        call.notify(Notification.SET, "spop", key);
        if (count >= size) {
            popAll(call, key, size);
        } else {
            call.reply().set((int) count);
            popSome(call, key, count);
        }
    }

    private static void popOne(Call call) {
        Key key = call.write(1).require(Item.TYPE_SET);
        if (!key.exists()) {
            call.reply().nullBulk();
            return;
        }
        popSome(call, key, 1);
        call.notify(Notification.SET, "spop", key);
        Sets.notifyIfGone(call, key);
    }

    private static void popAll(Call call, Key key, long size) {
        call.reply().set((int) size);
        SetValue.each(key, call.element(), member -> Sets.answer(call, member));
        call.effects().delete(key);
        call.effects().count((int) size - 1);
        call.notify(Notification.GENERIC, "del", key);
    }

    private static void popSome(Call call, Key key, long count) {
        Element member = call.element();
        SetEffects effects = call.effects().set();
        NativeBuffer copy = call.scratch();
        for (long left = count; left > 0; left--) {
            SetValue.any(key, call.lane().random(), member);
            copy.clear();
            copy.put(member.address(), member.length());
            effects.remove(key, copy.address(), (int) copy.length());
            call.reply().bulk(copy.address(), (int) copy.length());
        }
        effects.endRemove(key);
        call.effects().count((int) count - 1);
    }
}
