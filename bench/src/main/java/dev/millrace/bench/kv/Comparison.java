package dev.millrace.bench.kv;

import dev.millrace.bench.report.Row;
import dev.millrace.bench.server.Contestant;

import java.io.IOException;

/** One row of the table, not yet measured. */
public interface Comparison {
    /** What {@code --only} calls it. */
    String name();

    /** What it measures, in a line. */
    String title();

    /** Whether it says anything about this subject. */
    default boolean suits(Contestant subject) {
        return true;
    }

    /** Starts servers, measures, ends them. */
    Row run(Bench bench) throws IOException, InterruptedException;
}
