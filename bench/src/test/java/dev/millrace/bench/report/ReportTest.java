package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.report.Target.RatioAtMost;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class ReportTest {
    private static final Report REPORT =
            new Report(
                    "kv",
                    "2026-11-23T00:00:00Z",
                    "Millrace",
                    "Redis",
                    List.of("machine: 2 cores"),
                    List.of("5 rounds"),
                    List.of("Redis: redis-server --port PORT"),
                    List.of(
                            Row.measured(
                                    "get-p16",
                                    "GET",
                                    List.of(
                                            new Measure(
                                                    "CPU",
                                                    "µs/op",
                                                    new RatioAtMost(0.65),
                                                    new Samples(List.of(0.8, 0.6)),
                                                    new Samples(List.of(1.4, 1.4)))),
                                    List.of("a note")),
                            Row.failed("mset-p16", "MSET", "unknown command | 'mset'")));

    @Test
    void the_table_has_a_line_per_measure_in_columns() {
        assertEquals(
                """
                row       measure     Millrace  Redis  ratio  rounds     target        verdict
                get-p16   CPU, µs/op  0.70      1.40   0.50   0.43–0.57  ratio ≤ 0.65  reached
                mset-p16  failed                                                       unknown command | 'mset'
                get-p16: a note
                """,
                Table.of(REPORT));
    }

    @Test
    void the_page_escapes_what_would_end_a_cell() {
        String page = Page.of(REPORT);
        assertTrue(
                page.contains("| mset-p16 | failed |  |  |  |  |  | unknown command \\| 'mset' |"),
                page);
        assertTrue(
                page.contains(
                        "| get-p16 | CPU, µs/op | 0.70 | 1.40 | 0.50 | 0.43–0.57 | ratio ≤ 0.65 |"),
                page);
    }

    @Test
    void the_json_keeps_every_round() {
        String json = Json.of(REPORT);
        assertTrue(json.contains("\"subjectRounds\":[0.8,0.6],\"peerRounds\":[1.4,1.4]"), json);
        assertTrue(json.contains("\"failure\":\"unknown command | 'mset'\""), json);
    }

    @Test
    void json_strings_are_escaped_and_what_is_no_number_is_null() {
        assertEquals("\"a\\\"b\\\\c\\n\\u0001µ\"", Json.text("a\"b\\c\n\u0001µ"));
        assertEquals("{\"a\":null}", Json.text(Map.of("a", Double.NaN)));
        assertThrows(IllegalArgumentException.class, () -> Json.text('c'));
    }
}
