package dev.millrace.kernel;

import java.util.SplittableRandom;

/**
 * Properties checked by seed. Each case gets a random source of its own, made from its seed alone,
 * so a failure is rerun by that one number: {@code -Dmillrace.seed=N} runs case N and no other. A
 * seed that once failed becomes a plain test: {@code Seeds.one(N, random -> …)}.
 */
public final class Seeds {
    private static final String ONLY = "millrace.seed";
    private static final String FIRST = "millrace.seed.first";

    private Seeds() {}

    /** A property: draws its case from the source, and throws if the case breaks it. */
    @FunctionalInterface
    public interface Property {
        void holds(SplittableRandom random) throws Exception;
    }

    /**
     * Checks {@code count} seeds from 0, or from the one that a system property names; or only the
     * one that another names.
     */
    public static void each(int count, Property property) {
        Long only = Long.getLong(ONLY);
        if (only != null) {
            one(only, property);
            return;
        }
        long first = Long.getLong(FIRST, 0);
        for (long seed = first; seed < first + count; seed++) {
            one(seed, property);
        }
    }

    /** Checks one seed. */
    public static void one(long seed, Property property) {
        try {
            // Neighbouring seeds give unlike sequences only after the seed itself is mixed.
            property.holds(new SplittableRandom(new SplittableRandom(seed).nextLong()));
        } catch (Exception | AssertionError failure) {
            throw new AssertionError(
                    "seed "
                            + seed
                            + " (rerun: -D"
                            + ONLY
                            + "="
                            + seed
                            + "): "
                            + failure.getMessage(),
                    failure);
        }
    }
}
