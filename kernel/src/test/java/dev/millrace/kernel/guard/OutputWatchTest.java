package dev.millrace.kernel.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.config.Settings.Sources;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

class OutputWatchTest {
    private static final OutputLimit LIMIT = new OutputLimit(10_000, 1_000, Duration.ofSeconds(10));

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Guard guard = new Guard(settings(), new DenyList(System::nanoTime));
    private final OutputWatch watch = new OutputWatch(channel, LIMIT, guard);

    @BeforeEach
    void holdTheClock() {
        channel.freezeTime();
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    @Test
    void a_client_past_the_hard_limit_is_dropped_at_once() {
        write(10_000);
        assertFalse(channel.isOpen());
        assertEquals(1, guard.refusals(Refusal.OUTPUT_HARD));
        write(10_000);
        assertEquals(1, guard.refusals(Refusal.OUTPUT_HARD));
    }

    @Test
    void a_client_past_the_soft_limit_has_the_soft_limits_time() {
        write(1_000);
        pass(9_999);
        assertTrue(channel.isOpen());
        pass(1);
        assertFalse(channel.isOpen());
        assertEquals(1, guard.refusals(Refusal.OUTPUT_SOFT));
    }

    @Test
    void a_client_that_reads_in_time_stays() {
        write(1_000);
        pass(9_999);
        channel.flush();
        pass(1);
        assertTrue(channel.isOpen());
    }

    @Test
    void time_above_the_soft_limit_starts_anew_after_a_write_below_it() {
        write(1_000);
        pass(6_000);
        channel.flush();
        write(1);
        write(1_000);
        pass(9_999);
        assertTrue(channel.isOpen());
        pass(1);
        assertFalse(channel.isOpen());
    }

    @Test
    void without_limits_nobody_is_dropped() {
        watch.limit(OutputLimit.none());
        write(100_000);
        pass(100_000);
        assertTrue(channel.isOpen());
    }

    @Test
    void a_negative_limit_is_no_limit_at_all() {
        assertThrows(IllegalArgumentException.class, () -> new OutputLimit(-1, 0, Duration.ZERO));
    }

    private void write(int bytes) {
        channel.write(Unpooled.buffer(bytes).writeZero(bytes));
        watch.wrote();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    private static Settings settings() {
        try {
            return Settings.read(Guard.settings(), Sources.none());
        } catch (BadSettings impossible) {
            throw new AssertionError(impossible);
        }
    }
}
