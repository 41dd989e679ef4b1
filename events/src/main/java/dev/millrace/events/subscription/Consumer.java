package dev.millrace.events.subscription;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** One of those who share a subscription's messages between them. */
public final class Consumer {
    private final Outlet outlet;
    private final int slots;
    private final String name;
    private final @Nullable Timings timings;
    private int inFlight;
    private long total;
    private long measured;

    /**
     * @param slots how many messages it may have that are not acknowledged
     * @param name what its connection is called
     * @param timed whether it is measured how long it takes
     */
    Consumer(Outlet outlet, int slots, String name, boolean timed) {
        this.outlet = outlet;
        this.slots = slots;
        this.name = name;
        this.timings = timed ? new Timings() : null;
    }

    boolean hasRoom() {
        return inFlight < slots && outlet.isWritable();
    }

    int slots() {
        return slots;
    }

    int inFlight() {
        return inFlight;
    }

    Outlet outlet() {
        return outlet;
    }

    /** It was given a message. */
    void took() {
        inFlight++;
        total++;
    }

    /**
     * It has it no more, whatever became of it.
     *
     * @param millis how long it had it
     */
    void gave(long millis) {
        inFlight--;
        Timings measuring = timings;
        if (measuring != null) {
            measuring.add(millis);
        }
    }

    /**
     * How it is doing; what is counted since the last measurement begins again.
     *
     * @param millis since the last measurement
     */
    SubscriptionInfo.Connection measure(long millis) {
        long since = total - measured;
        measured = total;
        Timings measuring = timings;
        return new SubscriptionInfo.Connection(
                name,
                SubscriptionInfo.perSecond(since, millis),
                total,
                since,
                slots - inFlight,
                inFlight,
                measuring == null ? List.of() : measuring.measurements());
    }
}
