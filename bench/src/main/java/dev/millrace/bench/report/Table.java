package dev.millrace.bench.report;

import java.util.ArrayList;
import java.util.List;

/** The one table that a run prints. */
public final class Table {
    private Table() {}

    /** The rows in columns, notes below. */
    public static String of(Report report) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(Cells.head(report.subject(), report.peer()));
        report.rows().forEach(row -> lines.addAll(Cells.lines(row)));
        StringBuilder text = new StringBuilder();
        columns(lines, "  ").forEach(line -> text.append(line.stripTrailing()).append('\n'));
        for (Row row : report.rows()) {
            row.notes().forEach(note -> text.append(row.name() + ": " + note + "\n"));
        }
        return text.toString();
    }

    /** Each line with its cells as wide as the widest of their column, and a gap between them. */
    static List<String> columns(List<List<String>> lines, String gap) {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        return lines.stream().map(line -> aligned(line, widths, gap)).toList();
    }

    private static String aligned(List<String> line, int[] widths, String gap) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = line.get(column);
            text.append(column == 0 ? "" : gap).append(cell);
            text.repeat(' ', widths[column] - cell.length());
        }
        return text.toString();
    }
}
