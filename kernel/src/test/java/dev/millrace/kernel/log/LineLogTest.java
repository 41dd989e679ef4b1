package dev.millrace.kernel.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.log.Log.Level;

import io.netty.util.internal.logging.InternalLoggerFactory;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

class LineLogTest {
    private static final InstantSource NOON =
            InstantSource.fixed(Instant.parse("2026-01-02T12:00:00.040Z"));

    private final List<String> lines = new ArrayList<>();

    private Log log(LineForm form, Level least) {
        return LineLog.to(lines::add, form, least, NOON);
    }

    @Test
    void a_line_has_time_level_room_event_and_fields() {
        log(LineForm.TEXT, Level.INFO).in("kv").warn("disk nearly full", "free_bytes", 1024L);
        assertEquals(
                List.of("2026-01-02T12:00:00.040Z WARN kv disk nearly full free_bytes=1024"),
                lines);
    }

    @Test
    void json_keeps_numbers_and_booleans() {
        log(LineForm.JSON, Level.INFO).info("up", "port", 6379, "tls", false, "host", "::1");
        assertEquals(
                List.of(
                        "{\"time\":\"2026-01-02T12:00:00.040Z\",\"level\":\"info\","
                                + "\"room\":\"kernel\",\"event\":\"up\",\"port\":6379,"
                                + "\"tls\":false,\"host\":\"::1\"}"),
                lines);
    }

    @Test
    void no_field_breaks_its_line_or_reaches_the_terminal() {
        log(LineForm.TEXT, Level.INFO).info("odd", "name", "a \"b\"\n\u001b[31m");
        assertTrue(
                lines.getFirst().endsWith("odd name=\"a \\\"b\\\"\\n\\u001b[31m\""),
                lines::toString);
    }

    @Test
    void what_is_below_the_least_level_is_not_written() {
        Log log = log(LineForm.TEXT, Level.WARN);
        log.info("quiet");
        assertTrue(lines.isEmpty());
        assertFalse(log.writes(Level.INFO));
    }

    @Test
    void a_failure_is_brief_and_its_trace_is_for_debug() {
        log(LineForm.TEXT, Level.INFO).error("lost", "failure", new IOException("gone"));
        assertTrue(lines.getFirst().contains("java.io.IOException: gone at "), lines::toString);
        assertFalse(lines.getFirst().contains("\\n"), lines::toString);
        log(LineForm.TEXT, Level.DEBUG).error("lost", "failure", new IOException("gone"));
        assertTrue(lines.getLast().contains("\\n\\tat "), lines::toString);
    }

    @Test
    void nettys_warnings_are_lines_of_ours() {
        InternalLoggerFactory before = InternalLoggerFactory.getDefaultFactory();
        try {
            NettyLog.into(log(LineForm.TEXT, Level.INFO));
            InternalLoggerFactory.getInstance("io.netty.some.Thing").warn("leak in {}", "x");
        } finally {
            InternalLoggerFactory.setDefaultFactory(before);
        }
        assertTrue(lines.getFirst().endsWith("WARN netty leak in x logger=Thing"), lines::toString);
    }
}
