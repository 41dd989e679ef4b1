package dev.millrace.queue.nsq.topic;

import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Group;
import dev.millrace.queue.effect.Effects;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.nsq.wire.Names;
import dev.millrace.queue.server.QueueLoop;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * A topic: a backlog, and its channels. While it has none, a channel without a name gathers what is
 * published; the first that comes becomes that one, and gets it all. On the loop and under the
 * store's lock, but for what only counts.
 */
public final class Topic {
    /** What a dead letter's topic is called, after the one it comes from. */
    static final String DEAD = ".dead";

    private static final long NOT_PAUSED = -1;
    private static final long NANOS = 1_000_000_000;

    private final Topics topics;
    private final QueueLoop loop;
    private final String name;
    private final Backlog backlog;
    private final TreeMap<String, Channel> channels = new TreeMap<>();
    private final long firstOffset;
    private @Nullable Channel pending;
    private long pausedFrom;
    private long publishedBytes;

    Topic(Topics topics, String name, Backlog backlog, long pausedFrom) {
        this.topics = topics;
        this.loop = topics.loop();
        this.name = name;
        this.backlog = backlog;
        this.pausedFrom = pausedFrom;
        this.firstOffset = backlog.end();
    }

    /** A new one. */
    static Topic make(Topics topics, String name) {
        Topic made = new Topic(topics, name, topics.effects().addBacklog(), NOT_PAUSED);
        made.gather(0);
        made.write();
        return made;
    }

    /** One that an earlier process left; its channels are added next. */
    static Topic restored(Topics topics, String name, Kind.TopicContent content) {
        Backlog backlog = topics.state().backlog(content.backlog());
        Topic topic = new Topic(topics, name, backlog, content.pausedFrom());
        if (content.pending() != 0) {
            Ledger ledger = topics.state().ledger(content.pending());
            topic.pending = new Channel(topics, topic, "", ledger, false);
        }
        return topic;
    }

    void restored(String channel, Kind.ChannelContent content) {
        Ledger ledger = topics.state().ledger(content.ledger());
        channels.put(channel, new Channel(topics, this, channel, ledger, content.paused()));
    }

    private void gather(long start) {
        Ledger ledger = topics.effects().addLedger(backlog, start);
        pending = new Channel(topics, this, "", ledger, false);
    }

    private void write() {
        Channel gathering = pending;
        long ledger = gathering == null ? 0 : gathering.ledger().id();
        topics.effects()
                .define(
                        Kind.topic(name),
                        new Kind.TopicContent(backlog.id(), ledger, pausedFrom).bytes());
    }

    public String name() {
        return name;
    }

    /** True if dead letters come here, and become no deader. */
    boolean isDead() {
        return name.endsWith(DEAD) || name.endsWith(DEAD + Names.EPHEMERAL);
    }

    // ---- What it has

    public Collection<Channel> channels() {
        return List.copyOf(channels.values());
    }

    public @Nullable Channel existing(String channel) {
        return channels.get(channel);
    }

    /** How many messages no channel has been given yet. */
    public long depth() {
        Channel gathering = pending;
        if (gathering != null) {
            return gathering.group().ready() + gathering.group().deferred();
        }
        return isPaused() ? backlog.end() - pausedFrom : 0;
    }

    /** How many were published since the process started, or since it was made. */
    public long messages() {
        return backlog.end() - firstOffset;
    }

    /** How long they were together. */
    public long messageBytes() {
        return publishedBytes;
    }

    public boolean isPaused() {
        return pausedFrom != NOT_PAUSED;
    }

    long pausedFrom() {
        return pausedFrom;
    }

    /** How many of the messages from an offset on are held back by the pause. */
    long heldFrom(long offset) {
        return backlog.end() - Math.max(offset, pausedFrom);
    }

    // ---- Publishing

    /** How much to admit for so many messages of so many bytes together. */
    public static long publishBytes(long count, long bytes) {
        return bytes + count * (Message.HEADER_BYTES + Effects.BYTES_MAX);
    }

    /** Appends a message; its bytes are somewhere outside the heap. */
    public void publish(long body, int bodyBytes) {
        Envelope envelope = new Envelope(topics.effects().newId(), nowNanos(), 0, 0);
        topics.effects().append(backlog, envelope, 0, 0, body, bodyBytes);
        publishedBytes += bodyBytes;
    }

    /** After all of {@link #publish}. */
    public void published() {
        for (Channel channel : channels.values()) {
            if (!channel.isPaused()) {
                channel.wake();
            }
        }
    }

    /** How much to admit for a message that is put by. */
    long publishLaterBytes(long bytes) {
        return Math.max(1, channels.size()) * (bytes + Message.HEADER_BYTES + 4L * Group.BYTES_MAX);
    }

    /** Puts a message by, for each channel; it is published at a time. */
    void publishLater(long body, int bodyBytes, long untilMillis) {
        Envelope envelope = new Envelope(topics.effects().newId(), nowNanos(), 0, 0);
        for (Channel channel : receivers()) {
            channel.group().publishLater(envelope, 0, 0, body, bodyBytes, untilMillis);
            loop.setTimer(channel.group());
        }
        publishedBytes += bodyBytes;
    }

    /** Its channels, or the one without a name that gathers until there is one. */
    public List<Channel> receivers() {
        List<Channel> all = new ArrayList<>(channels.values());
        Channel gathering = pending;
        if (gathering != null) {
            all.add(gathering);
        }
        return all;
    }

    private long nowNanos() {
        Instant now = loop.store().clock().instant();
        return now.getEpochSecond() * NANOS + now.getNano();
    }

    /** Appends a message that comes from another topic. */
    void receive(Envelope envelope, long meta, int metaBytes, long body, int bodyBytes) {
        topics.effects().append(backlog, envelope, meta, metaBytes, body, bodyBytes);
        publishedBytes += bodyBytes;
        published();
    }

    // ---- Channels

    /** The channel of that name, which is made if there is none; {@link Topics#CREATE_BYTES}. */
    public Channel channel(String channel) {
        Channel there = channels.get(channel);
        return there == null ? make(channel) : there;
    }

    private Channel make(String channel) {
        Channel made = pending;
        if (made == null) {
            long start = isPaused() ? pausedFrom : backlog.end();
            Ledger ledger = topics.effects().addLedger(backlog, start);
            made = new Channel(topics, this, channel, ledger, false);
        } else {
            pending = null;
            made.called(channel);
            write();
        }
        channels.put(channel, made);
        made.write();
        return made;
    }

    void delete(Channel channel) {
        channels.remove(channel.name());
        channel.end();
        if (channels.isEmpty()) {
            gather(isPaused() ? pausedFrom : backlog.end());
            write();
        }
        topics.effects().undefine(Kind.channel(name, channel.name()));
        topics.effects().drop(channel.ledger());
    }

    /** It ends, with all its channels. */
    void end() {
        for (Channel channel : channels()) {
            channel.end();
            topics.effects().undefine(Kind.channel(name, channel.name()));
        }
        Channel gathering = pending;
        if (gathering != null) {
            gathering.end();
        }
        // Consumers that are still leaving must not find them: nothing may be done to them now.
        channels.clear();
        pending = null;
        topics.effects().undefine(Kind.topic(name));
        topics.effects().drop(backlog);
    }

    // ---- The operator's

    /** How much the end, or emptying, takes. */
    long emptyBytes() {
        long bytes = Topics.CREATE_BYTES;
        for (Channel channel : receivers()) {
            bytes += channel.emptyBytes();
        }
        return bytes;
    }

    /** What no channel has been given yet is gone. */
    void empty() {
        Channel gathering = pending;
        if (gathering != null) {
            gathering.empty();
        }
    }

    /** From here on channels are given nothing, or again. */
    void pause(boolean wanted) {
        if (wanted == isPaused()) {
            return;
        }
        pausedFrom = wanted ? backlog.end() : NOT_PAUSED;
        write();
        channels.values().forEach(Channel::wake);
    }
}
