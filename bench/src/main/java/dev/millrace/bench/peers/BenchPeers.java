package dev.millrace.bench.peers;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Effort;
import dev.millrace.bench.report.Json;
import dev.millrace.bench.report.Page;
import dev.millrace.bench.report.Report;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Table;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Redis;
import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ./millrace bench-peers kv}: Millrace and the foreign server side by side. Prints one table
 * and writes it as JSON. Rows that are measured at length are kept, each as soon as it is there, in
 * {@code bench/results/kv.md}.
 */
public final class BenchPeers {
    // As sysexits.h names them.
    private static final int EX_USAGE = 64;
    private static final int EX_UNAVAILABLE = 69;
    private static final int EX_SOFTWARE = 70;

    private final Arguments arguments;
    private final Path home;
    private final Effort effort;
    private final Contestant subject;
    private final Contestant peer;
    private final Console console = new Console();

    private BenchPeers(Arguments arguments, Path home) throws BadUsage {
        this.arguments = arguments;
        this.home = home;
        this.effort = arguments.effort();
        this.subject = arguments.subject(home);
        this.peer = new Redis(arguments.peer());
    }

    /**
     * Runs and exits: 0 measured, whatever the verdicts; 64 bad usage; 69 no Redis to compare with;
     * 70 a row could not be run.
     */
    public static void main(String[] words) throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("millrace.home", "."));
        try {
            System.exit(new BenchPeers(Arguments.parse(words), home).run());
        } catch (BadUsage bad) {
            System.err.println("millrace bench-peers: " + bad.getMessage());
            System.exit(EX_USAGE);
        }
    }

    private int run() throws IOException, InterruptedException {
        if (arguments.has(Option.HELP)) {
            console.line(Option.help());
            return 0;
        }
        List<Comparison> rows = arguments.rows(subject);
        if (arguments.has(Option.LIST)) {
            rows.forEach(row -> console.line("%-20s %s".formatted(row.name(), row.title())));
            return 0;
        }
        try (Workspace workspace = Workspace.below(home.resolve("bench/target/peers"))) {
            List<String> machine;
            try {
                machine = Machine.facts(workspace.fileSystem());
            } catch (IOException missing) {
                System.err.println("millrace bench-peers: needs redis-server: " + missing);
                return EX_UNAVAILABLE;
            }
            machine.forEach(console::line);
            console.line(effort.text());
            List<Row> measured = measure(rows, machine, workspace);
            if (workspace.ended()) {
                return EX_SOFTWARE;
            }
            publish(report(machine, measured));
            return measured.stream().anyMatch(row -> row.failure().isPresent()) ? EX_SOFTWARE : 0;
        }
    }

    private List<Row> measure(List<Comparison> rows, List<String> machine, Workspace workspace)
            throws IOException, InterruptedException {
        List<Row> measured = new ArrayList<>();
        for (Comparison row : rows) {
            if (workspace.ended()) {
                break;
            }
            String place = "%d of %d, %s".formatted(measured.size() + 1, rows.size(), row.name());
            console.progress(place);
            Bench bench =
                    new Bench(
                            subject,
                            peer,
                            effort,
                            workspace,
                            now -> console.progress(place + ": " + now),
                            console::command);
            measured.add(attempt(row, bench));
            if (arguments.isAtLength() && !workspace.ended()) {
                keep(report(machine, List.of(measured.getLast())));
            }
        }
        return measured;
    }

    // One row that cannot be run, say for a command that is not there yet, hides no other.
    private static Row attempt(Comparison row, Bench bench) throws InterruptedException {
        try {
            return row.run(bench);
        } catch (IOException | IllegalArgumentException failure) {
            // The table has room for a line; where it happened is for whoever repairs it.
            failure.printStackTrace();
            return Row.failed(row.name(), row.title(), String.valueOf(failure.getMessage()));
        }
    }

    private Report report(List<String> machine, List<Row> rows) {
        return new Report(
                arguments.room(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                subject.name(),
                peer.name(),
                machine,
                List.of(
                        effort.text(),
                        "numbers are medians of the rounds, the ratio is that of the medians,"
                                + " \"rounds\" the least and the greatest ratio of any one round",
                        "CPU is the server process's own, user and system, all threads"
                                + " (/proc/PID/stat); CPU of children is Redis's forks"),
                console.commands(),
                rows);
    }

    private void publish(Report report) throws IOException {
        console.line("");
        console.line(Table.of(report).stripTrailing());
        Files.writeString(arguments.json(home), Json.of(report));
    }

    private void keep(Report report) throws IOException {
        Path page = home.resolve("bench/results/" + report.room() + ".md");
        Files.createDirectories(page.getParent());
        String before = Files.exists(page) ? Files.readString(page) : "";
        Files.writeString(page, Page.with(before, report, arguments.names()));
    }
}
