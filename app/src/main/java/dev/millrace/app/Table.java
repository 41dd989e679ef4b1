package dev.millrace.app;

import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.net.Listener;

import java.util.ArrayList;
import java.util.List;

/** What listens where, in columns. */
final class Table {
    private Table() {}

    static String of(List<Listener> listeners) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("address", "protocol", "setting"));
        for (Listener listener : listeners) {
            Endpoint endpoint = listener.endpoint();
            rows.add(
                    List.of(
                            listener.address(),
                            endpoint.protocol() + (endpoint.tls() ? " (TLS)" : ""),
                            endpoint.place().key()));
        }
        return aligned(rows);
    }

    static String aligned(List<List<String>> rows) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        StringBuilder lines = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String cell = row.get(column);
                line.append(cell).repeat(' ', widths[column] - cell.length() + 2);
            }
            lines.append(line.toString().stripTrailing()).append('\n');
        }
        return lines.toString();
    }
}
