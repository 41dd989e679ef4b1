package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.ProcessMemory;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;
import dev.millrace.queue.dispatch.Group;
import dev.millrace.queue.state.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The real kernel and the real queue, up to groups of consumers, on fake time and fake disks,
 * killed, cut from power, filled up and failed at, by seed. Every delivery and every count is
 * compared with a plain model. What the log has after a restart is a prefix of what was done; the
 * model is brought to the same point, and that point may not be before anything that was durable.
 * So: what was acknowledged to a publisher is delivered until it is acknowledged by a consumer, and
 * never after that was durable; attempts are counted; what is put by is not delivered before its
 * time.
 */
class QueueSimulationTest {
    private static final int SEEDS = Integer.getInteger("millrace.sim.seeds", 30);
    private static final int STEPS = 700;

    /** Two channels of a topic, and a queue with two priorities. */
    private static final int GROUPS = 3;

    private static final int QUEUE = 2;
    private static final long MINUTE = 60_000;

    @Test
    void what_was_acknowledged_is_delivered_until_it_is_done_with_and_never_before_its_time() {
        int[] restarts = {0};
        int[] reads = {0};
        Seeds.each(
                SEEDS,
                random -> {
                    try (ProcessMemory _ = ProcessMemory.begin()) {
                        Run run = new Run(random);
                        restarts[0] += run.steps();
                        reads[0] += run.chunkDisk.reads();
                    }
                });
        assertTrue(restarts[0] > SEEDS, "restarts: " + restarts[0]);
        assertTrue(reads[0] > SEEDS, "chunks read from files: " + reads[0]);
    }

    /** What was done in one record. */
    private record Done(long position, Consumer<QueueModel> what) {}

    /** A message as a consumer has it. */
    private record Taken(Delivery delivery, ByteBuffer body) {
        static Taken of(Delivery delivery, Message message) {
            byte[] body = Memory.bytes(message.bodyAddress(), message.bodyBytes());
            return new Taken(delivery, ByteBuffer.wrap(body));
        }
    }

    /** One life of a data directory, through several of a process. */
    private static final class Run {
        private final SplittableRandom random;
        private final FakeDisk journalDisk = new FakeDisk();
        private final FakeDisk snapshotDisk = new FakeDisk();
        private final SimChunkDisk chunkDisk = new SimChunkDisk();
        private final SimClock clock = new SimClock();
        private QueueSimNode node;

        /** As they were at the last restart, and what was done since. */
        private QueueModel base = new QueueModel(GROUPS);

        private QueueModel model = new QueueModel(GROUPS);
        private final List<Done> done = new ArrayList<>();

        private final List<Group> groups = new ArrayList<>();
        private final List<TreeMap<Long, Delivery>> inFlight = new ArrayList<>();

        /** The last fresh message that a group had, by rank. */
        private final Map<String, Long> lastFresh = new TreeMap<>();

        private long numbers;
        private int restarts;

        /** The topic's, and the queue's by priority. */
        private List<Long> backlogIds = List.of();

        /** By group and rank. */
        private List<Long> ledgerIds = List.of();

        Run(SplittableRandom random) throws IOException {
            this.random = random;
            this.node = start();
            long position = node.change(10_000, this::makeLedgers);
            assertTrue(position > 0, "an empty disk has space");
            node.journal().sync();
            openGroups();
        }

        private QueueSimNode start() throws IOException {
            return new QueueSimNode(journalDisk, snapshotDisk, chunkDisk, clock, random.split());
        }

        private void makeLedgers() {
            List<Backlog> made = new ArrayList<>();
            List<Long> ledgers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                made.add(node.store().effects().addBacklog());
            }
            for (int backlog : List.of(0, 0, 1, 2)) {
                ledgers.add(node.store().effects().addLedger(made.get(backlog), 0).id());
            }
            backlogIds = made.stream().map(Backlog::id).toList();
            ledgerIds = List.copyOf(ledgers);
        }

        private void openGroups() {
            groups.clear();
            inFlight.clear();
            State state = node.store().state();
            node.store().lock();
            for (int i = 0; i < GROUPS; i++) {
                Group group = new Group("group" + i, node.store(), ready -> {});
                group.add(state.ledger(ledgerIds.get(i)), 0);
                groups.add(group);
                inFlight.add(new TreeMap<>());
            }
            groups.get(QUEUE).add(state.ledger(ledgerIds.get(QUEUE + 1)), 1);
            node.store().unlock();
        }

        int steps() throws IOException {
            for (int i = 0; i < STEPS; i++) {
                step();
                if (node.isBroken()) {
                    restart(false);
                }
                check();
            }
            finish();
            return restarts;
        }

        private void step() throws IOException {
            switch (random.nextInt(44)) {
                case 0 -> restart(false);
                case 1 -> restart(true);
                case 2 -> clock.pass(random.nextLong(3 * MINUTE));
                case 3, 4 -> tick();
                case 5 -> node.beginCheckpoint();
                case 6 -> node.finishCheckpoint();
                case 7 -> fault();
                case 8, 9 -> heal();
                case 10, 11, 12 -> node.journal().sync();
                case 13, 14, 15 -> node.turnFiles(3);
                case 16, 17, 18, 19, 20, 21, 22, 23 -> publish();
                case 24, 25 -> publishLater();
                case 26 -> purge();
                case 27, 28, 29, 30, 31, 32, 33, 34 -> take(group());
                default -> settle();
            }
        }

        private int group() {
            return random.nextInt(GROUPS);
        }

        private void done(long position, Consumer<QueueModel> what) {
            what.accept(model);
            done.add(new Done(position, what));
        }

        // ---- Faults

        private void fault() {
            switch (random.nextInt(8)) {
                case 0 -> journalDisk.capacity(journalDisk.usedBytes());
                case 1 -> snapshotDisk.failWritesAfter(random.nextInt(3));
                case 2 -> snapshotDisk.capacity(snapshotDisk.usedBytes() + random.nextInt(500));
                case 3 -> {
                    if (random.nextInt(4) == 0) {
                        journalDisk.failForces();
                    }
                }
                case 4 -> chunkDisk.fillUpTo(random.nextInt(500_000));
                case 5 -> chunkDisk.failWritesAfter(random.nextInt(3));
                case 6 -> chunkDisk.failForces();
                default -> chunkDisk.failReadsAfter(random.nextInt(20));
            }
        }

        private void heal() {
            journalDisk.capacity(Long.MAX_VALUE);
            snapshotDisk.capacity(Long.MAX_VALUE);
            snapshotDisk.failWritesAfter(Integer.MAX_VALUE);
            chunkDisk.heal();
            node.retryFiles();
            node.prepareSpace();
        }

        private void restart(boolean power) throws IOException {
            restarts++;
            long promised = power ? node.journal().durable() : node.journal().end();
            if (power) {
                Random pages = new Random(random.nextLong());
                journalDisk.powerCut(pages);
                snapshotDisk.powerCut(pages);
                chunkDisk.powerCut(pages);
            } else {
                journalDisk.processKilled();
                snapshotDisk.processKilled();
            }
            journalDisk.capacity(Long.MAX_VALUE);
            snapshotDisk.capacity(Long.MAX_VALUE);
            chunkDisk.heal();
            node = start();
            long end = node.journal().end();
            assertTrue(end >= promised, "the log ends at " + end + ", not " + promised);
            for (Done one : done) {
                if (one.position <= end) {
                    one.what.accept(base);
                }
            }
            done.clear();
            lastFresh.clear();
            model = base.copy();
            openGroups();
        }

        // ---- What publishers do

        private byte[] body(long number) {
            SplittableRandom content = new SplittableRandom(number);
            byte[] body = new byte[8 + content.nextInt(content.nextInt(4) == 0 ? 60_000 : 300)];
            content.nextBytes(body);
            return body;
        }

        private void publish() {
            boolean topic = random.nextBoolean();
            int rank = topic ? 0 : random.nextInt(2);
            long number = numbers++;
            byte[] body = body(number);
            Backlog backlog = node.store().state().backlog(backlogIds.get(topic ? 0 : 1 + rank));
            long[] id = {0};
            long position =
                    node.change(body.length + 200, () -> id[0] = node.append(backlog, body));
            if (position == 0) {
                return;
            }
            QueueModel.Item item = new QueueModel.Item(number, rank, 0, 0, false);
            done(
                    position,
                    to -> {
                        for (int i = topic ? 0 : QUEUE; i < (topic ? QUEUE : GROUPS); i++) {
                            to.group(i).put(id[0], item);
                        }
                    });
        }

        private void publishLater() {
            int group = random.nextInt(QUEUE);
            long number = numbers++;
            byte[] body = body(number);
            long until = clock.millis() + random.nextLong(10 * MINUTE);
            long[] id = {0};
            long position =
                    node.change(
                            body.length + 3L * Group.BYTES_MAX,
                            () -> {
                                Envelope envelope = node.envelope();
                                id[0] = envelope.id();
                                groups.get(group)
                                        .publishLater(
                                                envelope,
                                                0,
                                                0,
                                                node.address(body),
                                                body.length,
                                                until);
                            });
            if (position > 0) {
                QueueModel.Item item = new QueueModel.Item(number, 0, 0, until, true);
                done(position, to -> to.group(group).put(id[0], item));
            }
        }

        // ---- What consumers do

        /** True if a message was delivered. */
        private boolean take(int index) {
            List<Taken> taken = new ArrayList<>();
            Group group = groups.get(index);
            long position =
                    node.change(
                            Group.BYTES_MAX,
                            () -> {
                                Delivery delivery = group.take();
                                if (delivery != null) {
                                    taken.add(Taken.of(delivery, group.message()));
                                }
                            });
            for (Taken one : taken) {
                checkDelivered(index, one);
                Delivery delivery = one.delivery;
                inFlight.get(index).put(delivery.id(), delivery);
                done(
                        position,
                        to ->
                                to.group(index)
                                        .computeIfPresent(
                                                delivery.id(), (id, item) -> item.tried()));
            }
            return !taken.isEmpty();
        }

        private void checkDelivered(int index, Taken taken) {
            Delivery delivery = taken.delivery;
            QueueModel.Item item = model.group(index).get(delivery.id());
            assertNotNull(item, "delivered, and done with before: " + delivery);
            assertTrue(!inFlight.get(index).containsKey(delivery.id()), "delivered twice at once");
            assertEquals(item.attempts() + 1, delivery.attempts(), "attempts");
            assertTrue(item.dueMillis() <= clock.millis(), "before its time");
            assertEquals(ByteBuffer.wrap(body(item.number())), taken.body, "the body");
            if (item.attempts() == 0 && !item.isPutBy()) {
                String source = index + " " + item.rank();
                long last = lastFresh.getOrDefault(source, 0L);
                assertTrue(delivery.id() > last, "in the order in which they were published");
                lastFresh.put(source, delivery.id());
            }
            checkRank(index, item);
        }

        /** Nothing of a higher priority could have been delivered. */
        private void checkRank(int index, QueueModel.Item taken) {
            model.group(index)
                    .forEach(
                            (id, item) ->
                                    assertTrue(
                                            item.rank() >= taken.rank()
                                                    || inFlight.get(index).containsKey(id),
                                            "a higher priority waits"));
        }

        private void settle() {
            int index = group();
            if (inFlight.get(index).isEmpty()) {
                take(index);
                return;
            }
            List<Delivery> all = List.copyOf(inFlight.get(index).values());
            Delivery delivery = all.get(random.nextInt(all.size()));
            switch (random.nextInt(6)) {
                case 0 -> giveBack(index, delivery);
                case 1 -> {
                    if (index != QUEUE) {
                        defer(index, delivery);
                    }
                }
                default -> acknowledge(index, delivery);
            }
        }

        private boolean acknowledge(int index, Delivery delivery) {
            long position =
                    node.change(Group.BYTES_MAX, () -> groups.get(index).acknowledge(delivery));
            if (position > 0) {
                inFlight.get(index).remove(delivery.id());
                done(position, to -> to.group(index).remove(delivery.id()));
            }
            return position > 0;
        }

        private void giveBack(int index, Delivery delivery) {
            long position =
                    node.change(Group.BYTES_MAX, () -> groups.get(index).giveBack(delivery));
            if (position > 0) {
                inFlight.get(index).remove(delivery.id());
            }
        }

        private void defer(int index, Delivery delivery) {
            long span = random.nextInt(3) == 0 ? 30 * MINUTE : MINUTE;
            long until = clock.millis() + random.nextLong(span);
            boolean[] deferred = {false};
            long position =
                    node.change(
                            70_000 + 4L * Group.BYTES_MAX,
                            () -> deferred[0] = groups.get(index).defer(delivery, until));
            if (position > 0 && deferred[0]) {
                inFlight.get(index).remove(delivery.id());
                done(
                        position,
                        to ->
                                to.group(index)
                                        .computeIfPresent(
                                                delivery.id(), (id, item) -> item.until(until)));
            }
        }

        private void purge() {
            if (random.nextInt(6) > 0) {
                return;
            }
            int index = group();
            long position =
                    node.change(groups.get(index).purgeBytes(), () -> groups.get(index).purge());
            if (position > 0) {
                List<Long> kept = List.copyOf(inFlight.get(index).keySet());
                done(position, to -> to.group(index).keySet().retainAll(kept));
            }
        }

        private void tick() {
            for (Group group : groups) {
                if (group.dueMillis() <= clock.millis()) {
                    node.change(Group.TICK_BYTES, () -> group.tick(clock.millis()));
                }
            }
        }

        // ---- What must hold

        private void check() {
            for (int i = 0; i < GROUPS; i++) {
                Group group = groups.get(i);
                assertEquals(inFlight.get(i).size(), group.inFlight());
                assertEquals(
                        model.group(i).size(),
                        group.ready() + group.inFlight() + group.deferred(),
                        "messages of group " + i);
            }
        }

        /** All is healed, and each group gets what is left. */
        private void finish() throws IOException {
            heal();
            restart(false);
            clock.pass(100 * MINUTE);
            for (int i = 0; i < GROUPS; i++) {
                for (int idle = 0; !model.group(i).isEmpty() && idle < 1_000; idle++) {
                    tick();
                    node.turnFiles(Integer.MAX_VALUE);
                    while (take(i)) {
                        idle = 0;
                    }
                    for (Delivery delivery : List.copyOf(inFlight.get(i).values())) {
                        assertTrue(acknowledge(i, delivery), "there is space");
                    }
                }
                assertEquals(Map.of(), model.group(i), "never delivered");
            }
            check();
        }
    }
}
