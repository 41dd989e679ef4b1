package dev.millrace.bench.report;

import java.util.List;

/**
 * One whole run.
 *
 * @param date ISO 8601, UTC
 * @param machine what it ran on, one fact a line
 * @param method how it was measured, one fact a line
 * @param commands each server's command line, once, with DIR and PORT in their places
 */
public record Report(
        String room,
        String date,
        String subject,
        String peer,
        List<String> machine,
        List<String> method,
        List<String> commands,
        List<Row> rows) {
    /** Copies the lists. */
    public Report {
        machine = List.copyOf(machine);
        method = List.copyOf(method);
        commands = List.copyOf(commands);
        rows = List.copyOf(rows);
    }
}
