package dev.millrace.kv.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What took longer than {@code latency-monitor-threshold}: for each kind of event the worst of each
 * of the last seconds in which there was one. From any thread.
 */
public final class LatencySpikes {
    /** So many seconds are remembered of each event, as in Redis. */
    private static final int SAMPLES_MAX = 160;

    /** A command that is not declared fast. */
    static final String COMMAND = "command";

    static final String FAST_COMMAND = "fast-command";

    /** Answering a client that has waited for a key. */
    static final String UNBLOCKING = "command-unblocking";

    /** One round through the keys that have an end. */
    public static final String EXPIRE_CYCLE = "expire-cycle";

    /** Deleting one expired key. */
    static final String EXPIRE_DEL = "expire-del";

    /** Making room for a command. */
    public static final String EVICTION_CYCLE = "eviction-cycle";

    /** Deleting one key in that. */
    public static final String EVICTION_DEL = "eviction-del";

    /** The journal's fsync at the end of a loop's turn: Redis's {@code aof-fsync-always}. */
    public static final String JOURNAL_SYNC = "journal-sync";

    /**
     * @param atSeconds since 1970
     */
    public record Sample(long atSeconds, long millis) {}

    /** Of one event, the oldest first. */
    public record Series(String event, List<Sample> samples, long worstMillis) {}

    private static final class Recorded {
        final Deque<Sample> samples = new ArrayDeque<>();
        long worstMillis;
    }

    private final Map<String, Recorded> byEvent = new TreeMap<>();

    synchronized void add(String event, Sample sample) {
        Recorded recorded = byEvent.computeIfAbsent(event, first -> new Recorded());
        recorded.worstMillis = Math.max(recorded.worstMillis, sample.millis);
        Sample last = recorded.samples.peekLast();
        if (last != null && last.atSeconds == sample.atSeconds) {
            if (sample.millis <= last.millis) {
                return;
            }
            recorded.samples.removeLast();
        }
        recorded.samples.addLast(sample);
        if (recorded.samples.size() > SAMPLES_MAX) {
            recorded.samples.removeFirst();
        }
    }

    /** All events there were, by name. */
    public synchronized List<Series> all() {
        List<Series> all = new ArrayList<>();
        byEvent.forEach(
                (event, recorded) ->
                        all.add(
                                new Series(
                                        event,
                                        List.copyOf(recorded.samples),
                                        recorded.worstMillis)));
        return all;
    }

    /** Forgets an event, by its name in any case; true if there was one. */
    public synchronized boolean reset(String event) {
        return byEvent.keySet().removeIf(event::equalsIgnoreCase);
    }
}
