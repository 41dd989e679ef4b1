package dev.millrace.registry.http;

import dev.millrace.registry.state.Topic;

import java.util.List;

/**
 * What a read has found.
 *
 * @param index of its last change, at least 1; 0: it has none, and nobody can wait for it
 * @param topics under which a change of it is heard
 */
public record Found(long index, List<Topic> topics, Reply reply) {
    public Found {
        topics = List.copyOf(topics);
    }

    public static Found of(long index, Topic topic, Reply reply) {
        return new Found(Math.max(1, index), List.of(topic), reply);
    }

    /** What no one can wait for. */
    public static Found of(Reply reply) {
        return new Found(0, List.of(), reply);
    }
}
