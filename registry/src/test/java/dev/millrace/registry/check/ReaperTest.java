package dev.millrace.registry.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

class ReaperTest {
    private static final Duration LOOK = Reaper.INTERVAL;

    private final FakeSchedule schedule = new FakeSchedule(0);
    private final List<CriticalCheck> critical = new ArrayList<>();
    private final List<String> deregistered = new ArrayList<>();
    private final Reaper reaper =
            new Reaper(
                    schedule,
                    this::now,
                    () -> critical,
                    (check, time) ->
                            deregistered.add(
                                    check.key().node()
                                            + "/"
                                            + check.service()
                                            + " "
                                            + GoDuration.text(time)));

    private Instant now() {
        return Instant.EPOCH.plusNanos(schedule.nanos());
    }

    @Test
    void a_service_goes_when_a_check_was_critical_for_longer_than_it_may() {
        reaper.start();
        critical("c", "web", Duration.ofMinutes(5));
        schedule.advance(Duration.ofMinutes(5));
        assertEquals(List.of(), deregistered);
        schedule.advance(LOOK);
        assertEquals(List.of("node/web 5m30s"), deregistered);
    }

    @Test
    void less_than_a_minute_is_a_minute() {
        reaper.start();
        critical("c", "web", Duration.ofSeconds(1));
        schedule.advance(LOOK.multipliedBy(2));
        assertEquals(List.of(), deregistered);
        schedule.advance(LOOK);
        assertEquals(List.of("node/web 1m30s"), deregistered);
    }

    @Test
    void several_checks_deregister_their_service_once() {
        reaper.start();
        critical("c", "web", Duration.ofMinutes(1));
        critical("d", "web", Duration.ofMinutes(1));
        critical("e", "db", Duration.ofMinutes(1));
        schedule.advance(LOOK.multipliedBy(3));
        assertEquals(List.of("node/web 1m30s", "node/db 1m30s"), deregistered);
    }

    @Test
    void a_check_without_a_limit_stays() {
        reaper.start();
        critical("c", "web", Duration.ZERO);
        schedule.advance(Duration.ofDays(1));
        assertEquals(List.of(), deregistered);
    }

    @Test
    void time_before_the_reaper_was_there_does_not_count() {
        critical.add(
                new CriticalCheck(
                        new CheckKey("node", "c"),
                        "web",
                        Duration.ofMinutes(1),
                        Instant.EPOCH.minusSeconds(3_600)));
        reaper.start();
        schedule.advance(LOOK.multipliedBy(2));
        assertEquals(List.of(), deregistered);
        schedule.advance(LOOK);
        assertEquals(List.of("node/web 1m30s"), deregistered);
    }

    @Test
    void a_closed_reaper_looks_no_more() {
        reaper.start();
        critical("c", "web", Duration.ofMinutes(1));
        reaper.close();
        schedule.advance(Duration.ofDays(1));
        assertEquals(List.of(), deregistered);
        assertEquals(0, schedule.planned());
    }

    private void critical(String id, String service, Duration after) {
        critical.add(new CriticalCheck(new CheckKey("node", id), service, after, now()));
    }
}
