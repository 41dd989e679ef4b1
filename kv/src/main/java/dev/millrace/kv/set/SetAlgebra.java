package dev.millrace.kv.set;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.SetEffects;
import dev.millrace.kv.store.Item;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * SINTER, SUNION, SDIFF and their kin. Each is a walk over some of the sets, which looks every
 * member up in others: nothing is kept of the members but their count, and a result that is to be
 * stored is written out before its key is changed, which may be one of the sets.
 */
public final class SetAlgebra {
    /** A member's length, before it in the result. */
    private static final int HEAD_BYTES = Integer.BYTES;

    private static final String INTERSECTING =
            "O(N*M) worst case where N is the cardinality of the smallest set"
                    + " and M is the number of sets.";

    private static final String ALL_ELEMENTS =
            "O(N) where N is the total number of elements in all given sets.";

    private static final Comparator<Key> BY_SIZE = Comparator.comparingLong(SetValue::size);

    private SetAlgebra() {}

    /** Which members are in the result. */
    private enum Operation {
        INTERSECTION,
        UNION,
        DIFFERENCE
    }

    /** Is told of the result's members. */
    @FunctionalInterface
    private interface Result {
        void member(long address, int length);
    }

    private static Command.Builder reading(String name) {
        return over(name, -2).flags(Flag.READONLY).tips("nondeterministic_output_order");
    }

    private static Command.Builder storing(String name) {
        return over(name, -3).flags(Flag.WRITE, Flag.DENYOOM);
    }

    private static Command.Builder over(String name, int arity) {
        return Command.named(name)
                .since("1.0.0")
                .group("set")
                .arity(arity)
                .keys(Keys.range(1, -1, 1))
                .categories("set");
    }

    public static List<Command> all() {
        return List.of(
                reading("sinter")
                        .complexity(INTERSECTING)
                        .summary("Intersect multiple sets")
                        .does(call -> answer(call, Operation.INTERSECTION)),
                reading("sunion")
                        .complexity(ALL_ELEMENTS)
                        .summary("Add multiple sets")
                        .does(call -> answer(call, Operation.UNION)),
                reading("sdiff")
                        .complexity(ALL_ELEMENTS)
                        .summary("Subtract multiple sets")
                        .does(call -> answer(call, Operation.DIFFERENCE)),
                storing("sinterstore")
                        .complexity(INTERSECTING)
                        .summary("Intersect multiple sets and store the resulting set in a key")
                        .access(
                                KeyAccess.of("RW", "update").at(1, 1),
                                KeyAccess.of("RO", "access").at(2, -1))
                        .measure(call -> bytes(call, Operation.INTERSECTION))
                        .does(call -> store(call, Operation.INTERSECTION)),
                storing("sunionstore")
                        .complexity(ALL_ELEMENTS)
                        .summary("Add multiple sets and store the resulting set in a key")
                        .access(
                                KeyAccess.of("OW", "update").at(1, 1),
                                KeyAccess.of("RO", "access").at(2, -1))
                        .measure(call -> bytes(call, Operation.UNION))
                        .does(call -> store(call, Operation.UNION)),
                storing("sdiffstore")
                        .complexity(ALL_ELEMENTS)
                        .summary("Subtract multiple sets and store the resulting set in a key")
                        .access(
                                KeyAccess.of("OW", "update").at(1, 1),
                                KeyAccess.of("RO", "access").at(2, -1))
                        .measure(call -> bytes(call, Operation.DIFFERENCE))
                        .does(call -> store(call, Operation.DIFFERENCE)),
                Command.named("sintercard")
                        .since("7.0.0")
                        .group("set")
                        .arity(-3)
                        .keys(Keys.counted(1))
                        .complexity(INTERSECTING)
                        .summary("Intersect multiple sets and return the cardinality of the result")
                        .flags(Flag.READONLY)
                        .categories("set")
                        .does(SetAlgebra::count));
    }

    /** The sets of the arguments from {@code first} on. */
    private static Key[] sets(Call call, int first, int count) {
        Key[] sets = new Key[count];
        for (int i = 0; i < count; i++) {
            Key set = new Key(call.stripes().stripe(0));
            sets[i] = call.readInto(set, first + i).require(Item.TYPE_SET);
        }
        return sets;
    }

    // ---- The walks

    private static void each(Call call, Operation operation, Key[] sets, Result result) {
        switch (operation) {
            case INTERSECTION -> eachCommon(call, sets, Long.MAX_VALUE, result);
            case UNION -> eachOfAny(call, sets, result);
            case DIFFERENCE -> eachOfFirstOnly(call, sets, result);
        }
    }

    /** Tells of what is in all sets, up to a number; returns how many that was. */
    private static long eachCommon(Call call, Key[] sets, long most, Result result) {
        Arrays.sort(sets, BY_SIZE);
        long[] found = {0};
        SetValue.each(
                sets[0],
                call.element(),
                member -> {
                    long address = member.address();
                    int length = member.length();
                    if (found[0] < most && isInAll(sets, address, length)) {
                        found[0]++;
                        result.member(address, length);
                    }
                });
        return found[0];
    }

    private static boolean isInAll(Key[] sets, long member, int length) {
        for (int i = 1; i < sets.length; i++) {
            if (!SetValue.has(sets[i], member, length)) {
                return false;
            }
        }
        return true;
    }

    /** Tells of each member once: of what is not in a set before. */
    private static void eachOfAny(Call call, Key[] sets, Result result) {
        // The largest first: most of the others' members that are not new are found at once.
        Arrays.sort(sets, BY_SIZE.reversed());
        for (int i = 0; i < sets.length; i++) {
            int before = i;
            SetValue.each(
                    sets[i],
                    call.element(),
                    member -> {
                        long address = member.address();
                        int length = member.length();
                        if (!isInAny(sets, 0, before, address, length)) {
                            result.member(address, length);
                        }
                    });
        }
    }

    private static boolean isInAny(Key[] sets, int from, int to, long member, int length) {
        for (int i = from; i < to; i++) {
            if (SetValue.has(sets[i], member, length)) {
                return true;
            }
        }
        return false;
    }

    private static void eachOfFirstOnly(Call call, Key[] sets, Result result) {
        Arrays.sort(sets, 1, sets.length, BY_SIZE.reversed());
        SetValue.each(
                sets[0],
                call.element(),
                member -> {
                    long address = member.address();
                    int length = member.length();
                    if (!isInAny(sets, 1, sets.length, address, length)) {
                        result.member(address, length);
                    }
                });
    }

    // ---- Answering

    private static void answer(Call call, Operation operation) {
        Key[] sets = sets(call, 1, call.count() - 1);
        NativeBuffer out = call.reply().out();
        long begun = out.length();
        int[] count = {0};
        each(
                call,
                operation,
                sets,
                (member, length) -> {
                    call.reply().bulk(member, length);
                    count[0]++;
                });
        long head = out.length();
        call.reply().set(count[0]);
        call.reply().toFront(begun, head);
    }

    private static void count(Call call) {
        long keys =
                call.integer(
                        1, 1, Long.MAX_VALUE, new Refusal("ERR numkeys should be greater than 0"));
        if (keys > call.count() - 2) {
            throw new Refusal("ERR Number of keys can't be greater than number of args");
        }
        long limit = 0;
        for (int i = 2 + (int) keys; i < call.count(); i += 2) {
            if (!call.is(i, "LIMIT") || i + 1 == call.count()) {
                throw Refusal.SYNTAX;
            }
            limit =
                    call.integer(
                            i + 1, 0, Long.MAX_VALUE, new Refusal("ERR LIMIT can't be negative"));
        }
        Key[] sets = sets(call, 2, (int) keys);
        long most = limit == 0 ? Long.MAX_VALUE : limit;
        call.reply().integer(eachCommon(call, sets, most, (member, length) -> {}));
    }

    // ---- Storing

    /** How long the effect's members may be. */
    private static long bytes(Call call, Operation operation) {
        long bytes = operation == Operation.INTERSECTION ? Long.MAX_VALUE : 0;
        for (int i = 2; i < call.count(); i++) {
            Key set = call.peek(i);
            boolean isSet = set.exists() && Item.type(set.item()) == Item.TYPE_SET;
            long setBytes = isSet ? SetValue.bytes(set) : 0;
            switch (operation) {
                case INTERSECTION -> bytes = Math.min(bytes, setBytes);
                case UNION -> bytes += setBytes;
                case DIFFERENCE -> bytes += i == 2 ? setBytes : 0;
            }
        }
        return bytes + Sets.bytesOfRuns(call.request());
    }

    private static void store(Call call, Operation operation) {
        Key[] sets = sets(call, 2, call.count() - 2);
        NativeBuffer result = call.scratch();
        each(
                call,
                operation,
                sets,
                (member, length) -> {
                    result.putInt(length);
                    result.put(member, length);
                });
        Key key = call.write(1);
        if (result.length() == 0) {
            if (key.exists()) {
                call.effects().delete(key);
                call.notify(Notification.GENERIC, "del", key);
            }
            call.reply().integer(0);
            return;
        }
        call.reply().integer(put(call, key, result));
        call.notify(Notification.SET, call.command().name(), key);
    }

    private static int put(Call call, Key key, NativeBuffer members) {
        SetEffects effects = call.effects().set();
        call.effects().replace(key);
        int count = 0;
        for (long at = 0; at < members.length(); count++) {
            int length = Memory.getInt(members.address() + at);
            Sets.add(call, key, members.address() + at + HEAD_BYTES, length);
            at += HEAD_BYTES + length;
        }
        effects.endAdd(key);
        return count;
    }
}
