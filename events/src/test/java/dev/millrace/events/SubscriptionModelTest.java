package dev.millrace.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.re2j.Pattern;

import dev.millrace.events.EventsNode.Written;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.group.ConsumerStrategy;
import dev.millrace.events.group.Group;
import dev.millrace.events.group.GroupSettings;
import dev.millrace.events.read.Filter;
import dev.millrace.events.subscription.Consumer;
import dev.millrace.events.subscription.Nack;
import dev.millrace.events.subscription.Subscription;
import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * A persistent subscription beside a model of what consumers were sent and what they said, over
 * restarts, power cuts and checkpoints: nothing is lost, nothing comes again that was done, but
 * after a restart what is behind the checkpoint; and retries are counted.
 */
class SubscriptionModelTest {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int RETRIES_MAX = 1;

    @Test
    void every_message_is_done_or_parked_and_comes_no_more_than_it_should() {
        Seeds.each(
                150,
                random -> {
                    long memoryBytes = random.nextInt(3) * 9_000L;
                    try (SubscriptionsNode node = new SubscriptionsNode(memoryBytes)) {
                        new Life(node, random).live();
                    }
                });
    }

    private static final class Client {
        final FakeConsumer outlet;
        final int slots;
        final Consumer consumer;

        /** The place of the last message that came to it for the first time. */
        long newest = -1;

        /** What it has, and how often that was sent before. */
        final Map<UUID, Integer> has = new LinkedHashMap<>();

        Client(FakeConsumer outlet, int slots, Consumer consumer) {
            this.outlet = outlet;
            this.slots = slots;
            this.consumer = consumer;
        }
    }

    private static final class Life {
        private final SubscriptionsNode node;
        private final SplittableRandom random;
        private final boolean ofAll;
        private final ConsumerStrategy strategy;
        private final Group.Key key;

        /** Places of what the subscription is to deliver, by id, in order. */
        private final Map<UUID, Long> places = new LinkedHashMap<>();

        private final Set<UUID> done = new HashSet<>();
        private final Set<UUID> parked = new HashSet<>();
        private final Set<UUID> replayed = new HashSet<>();

        /** To be parked when the journal takes something again. */
        private final Set<UUID> unparked = new HashSet<>();

        private boolean isFull;

        /** Since the node was started. */
        private final Set<UUID> over = new HashSet<>();

        private final Map<UUID, Integer> returned = new HashMap<>();
        private final Map<UUID, UUID> targets = new HashMap<>();
        private final List<Client> clients = new ArrayList<>();

        Life(SubscriptionsNode node, SplittableRandom random) {
            this.node = node;
            this.random = random;
            this.ofAll = random.nextBoolean();
            this.strategy = any(List.of(ConsumerStrategy.values()));
            this.key = new Group.Key(ofAll ? Group.ALL : "s-0", "g");
        }

        private <T> T any(List<T> all) {
            return all.get(random.nextInt(all.size()));
        }

        private Subscription subscription() {
            return node.subscriptions().find(key).orElseThrow();
        }

        private Group group() {
            return node.node().state().groups().find(key).orElseThrow();
        }

        private GroupSettings settings() {
            return new GroupSettings(
                    0,
                    false,
                    random.nextBoolean(),
                    TIMEOUT_MILLIS,
                    random.nextInt(2) * 3_000,
                    random.nextInt(3),
                    1 + random.nextInt(20),
                    RETRIES_MAX,
                    0,
                    10,
                    5,
                    6 + random.nextInt(20),
                    strategy,
                    ofAll
                            ? new Filter.Expression(false, Pattern.compile("^s-"))
                            : Filter.Everything.ALL);
        }

        void live() throws Exception {
            GroupSettings settings = settings();
            node.change(() -> node.subscriptions().define(key, settings, () -> {}));
            for (int step = 0; step < 200; step++) {
                step();
                node.settle();
                receive();
                nothingIsLost();
            }
            drain();
            replay();
            assertEquals(List.of(), node.broken());
        }

        private void step() throws Exception {
            switch (random.nextInt(24)) {
                case 0 -> restart(false);
                case 1 -> restart(true);
                case 2 -> {
                    node.node().runTasks();
                    assertTrue(node.node().checkpoint());
                }
                case 3, 4 -> connect(1 + random.nextInt(8));
                case 5 -> disconnect();
                case 6 -> tick();
                case 7 -> pause();
                case 8, 9, 10, 11 -> append();
                case 12 -> full(random.nextInt(3) == 0);
                case 13, 14, 15 -> refuse();
                case 16 -> replaySome();
                default -> acknowledge();
            }
        }

        private void restart(boolean power) throws Exception {
            isFull = false;
            node.full(false);
            if (power) {
                node.powerCut(new Random(random.nextLong()));
            } else {
                node.restart();
            }
            clients.clear();
            unparked.clear();
            returned.clear();
            over.clear();
        }

        private void append() {
            String stream = random.nextInt(3) == 0 ? "other" : "s-" + random.nextInt(ofAll ? 5 : 1);
            List<Written> events = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                UUID id = new UUID(random.nextLong(), random.nextLong());
                String data = id + "-".repeat(random.nextInt(200));
                events.add(new Written(id, "t", "{\"$correlationId\":\"" + i + "\"}", data));
            }
            Outcome outcome = node.node().append(stream, Expected.ANY, events);
            long last =
                    switch (outcome) {
                        case Outcome.Done at when ofAll -> at.position();
                        case Outcome.Done at -> at.revision();
                        default -> throw new AssertionError(outcome);
                    };
            if (stream.startsWith("s-")) {
                for (int i = 0; i < events.size(); i++) {
                    places.put(events.get(i).id(), last - events.size() + 1 + i);
                }
            }
        }

        private void tick() {
            int millis = random.nextInt(TIMEOUT_MILLIS);
            node.node().clock().advance(millis);
            // Which messages were too late is the subscription's to know; it says so by taking
            // back.
            node.change(node.subscriptions()::tick);
            late();
        }

        /** What was sent too long ago is not with its consumer any more. */
        private void late() {
            for (Client client : clients) {
                for (UUID id : List.copyOf(client.has.keySet())) {
                    if (Objects.requireNonNull(sentMillis.get(id))
                            <= node.nowMillis() - TIMEOUT_MILLIS) {
                        takeBack(client, id, true);
                    }
                }
            }
        }

        private final Map<UUID, Long> sentMillis = new HashMap<>();

        private void takeBack(Client client, UUID id, boolean mayPark) {
            int retries = Objects.requireNonNull(client.has.remove(id));
            if (mayPark && retries >= RETRIES_MAX) {
                park(id);
            } else {
                returned.merge(id, 1, Integer::sum);
            }
        }

        private void park(UUID id) {
            UUID target = targets.getOrDefault(id, id);
            over.add(id);
            (isFull ? unparked : parked).add(target);
        }

        /** With a full journal nothing is parked; then all that was to be. */
        private void full(boolean now) {
            isFull = now;
            node.full(now);
            if (!now) {
                node.change(subscription()::pump);
                parked.addAll(unparked);
                unparked.clear();
            }
        }

        private void connect(int slots) {
            FakeConsumer outlet = new FakeConsumer(node);
            node.change(
                    () ->
                            clients.add(
                                    new Client(
                                            outlet,
                                            slots,
                                            subscription().connect(outlet, slots, "c"))));
        }

        private void disconnect() {
            if (!clients.isEmpty()) {
                Client gone = clients.remove(random.nextInt(clients.size()));
                List.copyOf(gone.has.keySet()).forEach(id -> takeBack(gone, id, false));
                node.change(() -> subscription().disconnect(gone.consumer));
            }
        }

        private void pause() {
            if (!clients.isEmpty()) {
                Client client = any(clients);
                client.outlet.writable(random.nextInt(3) > 0);
                node.change(subscription()::pumpSoon);
            }
        }

        private List<UUID> some(Client client) {
            return client.has.keySet().stream().filter(_ -> random.nextInt(3) > 0).toList();
        }

        private void acknowledge() {
            if (clients.isEmpty()) {
                return;
            }
            Client client = any(clients);
            List<UUID> ids = new ArrayList<>(some(client));
            ids.forEach(id -> finish(client, id));
            ids.add(new UUID(random.nextLong(), 0)); // Which nobody knows.
            node.change(() -> subscription().acknowledge(client.consumer, ids));
        }

        private void finish(Client client, UUID id) {
            client.has.remove(id);
            over.add(id);
            UUID target = targets.get(id);
            if (target == null) {
                done.add(id);
            } else {
                replayed.add(target);
            }
        }

        private void refuse() {
            if (clients.isEmpty()) {
                return;
            }
            Client client = any(clients);
            List<UUID> ids = some(client);
            Nack action = any(List.of(Nack.values()));
            for (UUID id : ids) {
                switch (action) {
                    case UNKNOWN, RETRY -> takeBack(client, id, true);
                    case SKIP, STOP -> finish(client, id);
                    case PARK -> {
                        client.has.remove(id);
                        park(id);
                    }
                }
            }
            node.change(() -> subscription().refuse(client.consumer, ids, action, "because"));
        }

        private void replaySome() {
            node.change(() -> subscription().replay(random.nextInt(20), () -> {}));
        }

        // ---- What comes

        private void receive() {
            for (Client client : clients) {
                client.outlet.take().forEach(came -> receive(client, came));
                assertTrue(client.has.size() <= client.slots, "more than it has room for");
            }
        }

        private void receive(Client client, FakeConsumer.Came came) {
            boolean replay = came.stream().equals(group().parkedStream());
            assertTrue(
                    clients.stream().noneMatch(each -> each.has.containsKey(came.id())),
                    () -> "two have " + came);
            assertTrue(!over.contains(came.id()), () -> "done already: " + came);
            assertEquals(returned.getOrDefault(came.id(), 0), came.retries());
            if (replay) {
                UUID target = UUID.fromString(came.data().substring(0, 36));
                assertTrue(parked.contains(target), () -> "never parked: " + came);
                targets.put(came.id(), target);
            } else {
                long place = Objects.requireNonNull(places.get(came.id()));
                assertTrue(place > group().checkpoint() || returned.containsKey(came.id()));
                if (!returned.containsKey(came.id()) && !isPinned()) {
                    assertTrue(place > client.newest, () -> "not in order: " + came);
                    client.newest = place;
                }
            }
            sentMillis.put(came.id(), node.nowMillis());
            client.has.put(came.id(), came.retries());
        }

        private boolean isPinned() {
            return strategy == ConsumerStrategy.PINNED
                    || strategy == ConsumerStrategy.PINNED_BY_CORRELATION;
        }

        private void nothingIsLost() {
            long checkpoint = group().checkpoint();
            places.forEach(
                    (id, place) ->
                            assertTrue(
                                    place > checkpoint || done.contains(id) || parked.contains(id),
                                    () -> "lost: " + place + " at " + checkpoint));
        }

        // ---- The end

        private void drain() {
            full(false);
            clients.forEach(client -> client.outlet.writable(true));
            connect(50);
            do {
                node.settle();
                receive();
                for (Client client : clients) {
                    List<UUID> all = List.copyOf(client.has.keySet());
                    all.forEach(id -> finish(client, id));
                    node.change(() -> subscription().acknowledge(client.consumer, all));
                }
                node.settle();
                receive();
            } while (clients.stream().anyMatch(client -> !client.has.isEmpty()));
            for (UUID id : places.keySet()) {
                assertTrue(done.contains(id) || parked.contains(id), () -> "never came: " + id);
            }
        }

        private void replay() {
            node.change(() -> subscription().replay(Long.MAX_VALUE, () -> {}));
            drain();
            assertEquals(0, subscription().info().parked());
            assertTrue(replayed.containsAll(parked), "parked and never replayed");
            assertEquals(0, subscription().info().inFlight());
        }
    }
}
