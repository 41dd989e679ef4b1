package dev.millrace.kv.generic;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.store.Dictionary;

import java.util.function.IntFunction;

/**
 * How far a SCAN has come: through the stripes in order, and within each through its dictionary,
 * whose own cursor stays good while it grows.
 *
 * <pre>
 * as a number: dictionary's cursor | stripe's index (as many bits as the stripes need)
 * </pre>
 *
 * @param number 0 at the start, and again at the end
 */
public record ScanCursor(long number) {
    static final ScanCursor START = new ScanCursor(0);

    /** Any number is a cursor, as for {@code strtoul}; what is none is refused. */
    public static ScanCursor parse(Call call, int index) {
        String text = call.text(index);
        boolean signed = text.startsWith("-") || text.startsWith("+");
        try {
            long number =
                    text.isEmpty()
                            ? 0
                            : Long.parseUnsignedLong(text, signed ? 1 : 0, text.length(), 10);
            return new ScanCursor(text.startsWith("-") ? -number : number);
        } catch (NumberFormatException e) {
            throw new Refusal("ERR invalid cursor");
        }
    }

    boolean isStart() {
        return number == 0;
    }

    public String text() {
        return Long.toUnsignedString(number);
    }

    /** Visits one bucket and moves on. */
    ScanCursor next(int stripes, IntFunction<Dictionary> items, Dictionary.Visitor visitor) {
        int bits = Integer.numberOfTrailingZeros(stripes);
        int stripe = (int) number & stripes - 1;
        long cursor = items.apply(stripe).scan(number >>> bits, visitor);
        if (cursor == 0) {
            return new ScanCursor((stripe + 1) % stripes);
        }
        return new ScanCursor(cursor << bits | stripe);
    }
}
