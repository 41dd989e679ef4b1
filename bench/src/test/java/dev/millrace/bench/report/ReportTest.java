package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
    void the_page_has_of_each_row_its_newest_measurement() {
        List<String> names = List.of("get-p16", "mset-p16", "start");
        String older = Page.with("", report("2026-11-20", "start", 7, "its note"), names);
        String gone = Page.with(older, report("2026-11-21", "gone", 7, "gone too"), names);
        assertEquals(older, gone);
        String both = Page.with(older, report("2026-11-22", "get-p16", 1), names);
        assertEquals(
                """
                | row     | measure    | Millrace | Redis | ratio | rounds | target       | verdict | measured                     |
                |---|---|---|---|---|---|---|---|---|
                | get-p16 | CPU, µs/op | 1.00     | 10.0  | 0.10  |        | ratio ≤ 0.65 | reached | 2026-11-22, 1 round, 2 cores |
                |         | busy, %    | 50.0     | 50.0  | 1.00  |        |              |         |                              |
                | start   | CPU, µs/op | 7.00     | 10.0  | 0.70  |        | ratio ≤ 0.65 | missed  | 2026-11-20, 1 round, 2 cores |
                |         | busy, %    | 50.0     | 50.0  | 1.00  |        |              |         |                              |

                - `start`: its note
                """,
                table(both));
        String newer = Page.with(both, report("2026-11-23", "start", 6), names);
        assertTrue(newer.contains("| start   | CPU, µs/op | 6.00 "), newer);
        assertTrue(newer.contains("| get-p16 | CPU, µs/op | 1.00 "), newer);
        assertFalse(newer.contains("its note"), newer);
    }

    @Test
    void a_row_that_could_not_be_run_takes_nobodys_place() {
        List<String> names = List.of("get-p16", "mset-p16");
        String before = Page.with("", report("2026-11-20", "mset-p16", 7), names);
        String after = Page.with(before, REPORT, names);
        assertTrue(after.contains("| mset-p16 | CPU, µs/op | 7.00 "), after);
        assertTrue(after.contains("| get-p16  | CPU, µs/op | 0.70 "), after);
        assertTrue(after.contains("- `get-p16`: a note\n"), after);
    }

    private static String table(String page) {
        return page.substring(page.indexOf("| row"));
    }

    private static Report report(String day, String row, double cpu, String... notes) {
        List<Measure> measures =
                List.of(
                        new Measure(
                                "CPU",
                                "µs/op",
                                new RatioAtMost(0.65),
                                new Samples(List.of(cpu)),
                                new Samples(List.of(10.0))),
                        new Measure(
                                "busy",
                                "%",
                                new Target.Open(),
                                new Samples(List.of(50.0)),
                                new Samples(List.of(50.0))));
        return new Report(
                "kv",
                day + "T00:00:00Z",
                "Millrace",
                "Redis",
                List.of("2 cores", "Linux"),
                List.of("medians"),
                List.of(),
                List.of(Row.measured(row, row, measures, List.of(notes))));
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
