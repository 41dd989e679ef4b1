package dev.millrace.registry.server;

import dev.millrace.registry.state.Topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who waits for a change of what. A change costs what is waited for, not who waits: a topic is
 * looked up, and all that hear of others sleep on. Keys are also waited for by a prefix: of a key
 * that changed those prefixes are looked up whose length somebody waits for. On the loop.
 */
public final class Watchers {
    private final Map<Topic, Set<Runnable>> waiting = new HashMap<>();

    /** How many prefixes of each length are waited for. */
    private final TreeMap<Integer, Integer> prefixLengths = new TreeMap<>();

    /** It is run when the topic changes, each time, until it is removed. */
    public void add(Topic topic, Runnable waiter) {
        Set<Runnable> there = waiting.get(topic);
        if (there == null) {
            there = new LinkedHashSet<>(2);
            waiting.put(topic, there);
            if (topic.kind() == Topic.Kind.TREE) {
                prefixLengths.merge(topic.name().length(), 1, Integer::sum);
            }
        }
        there.add(waiter);
    }

    public void remove(Topic topic, Runnable waiter) {
        Set<Runnable> there = waiting.get(topic);
        if (there == null || !there.remove(waiter) || !there.isEmpty()) {
            return;
        }
        waiting.remove(topic);
        if (topic.kind() == Topic.Kind.TREE) {
            int length = topic.name().length();
            if (prefixLengths.merge(length, -1, Integer::sum) == 0) {
                prefixLengths.remove(length);
            }
        }
    }

    /** How many topics are waited for. */
    public int size() {
        return waiting.size();
    }

    /** Wakes who waits for any of these, each once. */
    void touched(Collection<Topic> topics) {
        Set<Runnable> woken = new LinkedHashSet<>();
        for (Topic topic : topics) {
            woken.addAll(waiting.getOrDefault(topic, Set.of()));
            if (topic.kind() == Topic.Kind.KEY) {
                addTrees(topic.name(), woken);
            }
        }
        List<Runnable> all = new ArrayList<>(woken);
        all.forEach(Runnable::run);
    }

    private void addTrees(String key, Set<Runnable> woken) {
        for (int length : prefixLengths.headMap(key.length(), true).keySet()) {
            Topic tree = Topic.of(Topic.Kind.TREE, key.substring(0, length));
            woken.addAll(waiting.getOrDefault(tree, Set.of()));
        }
    }
}
