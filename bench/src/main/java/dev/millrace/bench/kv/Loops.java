package dev.millrace.bench.kv;

import dev.millrace.bench.report.Row;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Millrace;

import java.io.IOException;
import java.util.List;

/** Millrace with two event loops beside Millrace with one. */
record Loops(ClosedLoop load) implements Comparison {
    @Override
    public String name() {
        return "loops-" + load.name();
    }

    @Override
    public String title() {
        return "two event loops : one, " + load.title();
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        if (!(bench.subject() instanceof Millrace millrace)) {
            throw new IllegalArgumentException(
                    bench.subject().name() + ": has no loops to set (expected: Millrace)");
        }
        Contestant two = millrace.with("two loops", "kv.loops=2");
        Contestant one = millrace.with("one loop", "kv.loops=1");
        Row row = load.run(bench.with(two, one));
        return Row.measured(
                name(), title(), row.measures(), List.of("left kv.loops=2, right kv.loops=1"));
    }
}
