package dev.millrace.kernel.shard;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.shard.CheckpointPace.Growth;

import org.junit.jupiter.api.Test;

class CheckpointPaceTest {
    private static final CheckpointPace PACE = new CheckpointPace(1000, 100, 30);
    private static final long LONG_AGO = 30_000;
    private static final long JUST_NOW = 29_999;

    private static boolean isDue(long uncoveredBytes, long lastBytes, long millis) {
        return PACE.isDue(new Growth(uncoveredBytes, uncoveredBytes, lastBytes, millis, false));
    }

    @Test
    void a_small_state_is_not_written_before_the_journal_has_its_least_bytes() {
        assertFalse(isDue(1000, 10, LONG_AGO));
        assertTrue(isDue(1001, 10, LONG_AGO));
    }

    @Test
    void a_large_one_is_written_when_the_journal_has_grown_as_large() {
        assertFalse(isDue(50_000, 50_000, LONG_AGO));
        assertTrue(isDue(50_001, 50_000, LONG_AGO));
    }

    @Test
    void soon_after_the_last_one_it_is_put_off() {
        assertFalse(isDue(1001, 10, JUST_NOW));
    }

    @Test
    void it_is_put_off_no_longer_when_the_journal_has_overgrown() {
        assertFalse(isDue(4000, 10, JUST_NOW));
        assertTrue(isDue(4004, 10, JUST_NOW));
    }

    @Test
    void it_is_not_put_off_when_the_disk_has_little_room() {
        assertTrue(PACE.isDue(new Growth(1001, 1001, 10, JUST_NOW, true)));
    }

    @Test
    void after_one_that_was_given_up_half_as_much_must_come_before_another_try() {
        assertFalse(PACE.isDue(new Growth(9000, 500, 10, LONG_AGO, true)));
        assertTrue(PACE.isDue(new Growth(9000, 501, 10, LONG_AGO, true)));
    }
}
