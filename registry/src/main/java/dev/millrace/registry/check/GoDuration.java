package dev.millrace.registry.check;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;

/**
 * Durations as Go writes and reads them ({@code time.ParseDuration}, {@code Duration.String}),
 * which is how Consul's clients send them: {@code 10s}, {@code 1m30s}, {@code 1.5h}. A Go duration
 * is 64 bits of nanoseconds; what is longer cannot be read, and is written as the longest.
 */
public final class GoDuration {
    private static final long MICROSECOND = 1_000;
    private static final long MILLISECOND = 1_000 * MICROSECOND;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    /** The magnitude of the shortest (most negative) duration, read as unsigned. */
    private static final long MAGNITUDE_MAX = 1L << 63;

    private static final Map<String, Long> UNITS =
            Map.of(
                    "ns", 1L,
                    "us", MICROSECOND,
                    "µs", MICROSECOND,
                    "μs", MICROSECOND,
                    "ms", MILLISECOND,
                    "s", SECOND,
                    "m", MINUTE,
                    "h", HOUR);

    /** What a text says. */
    public sealed interface Parsed {}

    /** It is a duration. */
    public record Is(Duration duration) implements Parsed {}

    /**
     * It is none.
     *
     * @param reason in Go's words
     */
    public record IsNot(String reason) implements Parsed {}

    /** Leaves the parser from any depth; never seen outside. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String reason) {
            super(reason, null, false, false);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    private final String text;
    private int at;

    private GoDuration(String text) {
        this.text = text;
    }

    /** Reads a duration: a sign if any, then numbers with units, largest unit first or not. */
    public static Parsed parse(String text) {
        try {
            return new Is(Duration.ofNanos(new GoDuration(text).nanos()));
        } catch (Malformed malformed) {
            return new IsNot(malformed.reason());
        }
    }

    /**
     * A number without a unit, as JSON may have it, in nanoseconds; the longest if it is longer.
     */
    public static Duration ofNumber(double nanos) {
        return Duration.ofNanos((long) nanos);
    }

    private long nanos() throws Malformed {
        boolean negative = text.startsWith("-");
        if (negative || text.startsWith("+")) {
            at++;
        }
        if (text.substring(at).equals("0")) {
            return 0;
        }
        if (at == text.length()) {
            throw invalid();
        }
        long sum = 0;
        while (at < text.length()) {
            long term = term();
            if (Long.compareUnsigned(term, MAGNITUDE_MAX - sum) > 0) {
                throw invalid();
            }
            sum += term;
        }
        if (negative) {
            return -sum;
        }
        if (sum == MAGNITUDE_MAX) {
            throw invalid();
        }
        return sum;
    }

    /** One number with its unit, in nanoseconds, unsigned and at most {@link #MAGNITUDE_MAX}. */
    private long term() throws Malformed {
        int start = at;
        long whole = whole();
        boolean digits = at > start;
        int point = at;
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            skipDigits();
            digits |= at > point + 1;
        }
        String fraction = text.substring(point, at);
        if (!digits) {
            throw invalid();
        }
        long unit = unit();
        if (Long.compareUnsigned(whole, Long.divideUnsigned(MAGNITUDE_MAX, unit)) > 0) {
            throw invalid();
        }
        return within(whole * unit + part(fraction, unit));
    }

    private long whole() throws Malformed {
        long value = 0;
        for (; at < text.length() && isDigit(text.charAt(at)); at++) {
            if (Long.compareUnsigned(value, MAGNITUDE_MAX / -10) > 0) {
                throw invalid();
            }
            value = within(value * 10 + (text.charAt(at) - '0'));
        }
        return value;
    }

    /**
     * What a fraction, which begins with its point, is of a unit: in Go's floating point, so that
     * the same digits give the same nanoseconds. Digits that do not fit count for nothing.
     */
    private static long part(String fraction, long unit) {
        long digits = 0;
        double scale = 1;
        for (int i = 1; i < fraction.length() && digits <= Long.MAX_VALUE / 10; i++) {
            long more = digits * 10 + (fraction.charAt(i) - '0');
            if (more < 0) {
                break;
            }
            digits = more;
            scale *= 10;
        }
        return (long) (digits * (unit / scale));
    }

    private long unit() throws Malformed {
        int start = at;
        while (at < text.length() && text.charAt(at) != '.' && !isDigit(text.charAt(at))) {
            at++;
        }
        String name = text.substring(start, at);
        if (name.isEmpty()) {
            throw new Malformed("time: missing unit in duration " + quoted(text));
        }
        Long unit = UNITS.get(name);
        if (unit == null) {
            throw new Malformed(
                    "time: unknown unit " + quoted(name) + " in duration " + quoted(text));
        }
        return unit;
    }

    private void skipDigits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private long within(long magnitude) throws Malformed {
        if (Long.compareUnsigned(magnitude, MAGNITUDE_MAX) > 0) {
            throw invalid();
        }
        return magnitude;
    }

    private Malformed invalid() {
        return new Malformed("time: invalid duration " + quoted(text));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static String quoted(String text) {
        return GoText.quoted(text);
    }

    /** As Go prints it: {@code 1h0m0s}, {@code 1m30s}, {@code 1.5s}, {@code 250ms}, {@code 0s}. */
    public static String text(Duration duration) {
        long nanos = nanos(duration);
        String sign = nanos < 0 ? "-" : "";
        // The magnitude is unsigned from here on: the shortest duration has no positive one.
        long magnitude = Math.abs(nanos);
        return sign
                + (Long.compareUnsigned(magnitude, SECOND) < 0
                        ? belowSecond(magnitude)
                        : fromSecond(magnitude));
    }

    private static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException longer) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    private static String belowSecond(long nanos) {
        if (nanos == 0) {
            return "0s";
        }
        if (nanos < MICROSECOND) {
            return nanos + "ns";
        }
        return nanos < MILLISECOND
                ? decimal(nanos, MICROSECOND) + "µs"
                : decimal(nanos, MILLISECOND) + "ms";
    }

    private static String fromSecond(long nanos) {
        long minutes = Long.divideUnsigned(nanos, MINUTE);
        String seconds = decimal(Long.remainderUnsigned(nanos, MINUTE), SECOND) + "s";
        if (minutes == 0) {
            return seconds;
        }
        String below = minutes % 60 + "m" + seconds;
        return minutes < 60 ? below : minutes / 60 + "h" + below;
    }

    private static String decimal(long value, long unit) {
        return BigDecimal.valueOf(value)
                .divide(BigDecimal.valueOf(unit))
                .stripTrailingZeros()
                .toPlainString();
    }
}
