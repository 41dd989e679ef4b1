package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Turns;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Millrace;

import java.io.IOException;
import java.util.List;

/**
 * Questions about one of 10 000 services of 5 instances, drawn evenly: Millrace beside unbound with
 * the same records as local data. Each server has one core to itself, and dnsperf another.
 *
 * @param type of records
 * @param transport udp or tcp
 */
record DnsRow(String name, String type, String transport, Target throughput, Target cpu)
        implements Comparison {
    private record Round(double ratePerSecond, double cpuMicros, double lost) {}

    @Override
    public String title() {
        return "DNS by " + transport + ", " + type + " of 10 000 services of 5 instances; unbound";
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        DnsQuestions questions = new DnsQuestions(bench.workspace(), type, transport);
        try (DnsSide subject = new MillraceDns(bench);
                DnsSide peer = new UnboundDns(bench.workspace())) {
            questions.ask(subject, bench.effort().warmSeconds());
            questions.ask(peer, bench.effort().roundSeconds());
            double seconds = bench.effort().roundSeconds();
            Turns<Round> turns =
                    Turns.alternate(
                            bench.effort().rounds(),
                            subject,
                            peer,
                            side -> round(questions, side, seconds));
            return Row.measured(
                    name,
                    title(),
                    List.of(
                            turns.measure(
                                    "throughput",
                                    "k/s",
                                    throughput,
                                    round -> round.ratePerSecond / 1e3),
                            turns.measure("CPU", "µs/answer", cpu, Round::cpuMicros),
                            turns.measure("lost", "", new Target.Open(), Round::lost)),
                    List.of());
        }
    }

    private static Round round(DnsQuestions questions, DnsSide side, double seconds)
            throws IOException, InterruptedException {
        double before = side.cpuMicros();
        DnsQuestions.Answered answered = questions.ask(side, seconds);
        double spent = side.cpuMicros() - before;
        return new Round(answered.ratePerSecond(), spent / answered.completed(), answered.lost());
    }
}
