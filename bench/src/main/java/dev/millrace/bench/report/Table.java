package dev.millrace.bench.report;

import java.util.ArrayList;
import java.util.List;

/** The one table that a run prints. */
public final class Table {
    private static final String GAP = "  ";

    private Table() {}

    /** The rows in columns, notes below. */
    public static String of(Report report) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(Cells.head(report.subject(), report.peer()));
        report.rows().forEach(row -> lines.addAll(Cells.lines(row)));
        StringBuilder text = new StringBuilder(columns(lines));
        for (Row row : report.rows()) {
            row.notes().forEach(note -> text.append(row.name() + ": " + note + "\n"));
        }
        return text.toString();
    }

    private static String columns(List<List<String>> lines) {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(aligned(line, widths)).append('\n'));
        return text.toString();
    }

    private static String aligned(List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = line.get(column);
            text.append(cell).repeat(' ', widths[column] - cell.length()).append(GAP);
        }
        return text.toString().stripTrailing();
    }
}
