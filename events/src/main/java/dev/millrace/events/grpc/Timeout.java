package dev.millrace.events.grpc;

import java.util.concurrent.TimeUnit;

/** {@code grpc-timeout}: at most eight digits and a unit (PROTOCOL-HTTP2.md, "Timeout"). */
final class Timeout {
    private static final int DIGITS_MAX = 8;

    private Timeout() {}

    /** Nanoseconds, or -1 if it is none. */
    static long nanos(String text) {
        int digits = text.length() - 1;
        if (digits < 1
                || digits > DIGITS_MAX
                || !text.chars().limit(digits).allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        long value = Long.parseLong(text.substring(0, digits));
        return switch (text.charAt(digits)) {
            case 'H' -> TimeUnit.HOURS.toNanos(value);
            case 'M' -> TimeUnit.MINUTES.toNanos(value);
            case 'S' -> TimeUnit.SECONDS.toNanos(value);
            case 'm' -> TimeUnit.MILLISECONDS.toNanos(value);
            case 'u' -> TimeUnit.MICROSECONDS.toNanos(value);
            case 'n' -> value;
            default -> -1;
        };
    }
}
