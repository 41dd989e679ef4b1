package dev.millrace.queue.nsq.topic;

import dev.millrace.queue.state.Definition;

import java.nio.ByteBuffer;

/**
 * What is written down of topics and channels.
 *
 * <pre>
 * topic     name           backlog u64 | pending ledger u64, 0: none | paused from offset i64, -1: not
 * channel   topic, channel ledger u64 | paused u8
 * </pre>
 */
final class Kind {
    private static final int TOPIC = 1;
    private static final int CHANNEL = 2;

    private Kind() {}

    record TopicContent(long backlog, long pending, long pausedFrom) {
        byte[] bytes() {
            return ByteBuffer.allocate(3 * Long.BYTES)
                    .putLong(backlog)
                    .putLong(pending)
                    .putLong(pausedFrom)
                    .array();
        }

        static TopicContent of(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            return new TopicContent(in.getLong(), in.getLong(), in.getLong());
        }
    }

    record ChannelContent(long ledger, boolean paused) {
        byte[] bytes() {
            return ByteBuffer.allocate(Long.BYTES + 1)
                    .putLong(ledger)
                    .put((byte) (paused ? 1 : 0))
                    .array();
        }

        static ChannelContent of(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            return new ChannelContent(in.getLong(), in.get() != 0);
        }
    }

    static Definition.Name topic(String name) {
        return new Definition.Name(TOPIC, name);
    }

    static boolean isTopic(Definition.Name name) {
        return name.kind() == TOPIC;
    }

    /** Names have no spaces. */
    static Definition.Name channel(String topic, String channel) {
        return new Definition.Name(CHANNEL, topic + " " + channel);
    }

    static boolean isChannel(Definition.Name name) {
        return name.kind() == CHANNEL;
    }

    static String topicOf(Definition.Name channel) {
        return channel.text().substring(0, channel.text().indexOf(' '));
    }

    static String channelOf(Definition.Name channel) {
        return channel.text().substring(channel.text().indexOf(' ') + 1);
    }
}
