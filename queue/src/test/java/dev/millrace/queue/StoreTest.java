package dev.millrace.queue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Cursor;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.state.Definition;
import dev.millrace.queue.state.State;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The store beside a plain model, over restarts, power cuts and checkpoints. */
class StoreTest {
    private record Content(long id, String meta, byte[] body) {}

    private static final class Group {
        private long next;
        private final TreeMap<Long, Integer> attempts = new TreeMap<>();
        private final Map<Long, Long> deferred = new HashMap<>();
    }

    /** What must be there. */
    private static <T> T of(Map<Long, T> map, long key) {
        return Objects.requireNonNull(map.get(key));
    }

    private static final class Model {
        private final Map<Long, List<Content>> backlogs = new TreeMap<>();
        private final Map<Long, Long> backlogOf = new TreeMap<>();
        private final Map<Long, Group> groups = new TreeMap<>();
        private final Map<Definition.Name, byte[]> definitions = new HashMap<>();
    }

    @Test
    void what_was_committed_is_there_after_restarts_power_cuts_and_checkpoints() {
        Seeds.each(150, StoreTest::live);
    }

    private static void live(SplittableRandom random) throws Exception {
        QueueNode node = new QueueNode(random.nextInt(3) * 300_000L);
        Model model = new Model();
        for (int step = 0; step < 120; step++) {
            switch (random.nextInt(40)) {
                case 0 -> node.restart();
                case 1 -> node.powerCut(new Random(random.nextLong()));
                case 2 -> assertTrue(node.checkpoint());
                case 3, 4, 5, 6 -> node.runTasks();
                case 7 -> compare(node, model);
                default -> node.change(() -> change(node, model, random));
            }
        }
        compare(node, model);
        node.restart();
        compare(node, model);
        assertEquals(List.of(), node.broken());
    }

    private static long anyKey(Map<Long, ?> of, SplittableRandom random) {
        List<Long> keys = List.copyOf(of.keySet());
        return keys.get(random.nextInt(keys.size()));
    }

    private static void change(QueueNode node, Model model, SplittableRandom random) {
        int times = 1 + random.nextInt(6);
        for (int i = 0; i < times; i++) {
            one(node, model, random);
        }
    }

    private static void one(QueueNode node, Model model, SplittableRandom random) {
        State state = node.store().state();
        int what = random.nextInt(30);
        if (what == 0 || model.backlogs.isEmpty()) {
            model.backlogs.put(node.store().effects().addBacklog().id(), new ArrayList<>());
            return;
        }
        long backlog = anyKey(model.backlogs, random);
        List<Content> contents = of(model.backlogs, backlog);
        if (what < 12) {
            int length = random.nextInt(20) == 0 ? 300_000 : random.nextInt(30_000);
            byte[] body = new byte[length];
            Arrays.fill(body, (byte) random.nextInt());
            String meta = "m".repeat(random.nextInt(30));
            long id = node.append(state.backlog(backlog), meta, body);
            contents.add(new Content(id, meta, body));
            return;
        }
        if (what == 12) {
            Definition.Name name = new Definition.Name(random.nextInt(3), "n" + random.nextInt(9));
            byte[] content = {(byte) what, (byte) random.nextInt()};
            node.store().effects().define(name, content);
            model.definitions.put(name, content);
            return;
        }
        if (what == 13 && !model.definitions.isEmpty()) {
            Definition.Name name = model.definitions.keySet().iterator().next();
            node.store().effects().undefine(name);
            model.definitions.remove(name);
            return;
        }
        if (what == 14 && random.nextInt(4) == 0) {
            node.store().effects().drop(state.backlog(backlog));
            model.backlogs.remove(backlog);
            model.backlogOf.entrySet().stream()
                    .filter(entry -> entry.getValue() == backlog)
                    .forEach(entry -> model.groups.remove(entry.getKey()));
            model.backlogOf.values().removeIf(value -> value == backlog);
            return;
        }
        if (what == 15 || model.groups.isEmpty()) {
            Backlog on = state.backlog(backlog);
            Group group = new Group();
            group.next = random.nextBoolean() ? on.first() : on.end();
            long id = node.store().effects().addLedger(on, group.next).id();
            model.groups.put(id, group);
            model.backlogOf.put(id, backlog);
            return;
        }
        long id = anyKey(model.groups, random);
        if (what == 16 && random.nextInt(3) == 0) {
            node.store().effects().drop(state.ledger(id));
            model.groups.remove(id);
            model.backlogOf.remove(id);
            return;
        }
        consume(node, model, id, random);
    }

    private static void consume(QueueNode node, Model model, long id, SplittableRandom random) {
        Ledger ledger = node.store().state().ledger(id);
        Group group = of(model.groups, id);
        long ready = of(model.backlogs, of(model.backlogOf, id)).size() - group.next;
        assertEquals(ready, ledger.ready());
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                long count = random.nextLong(ready + 1);
                node.store().effects().deliver(ledger, count);
                for (long i = 0; i < count; i++) {
                    group.attempts.put(group.next++, 1);
                }
            }
            case 3 -> {
                long count = random.nextLong(ready + 1);
                node.store().effects().skip(ledger, count);
                group.next += count;
            }
            case 4 -> {
                if (ready > 0) {
                    node.store().effects().deferNext(ledger, 77);
                    group.deferred.put(group.next, 77L);
                    group.attempts.put(group.next++, 0);
                }
            }
            default -> settle(node, group, ledger, random);
        }
    }

    private static void settle(
            QueueNode node, Group group, Ledger ledger, SplittableRandom random) {
        if (group.attempts.isEmpty()) {
            return;
        }
        List<Long> offsets = List.copyOf(group.attempts.keySet());
        long offset =
                random.nextBoolean()
                        ? offsets.getFirst()
                        : offsets.get(random.nextInt(offsets.size()));
        switch (random.nextInt(6)) {
            case 0 -> {
                node.store().effects().retry(ledger, offset);
                group.attempts.merge(offset, 1, Integer::sum);
                group.deferred.remove(offset);
            }
            case 1 -> {
                node.store().effects().defer(ledger, offset, 88);
                group.deferred.put(offset, 88L);
            }
            default -> {
                node.store().effects().acknowledge(ledger, offset);
                group.attempts.remove(offset);
                group.deferred.remove(offset);
            }
        }
    }

    // ---- Comparing

    private static void compare(QueueNode node, Model model) {
        State state = node.store().state();
        node.store().lock();
        try {
            assertEquals(model.backlogs.keySet().size(), state.backlogs().size());
            assertEquals(model.groups.keySet().size(), state.ledgers().size());
            assertEquals(model.definitions.keySet(), state.definitions().keySet());
            model.definitions.forEach(
                    (name, content) -> assertArrayEquals(content, state.definitions().get(name)));
            model.backlogs.forEach(
                    (id, contents) -> assertEquals(contents.size(), state.backlog(id).end()));
            model.groups.forEach(
                    (id, group) ->
                            compare(
                                    node,
                                    state.ledger(id),
                                    group,
                                    of(model.backlogs, of(model.backlogOf, id))));
        } finally {
            node.store().unlock();
        }
    }

    private static void compare(
            QueueNode node, Ledger ledger, Group group, List<Content> contents) {
        assertEquals(group.next, ledger.next());
        assertEquals(group.attempts.size(), ledger.unacknowledged());
        List<Long> kept = new ArrayList<>();
        ledger.forEachUnacknowledged(kept::add);
        assertEquals(List.copyOf(group.attempts.keySet()), kept);
        Cursor cursor = new Cursor(ledger.backlog(), node.store().state().shelf());
        group.attempts.forEach(
                (offset, attempts) -> {
                    assertEquals(attempts, ledger.attempts(offset));
                    assertEquals(
                            group.deferred.getOrDefault(offset, 0L), ledger.deferredUntil(offset));
                    compare(node.read(cursor, offset), contents.get(offset.intValue()));
                });
        for (long offset = group.next; offset < contents.size(); offset++) {
            compare(node.read(cursor, offset), contents.get((int) offset));
        }
    }

    private static void compare(Message message, Content content) {
        assertEquals(content.id(), message.id());
        assertEquals(1_000 + content.id(), message.timestampNanos());
        assertEquals(7, message.flags());
        assertEquals(
                content.meta(),
                new String(
                        Memory.bytes(message.metaAddress(), message.metaBytes()),
                        java.nio.charset.StandardCharsets.UTF_8));
        assertArrayEquals(content.body(), Memory.bytes(message.bodyAddress(), message.bodyBytes()));
    }

    @Test
    void a_full_disk_keeps_messages_in_memory_until_there_is_room() throws Exception {
        QueueNode node = new QueueNode(0);
        node.chunkDisk().full(true);
        Backlog[] backlog = new Backlog[1];
        node.change(() -> backlog[0] = node.store().effects().addBacklog());
        for (int i = 0; i < 20; i++) {
            node.change(() -> node.append(backlog[0], "", new byte[100_000]));
            node.runTasks();
        }
        assertEquals(0, node.chunkDisk().writes());
        assertTrue(node.store().state().shelf().isCongested());
        node.chunkDisk().full(false);
        node.store().lock();
        node.store().state().shelf().retry();
        node.store().unlock();
        node.runTasks();
        assertTrue(node.chunkDisk().writes() > 10, "writes: " + node.chunkDisk().writes());
        Cursor cursor = new Cursor(backlog[0], node.store().state().shelf());
        node.store().lock();
        try {
            for (int i = 0; i < 20; i++) {
                assertEquals(100_000, node.read(cursor, i).bodyBytes());
            }
        } finally {
            node.store().unlock();
        }
    }

    @Test
    void files_go_when_a_checkpoint_is_behind_their_end() throws Exception {
        QueueNode node = new QueueNode(0);
        Backlog[] backlog = new Backlog[1];
        Ledger[] ledger = new Ledger[1];
        node.change(() -> backlog[0] = node.store().effects().addBacklog());
        node.change(() -> ledger[0] = node.store().effects().addLedger(backlog[0], 0));
        for (int i = 0; i < 200; i++) {
            node.change(() -> node.append(backlog[0], "", new byte[250_000]));
            node.runTasks();
        }
        int files = node.chunkDisk().list().size();
        assertTrue(files >= 3, "files: " + files);
        node.change(() -> node.store().effects().skip(ledger[0], 200));
        assertEquals(files, node.chunkDisk().list().size());
        assertTrue(node.checkpoint());
        node.runTasks();
        assertTrue(node.chunkDisk().list().size() <= 1, node.chunkDisk().list().toString());
    }

    /**
     * With relaxed durability a power cut may take the journal's end, and leave files that were
     * written behind it.
     */
    @Test
    void a_file_that_nobody_needed_at_the_start_stays_if_it_is_written_again() throws Exception {
        QueueNode node = new QueueNode(0);
        node.change(() -> node.store().effects().addBacklog());
        node.chunkDisk().write("2-0.chunks", 0, ByteBuffer.wrap(new byte[100]));
        node.restart();
        Backlog[] backlog = new Backlog[1];
        node.change(() -> backlog[0] = node.store().effects().addBacklog());
        assertEquals(2, backlog[0].id());
        for (int i = 0; i < 20; i++) {
            node.change(() -> node.append(backlog[0], "", new byte[100_000]));
            node.runTasks();
        }
        assertTrue(node.checkpoint());
        node.runTasks();
        Cursor cursor = new Cursor(backlog[0], node.store().state().shelf());
        node.store().lock();
        try {
            for (int i = 0; i < 20; i++) {
                assertEquals(100_000, node.read(cursor, i).bodyBytes());
            }
        } finally {
            node.store().unlock();
        }
    }
}
