package dev.millrace.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;
import dev.millrace.queue.dispatch.Group;
import dev.millrace.queue.ledger.Ledger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/** What a group gives to its consumers, over restarts. */
class GroupTest {
    private static final long MINUTE = 60_000;

    private final Map<Long, Integer> attempts = new HashMap<>();
    private final Map<Long, Long> dueMillis = new HashMap<>();
    private final Map<Long, Integer> contents = new HashMap<>();
    private final List<Delivery> inFlight = new ArrayList<>();
    private QueueNode node;
    private Ledger ledger;
    private Group group;

    GroupTest() throws Exception {
        node = new QueueNode(0);
        node.change(
                () -> {
                    Backlog backlog = node.store().effects().addBacklog();
                    node.store().effects().addLedger(backlog, 0);
                });
        ledger = node.store().state().ledgers().iterator().next();
        group = open();
    }

    private Group open() {
        Group[] made = new Group[1];
        node.change(
                () -> {
                    ledger = node.store().state().ledgers().iterator().next();
                    made[0] = new Group("group", node.store(), ready -> {});
                    made[0].add(ledger, 0);
                });
        return made[0];
    }

    @Test
    void every_message_is_delivered_until_it_is_acknowledged_and_never_before_its_time() {
        Seeds.each(60, random -> new GroupTest().live(random));
    }

    private void live(SplittableRandom random) throws Exception {
        for (int step = 0; step < 400; step++) {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> publish(random);
                case 3 -> publishLater(random);
                case 4, 5, 6 -> take();
                case 7, 8 -> settle(random);
                case 9 -> node.clock().advance(random.nextLong(2 * MINUTE));
                case 10 -> tick();
                default -> {
                    if (random.nextInt(12) == 0) {
                        restart();
                    }
                }
            }
            assertEquals(inFlight.size(), group.inFlight());
            assertEquals(attempts.size(), group.ready() + group.inFlight() + group.deferred());
        }
        finish();
    }

    private void restart() throws Exception {
        node.restart();
        inFlight.clear();
        group = open();
    }

    private void finish() {
        node.clock().advance(300 * MINUTE);
        while (!attempts.isEmpty()) {
            tick();
            Delivery delivery = take();
            if (delivery != null) {
                acknowledge(delivery);
            } else {
                inFlight.stream().findFirst().ifPresent(this::acknowledge);
            }
        }
        assertEquals(0, group.ready() + group.deferred() + group.inFlight());
        assertEquals(1, node.store().state().backlogs().size());
        assertTrue(node.store().state().definitions().isEmpty());
    }

    private byte[] body(SplittableRandom random, long id) {
        byte[] body = new byte[random.nextInt(20_000)];
        random.nextBytes(body);
        contents.put(id, Arrays.hashCode(body));
        attempts.put(id, 0);
        return body;
    }

    private void publish(SplittableRandom random) {
        node.change(
                () -> {
                    long id = node.store().effects().newId();
                    node.append(ledger.backlog(), "", body(random, id));
                });
    }

    private void publishLater(SplittableRandom random) {
        node.change(
                () -> {
                    long id = node.store().effects().newId();
                    long until = node.clock().millis() + random.nextLong(200 * MINUTE);
                    byte[] body = body(random, id);
                    dueMillis.put(id, until);
                    node.withBytes(
                            body,
                            address ->
                                    group.publishLater(
                                            new Envelope(id, 5, 0, 3),
                                            address,
                                            0,
                                            address,
                                            body.length,
                                            until));
                });
    }

    private void tick() {
        node.runTasks();
        node.change(() -> group.tick(node.clock().millis()));
    }

    private @Nullable Delivery take() {
        Delivery[] taken = new Delivery[1];
        node.runTasks();
        node.change(
                () -> {
                    Delivery delivery = group.take();
                    if (delivery != null) {
                        check(delivery, group.message());
                        taken[0] = delivery;
                    }
                });
        if (taken[0] != null) {
            inFlight.add(taken[0]);
        }
        return taken[0];
    }

    private void check(Delivery delivery, Message message) {
        long id = delivery.id();
        assertEquals(id, message.id());
        assertEquals(attempts.merge(id, 1, Integer::sum), delivery.attempts());
        assertTrue(dueMillis.getOrDefault(id, 0L) <= node.clock().millis());
        byte[] body = Memory.bytes(message.bodyAddress(), message.bodyBytes());
        assertEquals(contents.get(id), Arrays.hashCode(body));
    }

    private void settle(SplittableRandom random) {
        if (inFlight.isEmpty()) {
            return;
        }
        Delivery delivery = inFlight.get(random.nextInt(inFlight.size()));
        switch (random.nextInt(4)) {
            case 0 -> {
                inFlight.remove(delivery);
                node.change(() -> group.giveBack(delivery));
            }
            case 1 -> defer(delivery, node.clock().millis() + random.nextLong(200 * MINUTE));
            default -> acknowledge(delivery);
        }
    }

    private void defer(Delivery delivery, long until) {
        boolean[] done = new boolean[1];
        node.change(() -> done[0] = group.defer(delivery, until));
        if (done[0]) {
            inFlight.remove(delivery);
            dueMillis.put(delivery.id(), until);
        }
        node.runTasks();
    }

    private void acknowledge(Delivery delivery) {
        inFlight.remove(delivery);
        node.change(() -> group.acknowledge(delivery));
        attempts.remove(delivery.id());
    }

    @Test
    void a_purge_leaves_only_what_is_in_flight() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10; i++) {
            publish(random);
            publishLater(random);
        }
        Delivery kept = take();
        assertNotNull(kept);
        node.change(() -> assertEquals(19, group.purge()));
        assertEquals(0, group.ready() + group.deferred());
        assertNull(take());
        node.change(() -> group.acknowledge(Objects.requireNonNull(kept)));
        assertFalse(ledger.isUnacknowledged(kept.offset()));
        assertEquals(1, node.store().state().backlogs().size());
    }
}
