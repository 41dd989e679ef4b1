package dev.millrace.queue.nsq.lookup;

import java.util.Comparator;

/**
 * A topic, or a channel of one.
 *
 * @param channel empty: the topic itself
 */
public record Registration(String topic, String channel) implements Comparable<Registration> {
    private static final Comparator<Registration> ORDER =
            Comparator.comparing(Registration::topic).thenComparing(Registration::channel);

    boolean isTopic() {
        return channel.isEmpty();
    }

    Registration ofTopic() {
        return new Registration(topic, "");
    }

    @Override
    public int compareTo(Registration other) {
        return ORDER.compare(this, other);
    }
}
