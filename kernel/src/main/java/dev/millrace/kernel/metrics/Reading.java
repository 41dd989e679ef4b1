package dev.millrace.kernel.metrics;

import java.util.List;
import java.util.function.DoubleSupplier;

/** One declared number and how to read it. */
record Reading(Kind kind, String name, String doc, DoubleSupplier value, List<String> tags) {
    enum Kind {
        COUNTER,
        GAUGE
    }

    Reading {
        if (tags.size() % 2 != 0) {
            throw new IllegalArgumentException(name + ": tags " + tags + " (expected: pairs)");
        }
    }
}
