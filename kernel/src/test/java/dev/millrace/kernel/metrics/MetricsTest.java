package dev.millrace.kernel.metrics;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicLong;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void a_number_is_read_when_asked_for() {
        AtomicLong refused = new AtomicLong(1);
        metrics.counter("guard.refused", "turned away", refused::get, "reason", "denied");
        assertHas("millrace_guard_refused_total{reason=\"denied\"} 1.0");
        refused.set(2);
        assertHas("millrace_guard_refused_total{reason=\"denied\"} 2.0");
        assertHas("# HELP millrace_guard_refused_total turned away");
    }

    @Test
    void what_is_declared_after_the_first_question_is_told_at_the_second() {
        assertTrue(metrics.scrape().contains("jvm_memory_used_bytes"));
        metrics.gauge("kv.keys", "keys", () -> 42);
        assertHas("millrace_kv_keys 42.0");
    }

    @Test
    void one_name_with_several_tags_is_several_numbers() {
        metrics.counter("guard.refused", "turned away", () -> 1, "reason", "a");
        metrics.counter("guard.refused", "turned away", () -> 2, "reason", "b");
        assertHas("millrace_guard_refused_total{reason=\"a\"} 1.0");
        assertHas("millrace_guard_refused_total{reason=\"b\"} 2.0");
    }

    @Test
    void tags_come_in_pairs() {
        assertThrows(
                IllegalArgumentException.class,
                () -> metrics.gauge("kv.keys", "keys", () -> 1, "alone"));
    }

    private void assertHas(String line) {
        String text = metrics.scrape();
        assertTrue(text.lines().anyMatch(line::equals), text);
    }
}
