package dev.millrace.bench.report;

import java.util.Locale;

/** What a measure is held against. Reached or missed is printed; nothing fails on it. */
public sealed interface Target {
    /** Shown for what it says; nothing is hoped for. */
    record Open() implements Target {}

    /** The ratio subject : peer may not exceed this. */
    record RatioAtMost(double limit) implements Target {}

    /** The ratio subject : peer may not fall below this. */
    record RatioAtLeast(double limit) implements Target {}

    /** The subject's own median, in the measure's unit, may not exceed this. */
    record AtMost(double limit) implements Target {}

    /** What came of it. */
    enum Verdict {
        OPEN(""),
        REACHED("reached"),
        MISSED("missed");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        /** As the table says it; empty where nothing was hoped for. */
        public String word() {
            return word;
        }
    }

    /** Judges a subject's median and its ratio to the peer's. */
    default Verdict judge(double subject, double ratio) {
        return switch (this) {
            case Open() -> Verdict.OPEN;
            case RatioAtMost(double limit) -> verdict(ratio <= limit);
            case RatioAtLeast(double limit) -> verdict(ratio >= limit);
            case AtMost(double limit) ->
                    // NaN: this server has no such number.
                    Double.isNaN(subject) ? Verdict.OPEN : verdict(subject <= limit);
        };
    }

    /** As the table says it. */
    default String text() {
        return switch (this) {
            case Open() -> "";
            case RatioAtMost(double limit) -> String.format(Locale.ROOT, "ratio ≤ %.2f", limit);
            case RatioAtLeast(double limit) -> String.format(Locale.ROOT, "ratio ≥ %.2f", limit);
            case AtMost(double limit) -> String.format(Locale.ROOT, "≤ %.0f", limit);
        };
    }

    private static Verdict verdict(boolean holds) {
        return holds ? Verdict.REACHED : Verdict.MISSED;
    }
}
