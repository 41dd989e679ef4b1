package dev.millrace.registry.http;

import dev.millrace.registry.state.Topic;

import java.util.List;

/**
 * What a read has found.
 *
 * @param index of its last change, at least 1; 0: it has none, and nobody can wait for it
 * @param hash of its content, for answers that are waited for by that; else empty
 * @param topics under which a change of it is heard
 */
public record Found(long index, String hash, List<Topic> topics, Reply reply) {
    public Found {
        topics = List.copyOf(topics);
    }

    public static Found of(long index, Topic topic, Reply reply) {
        return new Found(Math.max(1, index), "", List.of(topic), reply);
    }

    /** What no one can wait for. */
    public static Found of(Reply reply) {
        return new Found(0, "", List.of(), reply);
    }

    /** What is waited for by the hash of its content. */
    public static Found of(String hash, Topic topic, Reply reply) {
        return new Found(0, hash, List.of(topic), reply.header("X-Consul-ContentHash", hash));
    }

    /** With a header more. */
    public Found header(String name, String value) {
        return new Found(index, hash, topics, reply.header(name, value));
    }
}
