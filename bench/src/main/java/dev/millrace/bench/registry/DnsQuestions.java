package dev.millrace.bench.registry;

import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** dnsperf with EDNS, four sockets, a hundred questions outstanding, on the second core. */
final class DnsQuestions {
    private static final int QUESTIONS = 200_000;
    private static final long SEED = 1;
    private static final Pattern RATE = Pattern.compile("Queries per second: +([0-9.]+)");
    private static final Pattern COMPLETED = Pattern.compile("Queries completed: +([0-9]+)");
    private static final Pattern LOST = Pattern.compile("Queries lost: +([0-9]+)");
    private static final Pattern NO_ERROR = Pattern.compile("NOERROR [0-9]+ \\(100\\.00%\\)");

    private final Workspace workspace;
    private final String transport;
    private final Path file;

    /** What one run came to. */
    record Answered(double ratePerSecond, double completed, double lost) {}

    DnsQuestions(Workspace workspace, String type, String transport) throws IOException {
        this.workspace = workspace;
        this.transport = transport;
        this.file = workspace.directory("questions").resolve(type);
        SplittableRandom random = new SplittableRandom(SEED);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < QUESTIONS; i++) {
            lines.append('s').append(random.nextInt(DnsSide.SERVICES));
            lines.append(".service.consul ").append(type).append('\n');
        }
        Files.writeString(file, lines);
    }

    Answered ask(DnsSide side, double seconds) throws IOException, InterruptedException {
        List<String> words =
                List.of(
                        "dnsperf",
                        "-s",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(side.port()),
                        "-m",
                        transport,
                        "-d",
                        file.toString(),
                        "-e",
                        "-c",
                        "4",
                        "-l",
                        Long.toString(Math.max(1, Math.round(seconds))));
        String printed =
                workspace.run(
                        new ProcessBuilder(DnsSide.onCore(1, words)).redirectErrorStream(true));
        if (!NO_ERROR.matcher(printed).find()) {
            throw new IOException("dnsperf: " + printed);
        }
        return new Answered(
                number(RATE, printed), number(COMPLETED, printed), number(LOST, printed));
    }

    private static double number(Pattern pattern, String printed) throws IOException {
        Matcher found = pattern.matcher(printed);
        if (!found.find()) {
            throw new IOException("dnsperf: " + printed);
        }
        return Double.parseDouble(found.group(1));
    }
}
