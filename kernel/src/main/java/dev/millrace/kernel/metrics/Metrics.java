package dev.millrace.kernel.metrics;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * What the process counts. A room keeps its counts as plain fields of its own, where they cost what
 * a field costs, and declares here how to read them; nothing is computed until somebody asks.
 *
 * <p>Names are dotted and lower case, as {@code guard.refused}; Prometheus sees {@code
 * millrace_guard_refused_total}. Tags alternate between key and value, and their values are a small
 * closed set: never a client's address or a key.
 *
 * <p>Micrometer's registry is made at the first question and not before: its classes take some 100
 * ms to load, which a start has no time for. Any thread may call any of this.
 */
public final class Metrics {
    private final List<Reading> readings = new ArrayList<>();
    private @Nullable Exposition exposition;

    /** A number that only grows while the process lives. */
    public void counter(String name, String doc, LongSupplier value, String... tags) {
        add(new Reading(Reading.Kind.COUNTER, name, doc, value::getAsLong, List.of(tags)));
    }

    /** A number that goes up and down. */
    public void gauge(String name, String doc, DoubleSupplier value, String... tags) {
        add(new Reading(Reading.Kind.GAUGE, name, doc, value, List.of(tags)));
    }

    /** Everything, as Prometheus's text format 0.0.4. Slow the first time. */
    public synchronized String scrape() {
        return exposition().text();
    }

    private synchronized void add(Reading reading) {
        readings.add(reading);
        if (exposition != null) {
            exposition.add(reading);
        }
    }

    private Exposition exposition() {
        Exposition made = exposition;
        if (made == null) {
            made = new Exposition();
            readings.forEach(made::add);
            exposition = made;
        }
        return made;
    }
}
