package dev.millrace.queue.nsq.topic;

import org.jspecify.annotations.Nullable;

import java.util.PriorityQueue;

/**
 * When messages in flight are to be given back. An entry is not removed when its message is done
 * with, for that would be a search; it falls out when it comes to the front. A message whose time
 * was extended stands there twice, and only the later entry counts.
 */
final class Deadlines {
    private static final int SLACK = 1_024;

    private record Entry(long millis, InFlight message) {
        boolean counts() {
            return !message.isOver() && message.deadlineMillis() == millis;
        }

        static int byTime(Entry a, Entry b) {
            return Long.compare(a.millis, b.millis);
        }
    }

    private final PriorityQueue<Entry> entries = new PriorityQueue<>(Entry::byTime);

    /** Adds a message under its deadline of now. */
    void add(InFlight message, int inFlight) {
        if (entries.size() > 2 * inFlight + SLACK) {
            entries.removeIf(entry -> !entry.counts());
        }
        entries.add(new Entry(message.deadlineMillis(), message));
    }

    /** The first deadline; {@link Long#MAX_VALUE} if there is none. */
    long firstMillis() {
        Entry first = first();
        return first == null ? Long.MAX_VALUE : first.millis;
    }

    /** Takes out a message whose time is up; null if there is none. */
    @Nullable InFlight due(long nowMillis) {
        Entry first = first();
        if (first == null || first.millis > nowMillis) {
            return null;
        }
        entries.remove();
        return first.message;
    }

    private @Nullable Entry first() {
        Entry first = entries.peek();
        while (first != null && !first.counts()) {
            entries.remove();
            first = entries.peek();
        }
        return first;
    }
}
