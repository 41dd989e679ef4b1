package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How one check stands, and what of that was told. A status is told when it changes. An output that
 * changes alone, as that of a check whose peer says the time, is told after a while: half to one
 * and a half of the interval, as Consul spreads it (check_update_interval), and then the latest.
 */
final class Report {
    private final CheckKey key;
    private final Terms terms;
    private volatile Standing standing;
    private Standing told;
    private Schedule.Planned later = Schedule.Planned.NOTHING;
    private boolean planned;

    /**
     * What all reports have in common.
     *
     * @param outputInterval zero: outputs are told when they change, too
     */
    record Terms(
            Schedule schedule,
            CheckListener listener,
            RandomGenerator random,
            Duration outputInterval) {}

    Report(CheckKey key, Standing standing, Terms terms) {
        this.key = key;
        this.terms = terms;
        this.standing = standing;
        this.told = standing;
    }

    /** From any thread. */
    Standing standing() {
        return standing;
    }

    void result(Status status, String output) {
        if (standing.status() == status && standing.output().equals(output)) {
            return;
        }
        standing = new Standing(status, output);
        if (isUrgent()) {
            tell();
        } else if (!planned) {
            planned = true;
            later = terms.schedule.after(whileNanos(), this::tell);
        }
    }

    /** The first word of a check is not withheld: nobody knows yet why it is critical. */
    private boolean isUrgent() {
        return standing.status() != told.status()
                || told.output().isEmpty()
                || terms.outputInterval.isZero();
    }

    /** Tells nothing any more. */
    void end() {
        later.cancel();
    }

    private void tell() {
        later.cancel();
        planned = false;
        if (!told.equals(standing)) {
            told = standing;
            terms.listener.result(key, told.status(), told.output());
        }
    }

    private long whileNanos() {
        long interval = terms.outputInterval.toNanos();
        return interval / 2 + terms.random.nextLong(interval);
    }
}
