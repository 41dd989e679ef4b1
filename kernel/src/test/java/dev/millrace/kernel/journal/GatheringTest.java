package dev.millrace.kernel.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GatheringTest {
    private static final long SYNC_NANOS = 1_000_000;

    private final Gathering gathering = new Gathering(25);

    @Test
    void a_pause_that_gathers_records_is_made_before_every_sync() {
        for (int i = 0; i < 100; i++) {
            assertEquals(SYNC_NANOS / 4, gathering.pauseNanos(SYNC_NANOS));
            gathering.gained(25);
        }
    }

    @Test
    void a_pause_that_gathers_nothing_becomes_rare() {
        int pauses = 0;
        for (int i = 0; i < 10_000; i++) {
            if (gathering.pauseNanos(SYNC_NANOS) > 0) {
                pauses++;
                gathering.gained(0);
            }
        }
        assertTrue(pauses < 60, "pauses: " + pauses);
    }

    @Test
    void it_begins_again_once_a_pause_gathers_something() {
        for (int i = 0; i < 1000; i++) {
            if (gathering.pauseNanos(SYNC_NANOS) > 0) {
                gathering.gained(0);
            }
        }
        long pause;
        do {
            pause = gathering.pauseNanos(SYNC_NANOS);
        } while (pause == 0);
        gathering.gained(1);
        assertEquals(SYNC_NANOS / 4, gathering.pauseNanos(SYNC_NANOS));
    }

    @Test
    void no_pause_is_longer_than_two_milliseconds() {
        assertEquals(2_000_000, gathering.pauseNanos(1_000_000_000));
    }
}
