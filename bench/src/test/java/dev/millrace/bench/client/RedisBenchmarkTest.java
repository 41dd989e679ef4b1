package dev.millrace.bench.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class RedisBenchmarkTest {
    private static final String HEAD =
            "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\"\n";

    @Test
    void the_rate_is_read_from_its_csv() {
        assertEquals(
                123456.78, RedisBenchmark.rate(HEAD + "\"SET\",\"123456.78\",\"0.3\",\"0.1\"\n"));
    }

    @Test
    void a_name_with_a_space_and_a_warning_before_it_are_no_hindrance() {
        assertEquals(
                70000.5,
                RedisBenchmark.rate(
                        "WARNING: Could not fetch server CONFIG\n"
                                + HEAD
                                + "\"MSET (10 keys)\",\"70000.50\",\"6.1\"\n"));
    }

    @Test
    void anything_else_is_refused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> RedisBenchmark.rate("Error from server: ERR unknown command\n"));
    }
}
