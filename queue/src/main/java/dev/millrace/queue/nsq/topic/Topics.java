package dev.millrace.queue.nsq.topic;

import dev.millrace.kernel.journal.Journal.Admission;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;
import dev.millrace.queue.dispatch.Group;
import dev.millrace.queue.effect.Effects;
import dev.millrace.queue.nsq.identify.Limits;
import dev.millrace.queue.nsq.wire.Names;
import dev.millrace.queue.server.QueueLoop;
import dev.millrace.queue.state.State;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * All topics of the node. On the loop; what changes anything, within {@link QueueLoop#change} and
 * after the space was admitted.
 */
public final class Topics {
    /** How much to admit when a topic and a channel may be made. */
    public static final long CREATE_BYTES = 1_024;

    private static final int NAME_CHARS_MAX = 64;
    private static final long RETRY_MILLIS = 1_000;

    private final QueueLoop loop;
    private final Limits limits;
    private final TreeMap<String, Topic> topics = new TreeMap<>();
    private final NativeBuffer letter = new NativeBuffer(1_024);

    public Topics(QueueLoop loop, Limits limits) {
        this.loop = loop;
        this.limits = limits;
    }

    QueueLoop loop() {
        return loop;
    }

    Limits limits() {
        return limits;
    }

    Effects effects() {
        return loop.store().effects();
    }

    State state() {
        return loop.store().state();
    }

    /** Finds what earlier processes left; what was ephemeral ends now. */
    public void restore() {
        state().definitions()
                .forEach(
                        (name, content) -> {
                            if (Kind.isTopic(name)) {
                                topics.put(
                                        name.text(),
                                        Topic.restored(
                                                this, name.text(), Kind.TopicContent.of(content)));
                            }
                        });
        state().definitions()
                .forEach(
                        (name, content) -> {
                            if (Kind.isChannel(name)) {
                                existingOrFail(Kind.topicOf(name))
                                        .restored(
                                                Kind.channelOf(name),
                                                Kind.ChannelContent.of(content));
                            }
                        });
        endEphemeral();
    }

    private Topic existingOrFail(String name) {
        Topic topic = topics.get(name);
        if (topic == null) {
            throw new IllegalStateException("a channel without its topic: " + name);
        }
        return topic;
    }

    private void endEphemeral() {
        for (Topic topic : all()) {
            if (Names.isEphemeral(topic.name())) {
                deleteSoon(topic);
                continue;
            }
            for (Channel channel : topic.channels()) {
                if (Names.isEphemeral(channel.name())) {
                    deleteSoon(channel);
                }
            }
        }
    }

    /** All of them, by name. */
    public Collection<Topic> all() {
        return List.copyOf(topics.values());
    }

    public @Nullable Topic existing(String name) {
        return topics.get(name);
    }

    /** The topic of that name, which is made if there is none; {@link #CREATE_BYTES}. */
    public Topic topic(String name) {
        Topic there = topics.get(name);
        if (there != null) {
            return there;
        }
        Topic made = Topic.make(this, name);
        topics.put(name, made);
        return made;
    }

    // ---- Publishing

    /** How much to admit for a message that may be put by, to a topic that may have to be made. */
    public long publishLaterBytes(String name, long bytes) {
        Topic there = topics.get(name);
        long each = there == null ? bytes + CREATE_BYTES : there.publishLaterBytes(bytes);
        return CREATE_BYTES + each;
    }

    /**
     * Publishes a message now or later.
     *
     * @param body where its bytes are, outside the heap
     */
    public void publish(Topic topic, long body, int bodyBytes, long delayMillis) {
        if (delayMillis > 0) {
            topic.publishLater(body, bodyBytes, loop.nowMillis() + delayMillis);
        } else {
            topic.publish(body, bodyBytes);
            topic.published();
        }
    }

    // ---- The operator's; each is false if there is no space for it

    /** Ends a topic, its channels and everything in them. */
    public boolean delete(Topic topic) {
        return topics.get(topic.name()) != topic
                || when(
                        topic.emptyBytes(),
                        () -> {
                            topics.remove(topic.name());
                            topic.end();
                        });
    }

    /** Ends a channel, and an ephemeral topic whose last it was. */
    public boolean delete(Channel channel) {
        Topic topic = channel.topic();
        if (topic.existing(channel.name()) != channel) {
            return true;
        }
        boolean last = topic.channels().size() == 1;
        return when(channel.emptyBytes() + CREATE_BYTES, () -> topic.delete(channel))
                && (!last || !Names.isEphemeral(topic.name()) || delete(topic));
    }

    /** Empties a topic. */
    public boolean empty(Topic topic) {
        return when(topic.emptyBytes(), topic::empty);
    }

    /** Empties a channel. */
    public boolean empty(Channel channel) {
        return when(channel.emptyBytes(), channel::empty);
    }

    /** Holds a topic, or lets it go on. */
    public boolean pause(Topic topic, boolean wanted) {
        return when(CREATE_BYTES, () -> topic.pause(wanted));
    }

    /** Holds a channel, or lets it go on. */
    public boolean pause(Channel channel, boolean wanted) {
        return when(CREATE_BYTES, () -> channel.pause(wanted));
    }

    private boolean when(long bytes, Runnable change) {
        if (loop.store().admit(bytes) != Admission.ADMITTED) {
            return false;
        }
        change.run();
        return true;
    }

    /** Nobody is left on an ephemeral channel: it ends, if need be when there is space again. */
    void deleteSoon(Channel channel) {
        boolean[] deleted = new boolean[1];
        loop.change(() -> deleted[0] = !channel.consumers().isEmpty() || delete(channel));
        if (!deleted[0]) {
            loop.executor()
                    .schedule(() -> deleteSoon(channel), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void deleteSoon(Topic topic) {
        boolean[] deleted = new boolean[1];
        loop.change(() -> deleted[0] = delete(topic));
        if (!deleted[0]) {
            loop.executor().schedule(() -> deleteSoon(topic), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    // ---- Dead letters

    /**
     * A message that was tried too often moves to its topic's dead letters, with the reason as
     * meta.
     *
     * @return false if it must be read from the disk first
     */
    boolean bury(Channel channel, Delivery delivery, String how) {
        Message message = channel.group().read(delivery);
        if (message == null) {
            return false;
        }
        byte[] reason = reason(channel, delivery, how).getBytes(StandardCharsets.UTF_8);
        send(message, reason, topic(deadName(channel.topic().name())));
        channel.group().acknowledge(delivery);
        return true;
    }

    /** A message's body goes to another topic, as a new message of the same time. */
    private void send(Message message, byte[] meta, Topic to) {
        letter.clear();
        letter.put(meta);
        letter.put(message.bodyAddress(), message.bodyBytes());
        Envelope envelope =
                new Envelope(effects().newId(), message.timestampNanos(), 0, message.flags());
        long body = letter.address() + meta.length;
        to.receive(envelope, letter.address(), meta.length, body, message.bodyBytes());
        letter.shrink();
    }

    /**
     * Moves messages that are ready to another topic.
     *
     * @return how many, at most {@code count}; fewer if there is no space, or if they must be read
     *     from the disk first
     */
    public int move(Channel from, String to, int count) {
        for (int moved = 0; moved < count; moved++) {
            Message next = from.group().peek();
            if (next == null || !hasSpaceToMove(next)) {
                return moved;
            }
            Delivery delivery = from.group().take();
            if (delivery == null) {
                return moved;
            }
            send(from.group().message(), new byte[0], topic(to));
            from.group().acknowledge(delivery);
        }
        return count;
    }

    private boolean hasSpaceToMove(Message message) {
        long bytes = CREATE_BYTES + message.bytes() + 2L * Group.BYTES_MAX;
        return loop.store().admit(bytes) == Admission.ADMITTED;
    }

    private static String reason(Channel channel, Delivery delivery, String how) {
        return "channel "
                + channel.name()
                + ", "
                + delivery.attempts()
                + " attempts, at last "
                + how;
    }

    /** Of a name that would become too long, the end goes. */
    static String deadName(String topic) {
        String end = Topic.DEAD + (Names.isEphemeral(topic) ? Names.EPHEMERAL : "");
        String plain =
                Names.isEphemeral(topic)
                        ? topic.substring(0, topic.length() - Names.EPHEMERAL.length())
                        : topic;
        int most = NAME_CHARS_MAX - end.length();
        return plain.substring(0, Math.min(plain.length(), most)) + end;
    }
}
