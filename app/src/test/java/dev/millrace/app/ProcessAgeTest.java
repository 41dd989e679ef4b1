package dev.millrace.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;

class ProcessAgeTest {
    @Test
    void it_is_the_uptime_less_the_start_in_ticks() {
        String stat =
                "4711 (a ) (java) S 1 4711 4711 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 15 0 123456 9 9";
        assertEquals(Optional.of(Duration.ofMillis(440)), ProcessAge.of(stat, "1235.00 2000.00\n"));
    }

    @Test
    void what_is_not_understood_is_no_age() {
        assertEquals(Optional.empty(), ProcessAge.of("4711 (java) S 1", "1.00 2.00"));
        assertEquals(Optional.empty(), ProcessAge.of("", ""));
    }

    @Test
    void this_process_has_lived_for_a_while() {
        assertFalse(ProcessAge.now().isNegative());
    }
}
