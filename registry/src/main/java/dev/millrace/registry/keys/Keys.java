package dev.millrace.registry.keys;

import dev.millrace.registry.state.Ends;
import dev.millrace.registry.state.Topic;
import dev.millrace.registry.state.Touched;

import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * All keys at one moment, as a value. The index of a key is that of its last change or of its end,
 * the index of a tree the greatest of all that are or were in it.
 *
 * @param entries in the order of their keys
 * @param gone the ends of others
 * @param held the keys that each session holds
 * @param delays until when a key may not be acquired after its session was invalidated, in
 *     milliseconds since 1970
 */
public record Keys(
        TreePMap<String, Entry> entries,
        Ends gone,
        TreePMap<String, TreePSet<String>> held,
        TreePMap<String, Long> delays) {
    /** No session delays longer. */
    public static final long DELAY_MILLIS_MAX = 60_000;

    private static final int DELAYS_LOOK = 1_024;

    public static final Keys EMPTY =
            new Keys(TreePMap.empty(), Ends.NONE, TreePMap.empty(), TreePMap.empty());

    public Optional<Entry> entry(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** The entries whose keys begin so. */
    public SortedMap<String, Entry> tree(String prefix) {
        return under(entries, prefix);
    }

    private static <V> SortedMap<String, V> under(TreePMap<String, V> all, String prefix) {
        int last = prefix.length() - 1;
        while (last >= 0 && prefix.charAt(last) == Character.MAX_VALUE) {
            last--;
        }
        if (last < 0) {
            return all.tailMap(prefix, true);
        }
        // The least text after all that begin so.
        String end = prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
        return all.subMap(prefix, true, end, false);
    }

    /** What to compare with the index that somebody has of a key, there or not; at least 1. */
    public long index(String key) {
        Entry entry = entries.get(key);
        return Math.max(1, entry == null ? gone.index(key) : entry.modifyIndex());
    }

    /** The same of all keys that begin so. */
    public long treeIndex(String prefix) {
        long greatest = Math.max(1, gone.floor());
        for (Entry entry : tree(prefix).values()) {
            greatest = Math.max(greatest, entry.modifyIndex());
        }
        for (long end : under(gone.indices(), prefix).values()) {
            greatest = Math.max(greatest, end);
        }
        return greatest;
    }

    /** Until when a key may not be acquired, in milliseconds since 1970; 0: it may. */
    public long delayedUntilMillis(String key) {
        return delays.getOrDefault(key, 0L);
    }

    /** The keys that a session holds. */
    public TreePSet<String> heldBy(String session) {
        return held.getOrDefault(session, TreePSet.empty());
    }

    // ---- Changing

    /** With an entry, new or changed; its own indices are kept as they are. */
    public Keys with(Entry entry, Touched touched) {
        touched.touch(Topic.of(Topic.Kind.KEY, entry.key()));
        Entry before = entries.get(entry.key());
        TreePMap<String, TreePSet<String>> holders =
                before == null ? held : without(held, before.session(), entry.key());
        return new Keys(
                entries.plus(entry.key(), entry),
                gone.without(entry.key()),
                entry.session().isEmpty()
                        ? holders
                        : holders.plus(
                                entry.session(),
                                holders.getOrDefault(entry.session(), TreePSet.empty())
                                        .plus(entry.key())),
                entry.session().isEmpty() ? delays : delays.minus(entry.key()));
    }

    private static TreePMap<String, TreePSet<String>> without(
            TreePMap<String, TreePSet<String>> held, String session, String key) {
        TreePSet<String> keys = held.get(session);
        if (keys == null) {
            return held;
        }
        TreePSet<String> left = keys.minus(key);
        return left.isEmpty() ? held.minus(session) : held.plus(session, left);
    }

    /** Without a key. */
    public Keys without(String key, long index, Touched touched) {
        Entry before = entries.get(key);
        if (before == null) {
            return this;
        }
        touched.touch(Topic.of(Topic.Kind.KEY, key));
        return new Keys(
                entries.minus(key),
                gone.with(key, index),
                without(held, before.session(), key),
                delays);
    }

    /** Without all keys that begin so. */
    public Keys withoutTree(String prefix, long index, Touched touched) {
        Keys after = this;
        for (String key : tree(prefix).keySet()) {
            after = after.without(key, index, touched);
        }
        return after;
    }

    /**
     * With a time before which a key may not be acquired. Times that have surely passed, for no
     * delay is longer than {@link #DELAY_MILLIS_MAX}, are forgotten now and then.
     */
    public Keys delayed(String key, long untilMillis) {
        TreePMap<String, Long> after = delays.plus(key, untilMillis);
        if (after.size() % DELAYS_LOOK == 0) {
            long passed = untilMillis - DELAY_MILLIS_MAX;
            after =
                    after.minusAll(
                            after.entrySet().stream()
                                    .filter(delay -> delay.getValue() < passed)
                                    .map(Map.Entry::getKey)
                                    .toList());
        }
        return new Keys(entries, gone, held, after);
    }

    /** With a delay as a checkpoint says. */
    public Keys restoredDelay(String key, long untilMillis) {
        return new Keys(entries, gone, held, delays.plus(key, untilMillis));
    }

    /** With the end of a key as a checkpoint says. */
    public Keys restoredEnd(String key, long index) {
        return new Keys(entries, gone.with(key, index), held, delays);
    }

    /** With the index of what is not listed as it was. */
    public Keys restored(long floor) {
        return new Keys(entries, new Ends(gone.indices(), floor), held, delays);
    }
}
