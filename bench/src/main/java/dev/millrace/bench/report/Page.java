package dev.millrace.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What is kept of a room's runs beside the sources: of each row its newest measurement, with its
 * day and machine. A whole table takes more than an hour of a machine that does nothing else, so it
 * is made in pieces: a run puts its rows in place of older ones and leaves the others.
 *
 * <pre>
 * | row        | measure    | Millrace | ... | verdict | measured                            |
 * | get-3b-p16 | CPU, µs/op | 0.58     | ... | reached | 2026-11-26, 4 rounds, 2 cores (AMD) |
 * |            | a row's further measures have no name       |                              |
 *
 * - `get-3b-p16`: a note
 * </pre>
 */
public final class Page {
    private static final String BEFORE_NAME = "- `";
    private static final String BEHIND_NAME = "`: ";
    private static final String MEASURED = "measured";
    private static final int DAY_LETTERS = 10;

    /** A row as the page has it: its lines of cells, and its notes. */
    private record Kept(List<List<String>> lines, List<String> notes) {
        Kept() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    private final Map<String, Kept> rows = new LinkedHashMap<>();

    private Page(String text) {
        String name = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith("| ")) {
                List<String> cells = cells(line);
                name = cells.getFirst().isEmpty() ? name : cells.getFirst();
                kept(name).lines.add(cells);
            } else if (line.startsWith(BEFORE_NAME)) {
                int end = line.indexOf(BEHIND_NAME);
                kept(line.substring(BEFORE_NAME.length(), end))
                        .notes
                        .add(line.substring(end + BEHIND_NAME.length()));
            }
        }
    }

    /**
     * The page with a run's rows in the places of their older ones. A row that could not be run
     * takes nobody's place.
     *
     * @param before the page as it is, empty if there is none
     * @param names those of all rows that there are, in order; others are left out
     */
    public static String with(String before, Report report, List<String> names) {
        Page page = new Page(before);
        for (Row row : report.rows()) {
            if (row.failure().isEmpty()) {
                page.put(row, report);
            }
        }
        page.rows.keySet().retainAll(names);
        return page.text(report, names);
    }

    private Kept kept(String name) {
        return rows.computeIfAbsent(name, first -> new Kept());
    }

    private void put(Row row, Report report) {
        rows.remove(row.name());
        Kept kept = kept(row.name());
        int rounds = row.measures().getFirst().subject().rounds().size();
        String measured =
                "%s, %d %s, %s"
                        .formatted(
                                report.date().substring(0, DAY_LETTERS),
                                rounds,
                                rounds == 1 ? "round" : "rounds",
                                report.machine().getFirst());
        for (List<String> line : Cells.lines(row)) {
            List<String> cells = new ArrayList<>(line);
            cells.add(kept.lines.isEmpty() ? measured : "");
            kept.lines.add(cells);
        }
        kept.notes.addAll(row.notes());
    }

    private String text(Report report, List<String> names) {
        StringBuilder text = new StringBuilder();
        text.append("# " + report.subject() + " beside " + report.peer() + ": ");
        text.append(report.room() + "\n\nMade by `./millrace bench-peers " + report.room() + "`: ");
        text.append("a run puts its rows in place of older ones. Not to be edited.\n\n");
        Stream.concat(report.method().stream(), report.machine().stream().skip(1))
                .forEach(line -> text.append("- " + line + "\n"));
        text.append('\n');
        List<String> head = new ArrayList<>(Cells.head(report.subject(), report.peer()));
        head.add(MEASURED);
        List<List<String>> lines = new ArrayList<>(List.of(head));
        names.forEach(name -> lines.addAll(kept(name).lines));
        List<String> columns = Table.columns(lines, " | ");
        text.append("| " + columns.getFirst() + " |\n");
        text.append("|" + "---|".repeat(head.size()) + "\n");
        columns.stream().skip(1).forEach(line -> text.append("| " + line + " |\n"));
        text.append('\n');
        for (String name : names) {
            kept(name)
                    .notes
                    .forEach(note -> text.append(BEFORE_NAME + name + BEHIND_NAME + note + "\n"));
        }
        return text.toString();
    }

    private static List<String> cells(String line) {
        return Stream.of(line.substring(2, line.lastIndexOf('|')).split(" \\| ", -1))
                .map(String::strip)
                .toList();
    }
}
