package dev.millrace.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.events.EventsNode.Written;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.log.AllCursor;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.read.StreamView;
import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Memory;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/** The store of events beside a plain model, over restarts, power cuts and checkpoints. */
class EventStoreTest {
    private record Stored(String stream, long revision, Written event) {}

    private static final class Model {
        private final Map<String, List<Written>> streams = new HashMap<>();
        private final Map<String, Long> truncatedBefore = new HashMap<>();
        private final Set<String> tombstoned = new HashSet<>();
        private final List<Stored> all = new ArrayList<>();

        List<Written> of(String stream) {
            return streams.computeIfAbsent(stream, _ -> new ArrayList<>());
        }
    }

    @Test
    void what_was_appended_is_read_in_its_order_after_restarts_power_cuts_and_checkpoints() {
        Seeds.each(100, EventStoreTest::live);
    }

    private static void live(SplittableRandom random) throws Exception {
        try (EventsNode node = new EventsNode(random.nextInt(3) * 20_000L)) {
            live(node, random);
        }
    }

    private static void live(EventsNode node, SplittableRandom random) throws Exception {
        Model model = new Model();
        for (int step = 0; step < 150; step++) {
            switch (random.nextInt(40)) {
                case 0 -> {
                    node.projecting(random.nextInt(4) > 0);
                    node.restart();
                }
                case 1 -> node.powerCut(new Random(random.nextLong()));
                case 2 -> assertTrue(checkpoint(node));
                case 3, 4, 5, 6 -> node.runTasks();
                case 7 -> compare(node, model, random);
                case 8 -> delete(node, model, random);
                case 9 -> repeat(node, model, random);
                default -> append(node, model, random);
            }
        }
        compare(node, model, random);
        node.restart();
        compare(node, model, random);
        assertEquals(List.of(), node.broken());
    }

    private static boolean checkpoint(EventsNode node) throws InterruptedException {
        node.runTasks();
        return node.checkpoint();
    }

    private static String anyStream(SplittableRandom random) {
        return "stream-" + random.nextInt(12);
    }

    private static List<Written> anyEvents(SplittableRandom random) {
        List<Written> events = new ArrayList<>();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            int bytes = random.nextInt(20) == 0 ? 6_000 : random.nextInt(300);
            events.add(
                    new Written(
                            new UUID(random.nextLong(), random.nextLong()),
                            random.nextInt(30) == 0 ? "$>" : "type-" + random.nextInt(3),
                            random.nextBoolean() ? "" : "{\"by\":\"" + random.nextInt(9) + "\"}",
                            "d".repeat(bytes)));
        }
        return events;
    }

    private static void append(EventsNode node, Model model, SplittableRandom random) {
        String stream = anyStream(random);
        List<Written> before = model.of(stream);
        List<Written> events = anyEvents(random);
        long last = before.size() - 1L;
        long expected =
                switch (random.nextInt(4)) {
                    case 0 -> Expected.ANY;
                    case 1 -> last + 1 + random.nextInt(3);
                    default -> last;
                };
        Outcome outcome = node.append(stream, expected, events);
        if (model.tombstoned.contains(stream)) {
            assertEquals(new Outcome.Tombstoned(), outcome);
        } else if (expected > last) {
            assertEquals(new Outcome.WrongRevision(last), outcome);
        } else {
            // A deleted stream that is written again says so in its metadata first.
            if (model.truncatedBefore.getOrDefault(stream, 0L) == Long.MAX_VALUE) {
                model.truncatedBefore.put(stream, last + 1);
                model.all.add(new Stored("$$" + stream, -1, events.getFirst()));
            }
            for (Written event : events) {
                model.all.add(new Stored(stream, before.size(), event));
                before.add(event);
            }
            assertEquals(new Outcome.Done(before.size() - 1L, model.all.size()), outcome);
        }
    }

    /** The same events with the same expectation change nothing and are answered as before. */
    private static void repeat(EventsNode node, Model model, SplittableRandom random) {
        String stream = anyStream(random);
        List<Written> there = model.of(stream);
        if (there.isEmpty() || model.tombstoned.contains(stream)) {
            return;
        }
        int from = random.nextInt(there.size());
        int to = from + 1 + random.nextInt(there.size() - from);
        Outcome outcome = node.append(stream, from - 1L, there.subList(from, to));
        boolean deleted = model.truncatedBefore.getOrDefault(stream, 0L) == Long.MAX_VALUE;
        if (!deleted) {
            assertEquals(new Outcome.Done(to - 1L, node.state().log().end()), outcome);
        }
        List<Written> others = new ArrayList<>(there.subList(from, to));
        others.set(others.size() - 1, anyEvents(random).getFirst());
        if (!deleted && to < there.size()) {
            assertEquals(
                    new Outcome.WrongRevision(there.size() - 1L),
                    node.append(stream, from - 1L, others));
        }
    }

    private static void delete(EventsNode node, Model model, SplittableRandom random) {
        String stream = anyStream(random);
        boolean forGood = random.nextInt(4) == 0;
        Outcome outcome = node.delete(stream, forGood);
        if (model.tombstoned.contains(stream)) {
            assertEquals(new Outcome.Tombstoned(), outcome);
            return;
        }
        Written own = new Written(new UUID(0, 0), "", "", "");
        if (forGood) {
            model.tombstoned.add(stream);
            model.all.add(new Stored(stream, Long.MAX_VALUE, own));
        } else {
            model.truncatedBefore.put(stream, Long.MAX_VALUE);
            model.all.add(new Stored("$$" + stream, -1, own));
        }
    }

    // ---- Reading

    private static void compare(EventsNode node, Model model, SplittableRandom random) {
        for (Map.Entry<String, List<Written>> entry : model.streams.entrySet()) {
            String stream = entry.getKey();
            if (model.tombstoned.contains(stream)) {
                continue;
            }
            List<Written> wanted = visible(model, stream, entry.getValue());
            assertEquals(wanted, read(node, stream, 0, true), stream);
            assertEquals(reversed(wanted), read(node, stream, Long.MAX_VALUE - 1, false), stream);
            int size = entry.getValue().size();
            long hidden = size - (long) wanted.size();
            if (!wanted.isEmpty()) {
                int skipped = random.nextInt(wanted.size());
                assertEquals(
                        wanted.subList(skipped, wanted.size()),
                        read(node, stream, hidden + skipped, true));
                assertEquals(
                        reversed(wanted.subList(0, skipped + 1)),
                        read(node, stream, hidden + skipped, false));
            }
        }
        compareAll(node, model, random);
        DerivedStreams.compare(node, random);
    }

    private static List<Written> visible(Model model, String stream, List<Written> all) {
        long before = model.truncatedBefore.getOrDefault(stream, 0L);
        return all.subList((int) Math.min(before, all.size()), all.size());
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> other = new ArrayList<>(list);
        Collections.reverse(other);
        return other;
    }

    private static Written written(long event) {
        return new Written(
                new UUID(Event.idHigh(event), Event.idLow(event)),
                text(Event.type(event), Event.typeBytes(event)),
                text(Event.meta(event), Event.metaBytes(event)),
                text(Event.data(event), Event.dataBytes(event)));
    }

    private static String text(long address, int bytes) {
        return new String(Memory.bytes(address, bytes), StandardCharsets.UTF_8);
    }

    private static List<Written> read(EventsNode node, String stream, long from, boolean forward) {
        int number = node.find(stream);
        StreamView view = StreamView.of(node.state(), number, node.clock().millis());
        List<Written> found = new ArrayList<>();
        if (view.isNone()) {
            return found;
        }
        try (StreamCursor cursor = node.state().log().read(number, from, forward, () -> {})) {
            Cursor.Step step;
            do {
                node.runTasks();
                step =
                        cursor.read(
                                view.first(),
                                view.last(),
                                Long.MAX_VALUE,
                                event -> found.add(written(event)));
            } while (step == Cursor.Step.LOADING);
        }
        return found;
    }

    private static void compareAll(EventsNode node, Model model, SplittableRandom random) {
        long end = model.all.size();
        assertEquals(end, node.state().log().end());
        List<Stored> forward = readAll(node, 1, true);
        assertEquals(end, forward.size());
        for (int i = 0; i < forward.size(); i++) {
            Stored wanted = model.all.get(i);
            Stored found = forward.get(i);
            assertEquals(wanted.stream, found.stream);
            if (wanted.revision >= 0 && wanted.revision < Long.MAX_VALUE) {
                assertEquals(wanted, found);
            }
        }
        assertEquals(reversed(forward), readAll(node, end, false));
        if (end > 0) {
            int skipped = random.nextInt((int) end);
            assertEquals(forward.subList(skipped, (int) end), readAll(node, skipped + 1L, true));
        }
    }

    private static List<Stored> readAll(EventsNode node, long from, boolean forward) {
        List<Stored> found = new ArrayList<>();
        try (AllCursor cursor = node.state().log().readAll(from, forward, () -> {})) {
            Cursor.Step step;
            do {
                node.runTasks();
                step =
                        cursor.read(
                                node.state().log().end(),
                                event ->
                                        found.add(
                                                new Stored(
                                                        node.state()
                                                                .streams()
                                                                .name(Event.stream(event)),
                                                        Event.revision(event),
                                                        written(event))));
            } while (step == Cursor.Step.LOADING);
        }
        return found;
    }

    @Test
    void a_damaged_event_in_a_file_is_told_and_never_shown() throws Exception {
        try (EventsNode node = new EventsNode(0)) {
            readDamaged(node);
        }
    }

    private static void readDamaged(EventsNode node) throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200; i++) {
            node.append("stream", Expected.ANY, anyEvents(random));
        }
        assertTrue(checkpoint(node));
        node.damageFirstFile();
        node.restart();
        int number = node.find("stream");
        List<Written> found = new ArrayList<>();
        try (StreamCursor cursor = node.state().log().read(number, 0, true, () -> {})) {
            cursor.read(0, 1000, Long.MAX_VALUE, event -> found.add(written(event)));
            node.runTasks();
        }
        assertEquals(List.of(), found);
        assertTrue(
                String.valueOf(node.broken().getFirst().getMessage()).contains("is damaged"),
                () -> String.valueOf(node.broken()));
    }
}
