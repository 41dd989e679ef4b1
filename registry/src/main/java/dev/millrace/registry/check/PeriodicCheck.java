package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

import java.util.Optional;

/**
 * A check that asks at each interval. The questions begin an interval apart, so that what was
 * spread stays spread; if an answer takes longer than that, the next question follows it at once.
 *
 * <pre>
 * waiting ── its time has come ──▶ asking ── answer ──▶ waiting
 *                                     └── timeout: the probe answers ──┘
 * </pre>
 */
final class PeriodicCheck implements Running {
    private static final Probe.Asking NOBODY =
            new Probe.Asking() {
                @Override
                public void timeOut() {
                    // Nobody was asked.
                }

                @Override
                public void cancel() {
                    // Nobody was asked.
                }
            };

    private final CheckDefinition definition;
    private final Probe probe;
    private final Schedule schedule;
    private final Report report;
    private final Tally tally;
    private final long firstDelayNanos;
    private final long intervalNanos;
    private final long timeoutNanos;
    private Schedule.Planned next = Schedule.Planned.NOTHING;
    private Schedule.Planned deadline = Schedule.Planned.NOTHING;
    private Probe.Asking asking = NOBODY;
    private boolean isAnswered;
    private long askedNanos;

    PeriodicCheck(
            CheckDefinition definition,
            Probe probe,
            Schedule schedule,
            Report report,
            long firstDelayNanos) {
        this.definition = definition;
        this.probe = probe;
        this.schedule = schedule;
        this.report = report;
        this.tally = new Tally(definition.thresholds());
        this.firstDelayNanos = firstDelayNanos;
        this.intervalNanos = definition.interval().toNanos();
        this.timeoutNanos = definition.timeout().toNanos();
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
        next = schedule.after(firstDelayNanos, this::ask);
    }

    @Override
    public void stop() {
        next.cancel();
        deadline.cancel();
        asking.cancel();
        report.end();
    }

    private void ask() {
        askedNanos = schedule.nanos();
        isAnswered = false;
        Probe.Asking begun = probe.ask(this::answered);
        if (!isAnswered) {
            asking = begun;
            deadline = schedule.after(timeoutNanos, begun::timeOut);
        }
    }

    private void answered(Answer answer) {
        isAnswered = true;
        deadline.cancel();
        asking = NOBODY;
        next = schedule.after(askedNanos + intervalNanos - schedule.nanos(), this::ask);
        Optional<Status> status = tally.count(answer.status());
        if (status.isPresent()) {
            report.result(status.get(), answer.output());
        }
    }
}
