package dev.millrace.bench.report;

import java.util.List;

/** A run as the Markdown page that is kept beside the sources. */
public final class Page {
    private Page() {}

    /** The page, whole; the next run replaces it. */
    public static String of(Report report) {
        StringBuilder page = new StringBuilder();
        page.append("# " + report.subject() + " beside " + report.peer() + "\n\n");
        page.append("Written by `./millrace bench-peers " + report.room() + "`, ");
        page.append(report.date() + ". Do not edit: run it again.\n\n");
        report.machine().forEach(line -> page.append("- " + line + "\n"));
        report.method().forEach(line -> page.append("- " + line + "\n"));
        page.append("\n```\n");
        report.commands().forEach(command -> page.append(command + "\n"));
        page.append("```\n\n");
        table(page, report);
        page.append('\n');
        for (Row row : report.rows()) {
            row.notes().forEach(note -> page.append("- `" + row.name() + "`: " + note + "\n"));
        }
        return page.toString();
    }

    private static void table(StringBuilder page, Report report) {
        List<String> head = Cells.head(report.subject(), report.peer());
        line(page, head);
        line(page, head.stream().map(cell -> "---").toList());
        for (Row row : report.rows()) {
            Cells.lines(row).forEach(cells -> line(page, cells));
        }
    }

    private static void line(StringBuilder page, List<String> cells) {
        List<String> safe = cells.stream().map(cell -> cell.replace("|", "\\|")).toList();
        page.append("| " + String.join(" | ", safe) + " |\n");
    }
}
