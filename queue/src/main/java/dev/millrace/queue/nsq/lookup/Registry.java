package dev.millrace.queue.nsq.lookup;

import dev.millrace.queue.nsq.topic.Channel;
import dev.millrace.queue.nsq.topic.Topic;
import dev.millrace.queue.nsq.topic.Topics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Who has which topics: this node, whose topics are looked up as they are, and whatever nsqds
 * registered here. Nothing of it is durable: who registers does it again. On the loop.
 */
public final class Registry {
    /** Who has said nothing for so long is not told of. */
    private static final long INACTIVE_MILLIS = 300_000;

    /** A tombstone's life. */
    private static final long TOMBSTONE_MILLIS = 45_000;

    /** More are refused: each is a name that somebody thought of. */
    private static final int REGISTRATIONS_MAX = 100_000;

    private final Topics own;
    private final Supplier<Peer> self;
    private final LongSupplier clock;
    private final TreeSet<Registration> made = new TreeSet<>();
    private final Map<Peer, Registered> peers = new LinkedHashMap<>();
    private final Map<Grave, Long> tombstones = new HashMap<>();

    private record Grave(String topic, Peer peer) {}

    /** What a peer has, and when it was heard of. */
    private static final class Registered {
        private final TreeSet<Registration> all = new TreeSet<>();
        private long heardMillis;
    }

    /**
     * @param self this node
     * @param clock in ms
     */
    public Registry(Topics own, Supplier<Peer> self, LongSupplier clock) {
        this.own = own;
        this.self = self;
        this.clock = clock;
    }

    // ---- What peers say

    void add(Peer peer) {
        Registered fresh = new Registered();
        fresh.heardMillis = clock.getAsLong();
        peers.put(peer, fresh);
    }

    void heard(Peer peer) {
        Registered registered = peers.get(peer);
        if (registered != null) {
            registered.heardMillis = clock.getAsLong();
        }
    }

    void remove(Peer peer) {
        peers.remove(peer);
        tombstones.keySet().removeIf(grave -> grave.peer.equals(peer));
    }

    /** False if there are too many. */
    boolean register(Peer peer, Registration registration) {
        Registered registered = peers.get(peer);
        if (registered == null || registered.all.size() >= REGISTRATIONS_MAX) {
            return false;
        }
        registered.all.add(registration);
        registered.all.add(registration.ofTopic());
        return true;
    }

    void unregister(Peer peer, Registration registration) {
        Registered registered = peers.get(peer);
        if (registered == null) {
            return;
        }
        if (registration.isTopic()) {
            registered.all.removeIf(one -> one.topic().equals(registration.topic()));
        } else {
            registered.all.remove(registration);
        }
    }

    // ---- What operators say

    /**
     * Makes a topic, or a channel, known that nobody has.
     *
     * @return false if there are too many
     */
    public boolean make(Registration registration) {
        if (made.size() >= REGISTRATIONS_MAX) {
            return false;
        }
        made.add(registration);
        made.add(registration.ofTopic());
        return true;
    }

    /**
     * Forgets a topic with its channels, or a channel; what this node has stays.
     *
     * @return false if it was not known
     */
    public boolean forget(Registration registration) {
        boolean[] known = {has(registration)};
        List<TreeSet<Registration>> everywhere = new ArrayList<>(List.of(made));
        peers.values().forEach(registered -> everywhere.add(registered.all));
        for (TreeSet<Registration> all : everywhere) {
            known[0] |=
                    registration.isTopic()
                            ? all.removeIf(one -> one.topic().equals(registration.topic()))
                            : all.remove(registration);
        }
        return known[0];
    }

    private boolean has(Registration registration) {
        Topic topic = own.existing(registration.topic());
        return topic != null
                && (registration.isTopic() || topic.existing(registration.channel()) != null);
    }

    /**
     * For a while a node is not told of as one that has a topic.
     *
     * @param node its broadcast address and HTTP port, as in {@code host:4151}
     */
    public void tombstone(String topic, String node) {
        for (Peer peer : everybody()) {
            if (node.equals(peer.broadcastAddress() + ":" + peer.httpPort())) {
                tombstones.put(new Grave(topic, peer), clock.getAsLong() + TOMBSTONE_MILLIS);
            }
        }
    }

    // ---- What is told

    /** All topics, by name. */
    public Collection<String> topics() {
        TreeSet<String> names = new TreeSet<>();
        own.all().forEach(topic -> names.add(topic.name()));
        made.forEach(one -> names.add(one.topic()));
        peers.values().forEach(peer -> peer.all.forEach(one -> names.add(one.topic())));
        return names;
    }

    /** The channels of a topic, by name. */
    public Collection<String> channels(String topic) {
        TreeSet<String> names = new TreeSet<>();
        Topic here = own.existing(topic);
        if (here != null) {
            here.channels().stream().map(Channel::name).forEach(names::add);
        }
        List<TreeSet<Registration>> everywhere = new ArrayList<>(List.of(made));
        peers.values().forEach(registered -> everywhere.add(registered.all));
        for (TreeSet<Registration> all : everywhere) {
            for (Registration one : all) {
                if (one.topic().equals(topic) && !one.isTopic()) {
                    names.add(one.channel());
                }
            }
        }
        return names;
    }

    /** Who has a topic, without those who are silent or tombstoned. */
    public Collection<Peer> producers(String topic) {
        List<Peer> found = new ArrayList<>();
        for (Peer peer : nodes()) {
            if (topicsOf(peer).contains(topic) && !isTombstoned(topic, peer)) {
                found.add(peer);
            }
        }
        return found;
    }

    /** Everybody who is there. */
    public Collection<Peer> nodes() {
        List<Peer> active = new ArrayList<>(List.of(self.get()));
        peers.forEach(
                (peer, registered) -> {
                    if (clock.getAsLong() - registered.heardMillis <= INACTIVE_MILLIS) {
                        active.add(peer);
                    }
                });
        return active;
    }

    private List<Peer> everybody() {
        List<Peer> all = new ArrayList<>(List.of(self.get()));
        all.addAll(peers.keySet());
        return all;
    }

    /** The topics that somebody has, by name. */
    public Collection<String> topicsOf(Peer peer) {
        TreeSet<String> names = new TreeSet<>();
        Registered registered = peers.get(peer);
        if (registered == null) {
            own.all().forEach(topic -> names.add(topic.name()));
        } else {
            registered.all.forEach(one -> names.add(one.topic()));
        }
        return names;
    }

    public boolean isTombstoned(String topic, Peer peer) {
        Long until = tombstones.get(new Grave(topic, peer));
        return until != null && until > clock.getAsLong();
    }
}
