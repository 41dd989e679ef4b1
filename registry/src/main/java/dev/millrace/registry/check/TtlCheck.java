package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

/**
 * A check that somebody reports; without a report for as long as its time to live it turns
 * critical. The time begins anew when it is registered and when the process starts, so that those
 * who report have a whole one to find it again.
 *
 * <p>A report only moves the deadline; what is planned looks, when its time comes, whether the
 * deadline is a later one. So a heartbeat costs nothing in the loop's queue.
 */
final class TtlCheck implements Running {
    private static final String EXPIRED = "TTL expired";

    private final CheckDefinition definition;
    private final Schedule schedule;
    private final Report report;
    private final long ttlNanos;
    private long deadlineNanos;
    private boolean isWaiting;
    private Schedule.Planned expiry = Schedule.Planned.NOTHING;
    private String said = "";

    TtlCheck(CheckDefinition definition, CheckKind.Ttl kind, Schedule schedule, Report report) {
        this.definition = definition;
        this.schedule = schedule;
        this.report = report;
        this.ttlNanos = kind.nanos();
    }

    @Override
    public CheckDefinition definition() {
        return definition;
    }

    @Override
    public Standing standing() {
        return report.standing();
    }

    @Override
    public void start() {
        renew();
    }

    @Override
    public void stop() {
        expiry.cancel();
        report.end();
    }

    /** Somebody says how it is. */
    void reported(Status status, String output) {
        said = Output.begun(output, definition.outputBytesMax());
        renew();
        report.result(status, said);
    }

    /** The time to live begins anew. */
    void renew() {
        deadlineNanos = schedule.nanos() + ttlNanos;
        if (!isWaiting) {
            isWaiting = true;
            expiry = schedule.after(ttlNanos, this::look);
        }
    }

    private void look() {
        long leftNanos = deadlineNanos - schedule.nanos();
        if (leftNanos > 0) {
            expiry = schedule.after(leftNanos, this::look);
            return;
        }
        isWaiting = false;
        report.result(Status.CRITICAL, expired());
    }

    private String expired() {
        return said.isEmpty()
                ? EXPIRED
                : EXPIRED + " (last output before timeout follows): " + said;
    }
}
