package dev.millrace.kv.pubsub;

import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The server's channels and patterns, and what each client listens to. */
public final class PubSub {
    private static final byte[] MESSAGE = Encoding.ascii("message");
    private static final byte[] PATTERN_MESSAGE = Encoding.ascii("pmessage");
    private static final byte[] SHARD_MESSAGE = Encoding.ascii("smessage");

    private final Directory channels = new Directory();
    private final Directory patterns = new Directory();
    private final Directory shardChannels = new Directory();
    private final Map<Session, Subscriptions> subscriptions = new ConcurrentHashMap<>();

    private PubSub() {}

    public static PubSub of(KvServer server) {
        return server.part(PubSub.class, made -> new PubSub());
    }

    /** How many channels somebody listens to. */
    public int channelCount() {
        return channels.size();
    }

    /** How many different patterns there are. */
    public int patternCount() {
        return patterns.size();
    }

    public int shardChannelCount() {
        return shardChannels.size();
    }

    Directory channels() {
        return channels;
    }

    Directory patterns() {
        return patterns;
    }

    Directory shardChannels() {
        return shardChannels;
    }

    /** What a client listens to; on its lane. */
    Subscriptions of(Session session) {
        Subscriptions known = subscriptions.get(session);
        if (known == null) {
            known = new Subscriptions(this, session);
            subscriptions.put(session, known);
            Subscriptions made = known;
            session.onClose(
                    () -> {
                        made.dropAll();
                        subscriptions.remove(session);
                    });
        }
        return known;
    }

    /** Says whether a name may be listened to. */
    @FunctionalInterface
    public interface Allowed {
        boolean test(byte[] name, boolean isPattern);
    }

    /** Whether a client listens to nothing but what is allowed; on its lane. */
    public boolean listensOnlyTo(Session session, Allowed allowed) {
        Subscriptions known = subscriptions.get(session);
        return known == null || known.areOnly(allowed);
    }

    /** Ends all of a client's subscriptions without a word, as RESET does; on its lane. */
    public void dropAll(Session session) {
        Subscriptions known = subscriptions.get(session);
        if (known != null) {
            known.dropAll();
        }
    }

    /**
     * Sends a message to all who listen to the channel, or to a pattern that matches it.
     *
     * @param from the lane whose thread this is
     * @param dependsOn the position that the message must not leave before
     * @return how many they are
     */
    public int publish(Lane from, byte[] channel, byte[] message, long dependsOn) {
        int receivers = 0;
        Subscribers direct = channels.find(new Name(channel));
        if (direct != null) {
            byte[] encoded = Encoding.array(MESSAGE, channel, message);
            receivers += direct.send(from, encoded, dependsOn);
        }
        if (patterns.size() > 0) {
            receivers += publishToPatterns(from, channel, message, dependsOn);
        }
        return receivers;
    }

    private int publishToPatterns(Lane from, byte[] channel, byte[] message, long dependsOn) {
        int[] receivers = {0};
        patterns.each(
                (pattern, subscribers) -> {
                    if (pattern.matches(channel)) {
                        byte[] encoded =
                                Encoding.array(PATTERN_MESSAGE, pattern.bytes(), channel, message);
                        receivers[0] += subscribers.send(from, encoded, dependsOn);
                    }
                });
        return receivers[0];
    }

    /** The same for a shard channel; patterns do not see it. */
    public int publishToShard(Lane from, byte[] channel, byte[] message, long dependsOn) {
        Subscribers direct = shardChannels.find(new Name(channel));
        return direct == null
                ? 0
                : direct.send(from, Encoding.array(SHARD_MESSAGE, channel, message), dependsOn);
    }

    /** How many would be told if something were published here now. */
    int receivers(byte[] channel) {
        Subscribers direct = channels.find(new Name(channel));
        int[] sum = {direct == null ? 0 : direct.count()};
        patterns.each(
                (pattern, subscribers) -> {
                    if (pattern.matches(channel)) {
                        sum[0] += subscribers.count();
                    }
                });
        return sum[0];
    }

    int shardReceivers(byte[] channel) {
        Subscribers direct = shardChannels.find(new Name(channel));
        return direct == null ? 0 : direct.count();
    }
}
