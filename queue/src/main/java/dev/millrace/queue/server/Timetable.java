package dev.millrace.queue.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What is due when, each thing once. What waits for nothing is not in it, and costs nothing; to
 * plan something and to find what is due takes the logarithm of how many are.
 *
 * <p>Not thread-safe.
 */
final class Timetable<T> {
    /** Something that waits for nothing. */
    static final long NEVER = Long.MAX_VALUE;

    private record Entry<T>(T thing, long millis, long number) {
        static final Comparator<Entry<?>> ORDER =
                Comparator.<Entry<?>>comparingLong(Entry::millis).thenComparingLong(Entry::number);
    }

    private final TreeSet<Entry<T>> entries = new TreeSet<>(Entry.ORDER);
    private final Map<T, Entry<T>> byThing = new HashMap<>();
    private long planned;

    /**
     * Something is due at a time, instead of what was planned for it before.
     *
     * @param millis since 1970; {@link #NEVER}: it is not
     */
    void plan(T thing, long millis) {
        Entry<T> before = byThing.get(thing);
        if (before != null && before.millis == millis) {
            return;
        }
        forget(thing);
        if (millis != NEVER) {
            Entry<T> entry = new Entry<>(thing, millis, ++planned);
            byThing.put(thing, entry);
            entries.add(entry);
        }
    }

    /** Something is due no more. */
    void forget(T thing) {
        Entry<T> before = byThing.remove(thing);
        if (before != null) {
            entries.remove(before);
        }
    }

    /** When the first is due; {@link #NEVER} if none is. */
    long firstMillis() {
        return entries.isEmpty() ? NEVER : entries.first().millis;
    }

    /** Takes out what is due by now, in order. */
    List<T> due(long nowMillis) {
        List<T> due = new ArrayList<>();
        while (firstMillis() <= nowMillis) {
            Entry<T> first = entries.removeFirst();
            byThing.remove(first.thing);
            due.add(first.thing);
        }
        return due;
    }
}
