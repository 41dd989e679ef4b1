package dev.millrace.kv.hyperloglog;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.store.Item;

import java.util.List;

/**
 * PFADD, PFCOUNT, PFMERGE. A HyperLogLog is a string in Redis's format. What changes one works on a
 * copy; the effects are those of strings, and write what has become different.
 */
public final class HyperLogLogs {
    private static final long EFFECT_BYTES = 128;

    private HyperLogLogs() {}

    public static List<Command> all() {
        return List.of(
                Command.named("pfadd")
                        .since("2.8.9")
                        .group("hyperloglog")
                        .arity(-2)
                        .keys(Keys.one())
                        .complexity("O(1) to add every element.")
                        .summary("Adds the specified elements to the specified HyperLogLog.")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .categories("hyperloglog")
                        .access(KeyAccess.of("RW", "insert"))
                        .measure(HyperLogLogs::bytesOfChange)
                        .does(HyperLogLogs::add),
                Command.named("pfcount")
                        .since("2.8.9")
                        .group("hyperloglog")
                        .arity(-2)
                        .keys(Keys.range(1, -1, 1))
                        .complexity(
                                "O(1) with a very small average constant time when called with a"
                                        + " single key. O(N) with N being the number of keys, and much"
                                        + " bigger constant times, when called with multiple keys.")
                        .summary(
                                "Return the approximated cardinality of the set(s) observed by the"
                                        + " HyperLogLog at key(s).")
                        .flags(Flag.READONLY, Flag.MAY_REPLICATE)
                        .categories("hyperloglog")
                        .access(
                                KeyAccess.of("RW", "access")
                                        .noted(
                                                "RW because it may change the internal"
                                                        + " representation of the key, and propagate to"
                                                        + " replicas"))
                        .does(HyperLogLogs::count),
                Command.named("pfmerge")
                        .since("2.8.9")
                        .group("hyperloglog")
                        .arity(-2)
                        .keys(Keys.range(1, -1, 1))
                        .complexity("O(N) to merge N HyperLogLogs, but with high constant times.")
                        .summary("Merge N different HyperLogLogs into a single one.")
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .categories("hyperloglog")
                        .access(
                                KeyAccess.of("RW", "access", "insert").at(1, 1),
                                KeyAccess.of("RO", "access").at(2, -1))
                        .measure(HyperLogLogs::bytesOfChange)
                        .does(HyperLogLogs::merge));
    }

    static Sketch sketch(Call call) {
        return new Sketch(
                call.scratch(), call.server().config().get(Quantity.HLL_SPARSE_MAX_BYTES));
    }

    /** Of the whole string, in the longest form there is, written once, and of its head. */
    private static long bytesOfChange(Call call) {
        Key key = call.peek(1);
        return Math.max(key.valueLength(), Sketch.BYTES_MAX)
                + 4L * call.count()
                + 2 * (EFFECT_BYTES + key.length());
    }

    private static void add(Call call) {
        Key key = call.write(1);
        if (key.exists()) {
            Sketch.require(key);
        }
        Sketch sketch = sketch(call);
        sketch.load(key);
        int changes = key.exists() ? 0 : 1;
        for (int i = 2; i < call.count(); i++) {
            changes += sketch.add(call.address(i), call.length(i)) ? 1 : 0;
        }
        if (changes > 0) {
            sketch.outdate();
            store(call, key, sketch.bytes(), changes);
            call.notify(Notification.STRING, "pfadd", key);
        }
        call.reply().flag(changes > 0);
    }

    /** Makes the key's string these bytes, which differ; it counts as so many changes. */
    static void store(Call call, Key key, NativeBuffer bytes, int changes) {
        Effects effects = call.effects();
        long before = effects.changes();
        int length = (int) bytes.length();
        if (length < key.valueLength() || !key.exists()) {
            long expiresAt = key.expiresAt();
            effects.putString(key, bytes.address(), length, expiresAt, Item.ENCODING_RAW);
        } else {
            storeDifference(effects, key, bytes);
        }
        effects.count(changes - (int) (effects.changes() - before));
    }

    private static void storeDifference(Effects effects, Key key, NativeBuffer bytes) {
        int from = Sketch.HEAD_BYTES;
        int shared = key.valueLength();
        while (from + Long.BYTES <= shared && isSameLong(key, bytes, from)) {
            from += Long.BYTES;
        }
        while (from < shared && isSame(key, bytes, from)) {
            from++;
        }
        int to = (int) bytes.length();
        while (to <= shared && to - Long.BYTES >= from && isSameLong(key, bytes, to - Long.BYTES)) {
            to -= Long.BYTES;
        }
        while (to <= shared && to > from && isSame(key, bytes, to - 1)) {
            to--;
        }
        effects.setRange(key, 0, bytes.address(), Sketch.HEAD_BYTES);
        if (to > from) {
            effects.setRange(key, from, bytes.address() + from, to - from);
        }
    }

    private static boolean isSameLong(Key key, NativeBuffer bytes, int at) {
        return Memory.getLong(key.value() + at) == Memory.getLong(bytes.address() + at);
    }

    private static boolean isSame(Key key, NativeBuffer bytes, int at) {
        return Memory.getByte(key.value() + at) == Memory.getByte(bytes.address() + at);
    }

    // ---- PFCOUNT

    private static void count(Call call) {
        if (call.count() > 2) {
            countUnion(call);
            return;
        }
        Key key = call.read(1);
        if (!key.exists()) {
            call.reply().integer(0);
            return;
        }
        Sketch.require(key);
        long count = Sketch.notedCount(key.value());
        if (count < 0) {
            count = Registers.estimate(Sketch.histogram(key));
            note(call, key, count);
        }
        call.reply().integer(count);
    }

    /** Notes the count in the string, as Redis does, if there is space for an effect just now. */
    private static void note(Call call, Key key, long count) {
        if (call.lane().admit(key.length() + Long.BYTES)) {
            NativeBuffer bytes = call.scratch();
            bytes.putLong(count);
            call.effects().setRange(key, Sketch.COUNT_AT, bytes.address(), Long.BYTES);
        }
    }

    private static void countUnion(Call call) {
        byte[] registers = new byte[Registers.COUNT];
        for (int i = 1; i < call.count(); i++) {
            Key key = call.read(i);
            if (key.exists()) {
                Sketch.mergeInto(registers, Sketch.require(key));
            }
        }
        int[] histogram = new int[Long.SIZE];
        for (byte register : registers) {
            histogram[register]++;
        }
        call.reply().integer(Registers.estimate(histogram));
    }

    // ---- PFMERGE

    private static void merge(Call call) {
        byte[] registers = new byte[Registers.COUNT];
        boolean dense = false;
        for (int i = 1; i < call.count(); i++) {
            Key key = call.read(i);
            if (key.exists()) {
                Sketch.mergeInto(registers, Sketch.require(key));
                dense |= Sketch.isDense(key.value());
            }
        }
        Key to = call.write(1);
        Sketch sketch = sketch(call);
        sketch.load(to);
        if (dense) {
            sketch.toDense();
        }
        for (int i = 0; i < Registers.COUNT; i++) {
            if (registers[i] != 0) {
                sketch.raise(i, registers[i]);
            }
        }
        sketch.outdate();
        store(call, to, sketch.bytes(), 1);
        call.notify(Notification.STRING, "pfadd", to);
        call.reply().ok();
    }
}
