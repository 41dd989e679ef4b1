package dev.millrace.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run as JSON, every round of every measure included.
 *
 * <p>Written by hand: maps, lists, strings and numbers are all there is, and a library would be a
 * dependency for thirty lines.
 */
public final class Json {
    private Json() {}

    /** The report as one object, with a line end after it. */
    public static String of(Report report) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("room", report.room());
        whole.put("date", report.date());
        whole.put("subject", report.subject());
        whole.put("peer", report.peer());
        whole.put("machine", report.machine());
        whole.put("method", report.method());
        whole.put("commands", report.commands());
        whole.put("rows", report.rows().stream().map(Json::row).toList());
        return text(whole) + "\n";
    }

    private static Map<String, Object> row(Row row) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("row", row.name());
        map.put("title", row.title());
        map.put("measures", row.measures().stream().map(Json::measure).toList());
        map.put("notes", row.notes());
        row.failure().ifPresent(reason -> map.put("failure", reason));
        return map;
    }

    private static Map<String, Object> measure(Measure measure) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("measure", measure.name());
        map.put("unit", measure.unit());
        map.put("subject", measure.subject().median());
        map.put("peer", measure.peer().median());
        map.put("ratio", measure.ratio());
        map.put("target", measure.target().text());
        map.put("verdict", measure.verdict().word());
        map.put("subjectRounds", measure.subject().rounds());
        map.put("peerRounds", measure.peer().rounds());
        return map;
    }

    /** Any tree of maps, lists, strings, numbers and booleans. */
    static String text(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(entry -> text(entry.getKey()) + ":" + text(entry.getValue()))
                            .collect(Collectors.joining(",", "{", "}"));
            case List<?> list ->
                    list.stream().map(Json::text).collect(Collectors.joining(",", "[", "]"));
            // JSON has no NaN and no infinity.
            case Double number when !Double.isFinite(number) -> "null";
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            case String string -> quoted(string);
            default -> throw new IllegalArgumentException(value.getClass() + ": not for JSON");
        };
    }

    private static String quoted(String string) {
        return string.chars()
                .mapToObj(letter -> escaped((char) letter))
                .collect(Collectors.joining("", "\"", "\""));
    }

    private static String escaped(char letter) {
        return switch (letter) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            default ->
                    letter < ' '
                            ? String.format("\\u%04x", (int) letter)
                            : Character.toString(letter);
        };
    }
}
