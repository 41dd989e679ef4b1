package dev.millrace.kv.hyperloglog;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Decimal;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** PFDEBUG and PFSELFTEST: a look inside. */
public final class HyperLogLogChecks {
    private static final long EFFECT_BYTES = 256;

    private static final int CHECKED_ROUNDS = 20;
    private static final int CHECKED_ELEMENTS = 100_000;

    /** Five standard errors, {@code 1.04 / sqrt(registers)} each. */
    private static final double ERROR_MAX = 5 * 1.04 / Math.sqrt(Registers.COUNT);

    private HyperLogLogChecks() {}

    public static List<Command> all() {
        return List.of(
                Command.named("pfdebug")
                        .since("2.8.9")
                        .internal(true)
                        .group("hyperloglog")
                        .arity(3)
                        .keys(Keys.range(2, 2, 1))
                        .complexity("N/A")
                        .summary("Internal commands for debugging HyperLogLog values")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.ADMIN)
                        .categories("hyperloglog", "dangerous")
                        .access(KeyAccess.of("RW", "access"))
                        .measure(call -> EFFECT_BYTES + Sketch.DENSE_BYTES + call.length(2))
                        .does(HyperLogLogChecks::debug),
                Command.named("pfselftest")
                        .since("2.8.9")
                        .internal(true)
                        .group("hyperloglog")
                        .arity(1)
                        .complexity("N/A")
                        .summary("An internal command for testing HyperLogLog values")
                        .flags(Flag.ADMIN)
                        .categories("hyperloglog", "dangerous")
                        .does(HyperLogLogChecks::selfTest));
    }

    // ---- PFDEBUG

    private static void debug(Call call) {
        Key key = call.write(2);
        if (!key.exists()) {
            throw new Refusal("ERR The specified key does not exist");
        }
        Sketch.require(key);
        switch (call.text(1).toLowerCase(Locale.ROOT)) {
            case "getreg" -> answerRegisters(call, key);
            case "decode" -> answerRuns(call, key);
            case "encoding" ->
                    call.reply().simple(Sketch.isDense(key.value()) ? "dense" : "sparse");
            case "todense" -> call.reply().flag(makeDense(call, key));
            default -> throw new Refusal("ERR Unknown PFDEBUG subcommand '" + call.shown(1) + "'");
        }
    }

    private static boolean makeDense(Call call, Key key) {
        boolean sparse = !Sketch.isDense(key.value());
        if (sparse) {
            Sketch sketch = HyperLogLogs.sketch(call);
            sketch.load(key);
            sketch.toDense();
            call.effects().unwatched(() -> HyperLogLogs.store(call, key, sketch.bytes(), 1));
        }
        return sparse;
    }

    private static void answerRegisters(Call call, Key key) {
        makeDense(call, key);
        call.reply().array(Registers.COUNT);
        for (int i = 0; i < Registers.COUNT; i++) {
            call.reply().integer(Dense.get(key.value() + Sketch.HEAD_BYTES, i));
        }
    }

    private static void answerRuns(Call call, Key key) {
        if (Sketch.isDense(key.value())) {
            throw new Refusal("ERR HLL encoding is not sparse");
        }
        NativeBuffer text = call.scratch();
        Sparse.each(
                key.value() + Sketch.HEAD_BYTES,
                key.value() + key.valueLength(),
                (value, length, bytes) -> {
                    if (text.length() > 0) {
                        text.putByte(' ');
                    }
                    text.putByte(value > 0 ? 'v' : bytes == 1 ? 'z' : 'Z');
                    text.putByte(':');
                    if (value > 0) {
                        putNumber(text, value);
                        text.putByte(',');
                    }
                    putNumber(text, length);
                });
        call.reply().bulk(text.address(), (int) text.length());
    }

    private static void putNumber(NativeBuffer text, int number) {
        text.advance(Decimal.write(text.room(Decimal.BYTES_MAX), number));
    }

    // ---- PFSELFTEST

    private static void selfTest(Call call) {
        Sketch sketch = HyperLogLogs.sketch(call);
        SplittableRandom random = call.lane().random();
        checkRegisters(sketch, random);
        checkEstimate(random);
        call.reply().ok();
    }

    /** Sets registers in a dense sketch and in an array, and compares them. */
    private static void checkRegisters(Sketch sketch, SplittableRandom random) {
        byte[] expected = new byte[Registers.COUNT];
        sketch.loadEmpty();
        sketch.toDense();
        for (int round = 0; round < CHECKED_ROUNDS; round++) {
            for (int i = 0; i < Registers.COUNT; i++) {
                int value = random.nextInt(Registers.VALUE_MAX + 1);
                if (value > expected[i]) {
                    sketch.raise(i, value);
                    expected[i] = (byte) value;
                }
            }
            for (int i = 0; i < Registers.COUNT; i++) {
                if (sketch.register(i) != expected[i]) {
                    throw new Refusal(
                            "ERR TESTFAILED Register "
                                    + i
                                    + " should be "
                                    + expected[i]
                                    + " but is "
                                    + sketch.register(i));
                }
            }
        }
    }

    private static void checkEstimate(SplittableRandom random) {
        int[] registers = new int[Registers.COUNT];
        int next = 10;
        for (int count = 1; count <= CHECKED_ELEMENTS; count++) {
            long hash = random.nextLong();
            int index = Registers.index(hash);
            registers[index] = Math.max(registers[index], Registers.value(hash));
            if (count == next) {
                requireNear(count, Registers.estimate(histogram(registers)));
                next *= 10;
            }
        }
    }

    private static int[] histogram(int[] registers) {
        int[] histogram = new int[Long.SIZE];
        for (int register : registers) {
            histogram[register]++;
        }
        return histogram;
    }

    private static void requireNear(long count, long estimate) {
        // Of ten elements two may share a register.
        if (Math.abs(count - estimate) > Math.ceil(count * ERROR_MAX) + 1) {
            throw new Refusal(
                    "ERR TESTFAILED Too big error. card:" + count + " estimate:" + estimate);
        }
    }
}
