package dev.millrace.bench.transaction;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Turns;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Millrace;
import dev.millrace.bench.transaction.Work.Outcome;

import java.io.IOException;
import java.util.List;

/**
 * SET, MR.PUB and MR.APPEND in one transaction against the sum of the three alone, on one node.
 *
 * @param syncs what is hoped for of the fsyncs per transaction
 */
record TransactionRow(String name, int connections, Target cpu, Target syncs)
        implements Comparison {
    @Override
    public String title() {
        return "MULTI SET MR.PUB MR.APPEND EXEC, 100 B each, against the three alone, "
                + connections
                + (connections == 1 ? " connection" : " connections")
                + ", kv.sync=everysec, queue.sync and events.sync=always";
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        if (!(bench.subject() instanceof Millrace build)) {
            throw new IllegalStateException(bench.subject().name() + " (expected: Millrace)");
        }
        List<Work> whole = List.of(Work.transaction());
        try (WholeNode node = new WholeNode(build, bench.workspace())) {
            double warm = bench.effort().warmSeconds();
            take(node, whole, warm);
            take(node, Work.parts(), warm);
            Turns<Outcome> turns =
                    Turns.alternate(
                            bench.effort().rounds(),
                            whole,
                            Work.parts(),
                            works -> take(node, works, bench.effort().roundSeconds()));
            Target open = new Target.Open();
            return Row.measured(
                    name,
                    title(),
                    List.of(
                            turns.measure("CPU", "µs", cpu, Outcome::cpuMicros),
                            turns.measure("fsyncs", "", syncs, Outcome::syncs),
                            turns.measure("time", "µs", open, one -> one.seconds() * 1e6)),
                    List.of("the right side is the sum of three runs, one for each command"));
        }
    }

    /** One after the other, so long together; one operation of each. */
    private Outcome take(WholeNode node, List<Work> works, double seconds)
            throws IOException, InterruptedException {
        Outcome sum = new Outcome(0, 0, 0);
        for (Work work : works) {
            sum = sum.and(work.run(node, connections, seconds / works.size()));
        }
        return sum;
    }
}
