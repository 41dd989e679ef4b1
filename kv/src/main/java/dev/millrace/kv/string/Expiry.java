package dev.millrace.kv.string;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;

import org.jspecify.annotations.Nullable;

/** The options EX, PX, EXAT and PXAT. */
final class Expiry {
    private static final int MILLIS_PER_SECOND = 1000;
    private static final int UNITS = 16 | 32 | 64 | 128;

    private Expiry() {}

    /** How a number says when. */
    enum Unit {
        SECONDS("EX", 16, true, false),
        MILLIS("PX", 32, false, false),
        AT_SECONDS("EXAT", 64, true, true),
        AT_MILLIS("PXAT", 128, false, true);

        private final String word;
        private final int bit;
        private final boolean seconds;
        private final boolean absolute;

        Unit(String word, int bit, boolean seconds, boolean absolute) {
            this.word = word;
            this.bit = bit;
            this.seconds = seconds;
            this.absolute = absolute;
        }

        int bit() {
            return bit;
        }

        static Unit of(int options) {
            for (Unit unit : values()) {
                if ((options & unit.bit) != 0) {
                    return unit;
                }
            }
            throw new AssertionError("no unit in " + options);
        }
    }

    /** The unit that this argument names; a number follows, and no other unit was named before. */
    static Unit requireUnit(Call call, int index, int options) {
        Unit unit = unit(call, index);
        if (unit == null || index + 1 == call.count()) {
            throw Refusal.SYNTAX;
        }
        requireNot(options, UNITS & ~unit.bit);
        return unit;
    }

    /** Refuses options that exclude what was chosen besides. */
    static void requireNot(int options, int excluded) {
        if ((options & excluded) != 0) {
            throw Refusal.SYNTAX;
        }
    }

    private static @Nullable Unit unit(Call call, int index) {
        for (Unit unit : Unit.values()) {
            if (call.is(index, unit.word)) {
                return unit;
            }
        }
        return null;
    }

    /** When the number at this index says, ms since 1970. */
    static long parse(Call call, int index, Unit unit) {
        long number = call.integer(index);
        if (number <= 0 || unit.seconds && number > Long.MAX_VALUE / MILLIS_PER_SECOND) {
            throw invalid(call);
        }
        long millis = unit.seconds ? number * MILLIS_PER_SECOND : number;
        if (unit.absolute) {
            return millis;
        }
        if (millis > Long.MAX_VALUE - call.nowMillis()) {
            throw invalid(call);
        }
        return call.nowMillis() + millis;
    }

    private static Refusal invalid(Call call) {
        return new Refusal("ERR invalid expire time in '" + call.command().name() + "' command");
    }
}
