package dev.millrace.registry.check;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Has services deregistered of which a check was critical for too long, whether the check is run
 * here or its status is set from outside: it only looks at what the catalog has.
 *
 * <p>Time before the reaper was there does not count: while this process was down, nobody could
 * report or be asked.
 */
public final class Reaper implements AutoCloseable {
    /** How often it looks. */
    public static final Duration INTERVAL = Duration.ofSeconds(30);

    private record Service(String node, String id) {}

    /** Deregisters services. */
    @FunctionalInterface
    public interface Deregister {
        /**
         * A service is to be deregistered.
         *
         * @param because the check that was critical for too long
         * @param criticalFor how long it was
         */
        void deregister(CriticalCheck because, Duration criticalFor);
    }

    private final Schedule schedule;
    private final InstantSource clock;
    private final Supplier<? extends Iterable<CriticalCheck>> critical;
    private final Deregister deregister;
    private final Instant began;
    private Schedule.Planned next = Schedule.Planned.NOTHING;

    /**
     * Looks for the first time after an interval.
     *
     * @param clock the one that {@link CriticalCheck#since} is of
     * @param critical all checks that are critical now and belong to a service, in any order; those
     *     without a limit may be left out. Asked on the schedule's thread
     * @param deregister is told on the schedule's thread, once a look for each service
     */
    public Reaper(
            Schedule schedule,
            InstantSource clock,
            Supplier<? extends Iterable<CriticalCheck>> critical,
            Deregister deregister) {
        this.schedule = schedule;
        this.clock = clock;
        this.critical = critical;
        this.deregister = deregister;
        this.began = clock.instant();
    }

    /** From now on it looks at each interval. */
    public void start() {
        next = schedule.after(INTERVAL.toNanos(), this::look);
    }

    @Override
    public void close() {
        next.cancel();
    }

    private void look() {
        next = schedule.after(INTERVAL.toNanos(), this::look);
        Instant now = clock.instant();
        Set<Service> done = new HashSet<>();
        for (CriticalCheck check : critical.get()) {
            Duration criticalFor = Duration.between(later(check.since(), began), now);
            if (check.deregisterAfter().isPositive()
                    && criticalFor.compareTo(limit(check)) > 0
                    && done.add(new Service(check.key().node(), check.service()))) {
                deregister.deregister(check, criticalFor);
            }
        }
    }

    private static Duration limit(CriticalCheck check) {
        Duration wanted = check.deregisterAfter();
        return wanted.compareTo(CheckDefinition.DEREGISTER_MIN) < 0
                ? CheckDefinition.DEREGISTER_MIN
                : wanted;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }
}
