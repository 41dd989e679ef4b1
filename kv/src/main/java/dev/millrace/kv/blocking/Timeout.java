package dev.millrace.kv.blocking;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.string.LongDouble;

import java.nio.charset.StandardCharsets;

/** The argument of a blocking command that says how long it waits. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Timeout {
    private static final Refusal NO_NUMBER =
            new Refusal("ERR timeout is not a float or out of range");
    private static final Refusal NEGATIVE = new Refusal("ERR timeout is negative");

    private Timeout() {}

    /**
     * When seconds that an argument gives, with fractions, will be over: ms since 1970, or 0 for
     * seconds that are 0, which means never. A time beyond all time is past, as Redis counts it.
     */
    public static long deadline(Call call, int index) {
        long millis = millis(new String(call.bytes(index), StandardCharsets.ISO_8859_1));
        if (millis < 0) {
            throw NEGATIVE;
        }
        return millis == 0 ? 0 : call.nowMillis() + millis;
    }

    private static long millis(String seconds) {
        try {
            return LongDouble.parse(seconds).thousandfold();
        } catch (Refusal notOne) {
            throw NO_NUMBER;
        }
    }
}
