package dev.millrace.bench.report;

import java.util.List;
import java.util.Optional;

/**
 * One row of the table: several measures of the same rounds.
 *
 * @param failure why there are no measures; a row that could not be run does not stop the others
 */
public record Row(
        String name,
        String title,
        List<Measure> measures,
        List<String> notes,
        Optional<String> failure) {
    /** Copies the lists. */
    public Row {
        measures = List.copyOf(measures);
        notes = List.copyOf(notes);
    }

    /** A row that was measured. */
    public static Row measured(
            String name, String title, List<Measure> measures, List<String> notes) {
        return new Row(name, title, measures, notes, Optional.empty());
    }

    /** A row that could not be. */
    public static Row failed(String name, String title, String reason) {
        return new Row(name, title, List.of(), List.of(), Optional.of(reason));
    }
}
