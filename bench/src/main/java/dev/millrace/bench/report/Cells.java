package dev.millrace.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report's rows as lines of text cells, which the table and the page lay out. */
final class Cells {
    private Cells() {}

    /** The head, naming both sides. */
    static List<String> head(String subject, String peer) {
        return List.of("row", "measure", subject, peer, "ratio", "rounds", "target", "verdict");
    }

    /** A line per measure, the row's name on the first one only; a line for a failure. */
    static List<List<String>> lines(Row row) {
        List<List<String>> lines = new ArrayList<>();
        for (Measure measure : row.measures()) {
            lines.add(line(lines.isEmpty() ? row.name() : "", measure));
        }
        row.failure().ifPresent(reason -> lines.add(failed(row.name(), reason)));
        return lines;
    }

    // What follows the first line may be a server's log; the JSON has it whole.
    private static List<String> failed(String row, String reason) {
        String first = reason.lines().findFirst().orElse("");
        return List.of(row, "failed", "", "", "", "", "", first);
    }

    private static List<String> line(String row, Measure measure) {
        return List.of(
                row,
                measure.name() + ", " + measure.unit(),
                number(measure.subject().median()),
                number(measure.peer().median()),
                ratio(measure.ratio()),
                spread(measure),
                measure.target().text(),
                measure.verdict().word());
    }

    private static String spread(Measure measure) {
        boolean one = measure.subject().rounds().size() == 1;
        boolean finite =
                Double.isFinite(measure.leastRatio()) && Double.isFinite(measure.mostRatio());
        return one || !finite ? "" : ratio(measure.leastRatio()) + "–" + ratio(measure.mostRatio());
    }

    private static String ratio(double ratio) {
        return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : "–";
    }

    /** Three digits are what such a measurement is worth. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "–";
        }
        double size = Math.abs(value);
        String form = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }
}
