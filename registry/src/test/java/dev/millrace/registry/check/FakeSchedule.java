package dev.millrace.registry.check;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that is moved by hand. */
public final class FakeSchedule implements Schedule {
    private record Task(long nanos, long number, Runnable body) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(
                    Comparator.comparingLong(Task::nanos).thenComparingLong(Task::number));
    private long nanos;
    private long planned;

    /**
     * @param nanos what time it is
     */
    public FakeSchedule(long nanos) {
        this.nanos = nanos;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Planned after(long delayNanos, Runnable body) {
        Task task = new Task(nanos + Math.max(0, delayNanos), ++planned, body);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    /** Does what is due in that time, each at its moment. */
    public void advance(Duration time) {
        long until = nanos + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().nanos <= until) {
            Task next = tasks.remove();
            nanos = Math.max(nanos, next.nanos);
            next.body.run();
        }
        nanos = until;
    }

    /** How much is planned. */
    public int planned() {
        return tasks.size();
    }
}
