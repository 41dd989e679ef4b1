package dev.millrace.registry.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.log.Log;
import dev.millrace.registry.check.FakeSchedule;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropToken;
import dev.millrace.registry.effect.PutToken;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.RegistryState;

import io.netty.channel.DefaultEventLoop;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;

/** Tokens end in time. */
@Timeout(60)
class TokenTimersTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final RegistryState registry = new RegistryState();
    private final DefaultEventLoop executor = new DefaultEventLoop();
    private final RegistryLoop loop =
            new RegistryLoop(executor, registry.opened(), false, Log.silent());
    private final FakeSchedule schedule = new FakeSchedule(0);
    private final TokenTimers timers = new TokenTimers(loop, schedule);

    @BeforeEach
    void start() {
        onLoop(timers::start);
    }

    @AfterEach
    void stop() {
        onLoop(timers::close);
        executor.shutdownGracefully();
    }

    private void onLoop(Runnable task) {
        executor.submit(task).syncUninterruptibly();
        executor.submit(() -> {}).syncUninterruptibly(); // What it has posted is done, too.
    }

    private void make(Change change) {
        onLoop(() -> loop.makeOrRetry(state -> List.of(change)));
    }

    private void put(String accessor, Duration life) {
        long now = registry.clock().millis();
        make(
                new PutToken(
                        new Token(
                                accessor,
                                "secret of " + accessor,
                                "",
                                Grants.NONE,
                                List.of(),
                                false,
                                now,
                                life.isZero() ? 0 : now + life.toMillis(),
                                0,
                                0),
                        false));
    }

    private void pass(Duration time) {
        registry.clock().advance(time.toMillis());
        onLoop(() -> schedule.advance(time));
    }

    private boolean isThere(String accessor) {
        return loop.visible().acl().token(accessor).isPresent();
    }

    @Test
    void a_token_is_gone_when_its_time_has_passed_and_others_stay() {
        put("short", MINUTE);
        put("long", MINUTE.multipliedBy(2));
        put("for good", Duration.ZERO);
        pass(MINUTE.minusMillis(1));
        assertTrue(isThere("short"));
        pass(Duration.ofMillis(1));
        assertFalse(isThere("short"));
        assertTrue(isThere("long"));
        pass(MINUTE);
        assertFalse(isThere("long"));
        assertTrue(isThere("for good"));
        assertEquals(0, schedule.planned());
    }

    @Test
    void a_token_that_is_deleted_before_has_no_end() {
        put("a", MINUTE);
        make(new DropToken("a"));
        assertEquals(0, schedule.planned());
    }

    @Test
    void a_clock_that_was_set_back_ends_nothing_too_early() {
        put("a", MINUTE);
        onLoop(() -> schedule.advance(MINUTE));
        assertTrue(isThere("a"));
        pass(MINUTE);
        assertFalse(isThere("a"));
    }
}
