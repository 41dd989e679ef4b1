package dev.millrace.kv.pubsub;

import dev.millrace.kv.session.KeptNames;
import dev.millrace.kv.session.Session;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What one client listens to. Used on its lane alone. */
final class Subscriptions {
    private final PubSub pubSub;
    private final Session session;
    private final Set<Name> channels = LinkedHashSet.newLinkedHashSet(1);
    private final Set<Name> patterns = LinkedHashSet.newLinkedHashSet(1);
    private final Set<Name> shardChannels = LinkedHashSet.newLinkedHashSet(1);

    Subscriptions(PubSub pubSub, Session session) {
        this.pubSub = pubSub;
        this.session = session;
    }

    /** One of a client's three sets, with the server's directory of the same kind. */
    enum Kind {
        CHANNEL("subscribe", "unsubscribe"),
        PATTERN("psubscribe", "punsubscribe"),
        SHARD_CHANNEL("ssubscribe", "sunsubscribe");

        private final String begun;
        private final String ended;

        Kind(String begun, String ended) {
            this.begun = begun;
            this.ended = ended;
        }

        /** The first word of the confirmation. */
        String begun() {
            return begun;
        }

        String ended() {
            return ended;
        }
    }

    private Set<Name> own(Kind kind) {
        return switch (kind) {
            case CHANNEL -> channels;
            case PATTERN -> patterns;
            case SHARD_CHANNEL -> shardChannels;
        };
    }

    private Directory directory(Kind kind) {
        return switch (kind) {
            case CHANNEL -> pubSub.channels();
            case PATTERN -> pubSub.patterns();
            case SHARD_CHANNEL -> pubSub.shardChannels();
        };
    }

    /** Adds a name for which there is room; false if it was there. */
    boolean add(Kind kind, Name name) {
        boolean added = own(kind).add(name);
        if (added) {
            directory(kind).add(name, session);
            tell();
        }
        return added;
    }

    void remove(Kind kind, Name name) {
        if (own(kind).remove(name)) {
            directory(kind).remove(name, session);
            giveBack(name);
            tell();
        }
    }

    List<Name> all(Kind kind) {
        return List.copyOf(own(kind));
    }

    /** What a confirmation counts: channels and patterns together, shard channels by themselves. */
    int count(Kind kind) {
        return switch (kind) {
            case CHANNEL, PATTERN -> channels.size() + patterns.size();
            case SHARD_CHANNEL -> shardChannels.size();
        };
    }

    boolean areOnly(PubSub.Allowed allowed) {
        return patterns.stream().allMatch(name -> allowed.test(name.bytes(), true))
                && channels.stream().allMatch(name -> allowed.test(name.bytes(), false))
                && shardChannels.stream().allMatch(name -> allowed.test(name.bytes(), false));
    }

    void dropAll() {
        for (Kind kind : Kind.values()) {
            own(kind).forEach(name -> directory(kind).remove(name, session));
            own(kind).forEach(this::giveBack);
            own(kind).clear();
        }
        tell();
    }

    private void giveBack(Name name) {
        session.lane().server().keptNames().giveBack(heapBytes(name.bytes().length));
    }

    /** What a name of so many bytes takes. */
    static long heapBytes(int bytes) {
        return bytes + KeptNames.NAME_BYTES;
    }

    private void tell() {
        session.subscriptions(channels.size(), patterns.size(), shardChannels.size());
    }
}
