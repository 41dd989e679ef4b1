package dev.millrace.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.events.EventsNode.Written;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.log.AllCursor;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.EventTaker;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.read.StreamView;
import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.journal.CorruptJournalException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

/** Files that are merged and scavenged, beside a plain model. */
class CompactionTest {
    private static final long TICKS_PER_SECOND = 10_000_000;

    /** An event of the model. */
    private record Stored(String stream, long revision, long position, UUID id, long created) {}

    /** What a stream's metadata says. */
    private record Bounds(long before, long maxCount, long maxAge) {
        static final Bounds NONE = new Bounds(0, 0, 0);
    }

    private static final class Model {
        private final Map<String, List<Stored>> streams = new TreeMap<>();
        private final Map<String, Bounds> bounds = new HashMap<>();
        private final Set<String> tombstoned = new HashSet<>();
        private final List<Stored> all = new ArrayList<>();

        /** Positions that a scavenge may have taken. */
        private final Set<Long> unreadable = new HashSet<>();

        List<Stored> of(String stream) {
            return streams.computeIfAbsent(stream, _ -> new ArrayList<>());
        }

        void add(String stream, UUID id, long created) {
            List<Stored> events = of(stream);
            Stored stored = new Stored(stream, events.size(), all.size() + 1L, id, created);
            events.add(stored);
            all.add(stored);
        }

        boolean isReadable(Stored event, long now) {
            String subject =
                    event.stream.startsWith("$$") ? event.stream.substring(2) : event.stream;
            if (tombstoned.contains(subject)) {
                return event.revision == Long.MAX_VALUE;
            }
            long last = of(event.stream).size() - 1L;
            Bounds limits = bounds.getOrDefault(event.stream, Bounds.NONE);
            long maxCount =
                    limits.maxCount == 0 && event.stream.startsWith("$$") ? 1 : limits.maxCount;
            return event.revision >= limits.before
                    && (maxCount == 0 || event.revision > last - maxCount)
                    && (limits.maxAge == 0
                            || event.created >= now - limits.maxAge * TICKS_PER_SECOND);
        }

        void scavenged(long now) {
            for (Stored event : all) {
                if (!isReadable(event, now)) {
                    unreadable.add(event.position);
                }
            }
        }
    }

    private final Model model = new Model();
    private final DerivedStreams derived = new DerivedStreams();

    private static long now(EventsNode node) {
        return node.clock().millis() * 10_000;
    }

    @Test
    void what_can_be_read_stays_and_what_cannot_goes_over_restarts_and_power_cuts() {
        Seeds.each(60, random -> new CompactionTest().live(random));
    }

    private void live(SplittableRandom random) throws Exception {
        try (EventsNode node = new EventsNode(random.nextInt(2) * 10_000L)) {
            for (int step = 0; step < 200; step++) {
                step(node, random);
            }
            compare(node, random);
            complete(node);
            compare(node, random);
            node.restart();
            compare(node, random);
            assertEquals(List.of(), node.broken());
        }
    }

    private void step(EventsNode node, SplittableRandom random) throws Exception {
        doStep(node, random);
        if (node.state().log().scavenged().running()) {
            // It goes by what holds when it comes to a file.
            model.scavenged(now(node));
        }
    }

    private void doStep(EventsNode node, SplittableRandom random) throws Exception {
        switch (random.nextInt(40)) {
            case 0 -> node.restart();
            case 1 -> node.powerCut(new Random(random.nextLong()));
            case 2, 3 -> {
                node.runTasks();
                assertTrue(node.checkpoint());
            }
            case 4, 5, 6, 7 -> node.runTasks();
            case 8 -> compare(node, random);
            case 9 -> delete(node, random);
            case 10, 11, 12 -> limit(node, random);
            case 13 -> node.clock().advance(random.nextInt(20_000));
            case 14, 15 -> scavenge(node);
            default -> append(node, random);
        }
    }

    private void scavenge(EventsNode node) {
        derived.look(node);
        if (node.scavenge()) {
            model.scavenged(now(node));
        }
    }

    private static String anyStream(SplittableRandom random) {
        return (random.nextBoolean() ? "order-" : "customer-") + random.nextInt(5);
    }

    private void append(EventsNode node, SplittableRandom random) {
        String stream = anyStream(random);
        List<Written> events = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            events.add(
                    new Written(
                            new UUID(random.nextLong(), random.nextLong()),
                            "type-" + random.nextInt(3),
                            "",
                            "d".repeat(random.nextInt(20) == 0 ? 6_000 : random.nextInt(300))));
        }
        Outcome outcome = node.append(stream, Expected.ANY, events);
        if (model.tombstoned.contains(stream)) {
            assertInstanceOf(Outcome.Tombstoned.class, outcome);
            return;
        }
        Bounds limits = model.bounds.getOrDefault(stream, Bounds.NONE);
        if (limits.before == Long.MAX_VALUE) {
            model.add("$$" + stream, new UUID(0, 0), now(node));
            long before = model.of(stream).size();
            model.bounds.put(stream, new Bounds(before, limits.maxCount, limits.maxAge));
        }
        events.forEach(event -> model.add(stream, event.id(), now(node)));
        assertEquals(new Outcome.Done(model.of(stream).size() - 1L, model.all.size()), outcome);
    }

    private void limit(EventsNode node, SplittableRandom random) {
        String stream = anyStream(random);
        Bounds limits =
                switch (random.nextInt(4)) {
                    case 0 -> new Bounds(random.nextInt(30), 0, 0);
                    case 1 -> new Bounds(0, 1 + random.nextInt(10), 0);
                    case 2 -> new Bounds(0, 0, 1 + random.nextInt(20));
                    default -> Bounds.NONE;
                };
        Written metadata =
                new Written(
                        new UUID(random.nextLong(), random.nextLong()),
                        "$metadata",
                        "",
                        "{\"$tb\":%d,\"$maxCount\":%d,\"$maxAge\":%d}"
                                .formatted(limits.before, limits.maxCount, limits.maxAge));
        Outcome outcome = node.append("$$" + stream, Expected.ANY, List.of(metadata));
        if (outcome instanceof Outcome.Done) {
            model.add("$$" + stream, metadata.id(), now(node));
            model.bounds.put(stream, limits);
        }
    }

    private void delete(EventsNode node, SplittableRandom random) {
        String stream = anyStream(random);
        boolean forGood = random.nextInt(4) == 0;
        if (node.delete(stream, forGood) instanceof Outcome.Tombstoned) {
            return;
        }
        if (forGood) {
            model.tombstoned.add(stream);
            model.all.add(
                    new Stored(
                            stream,
                            Long.MAX_VALUE,
                            model.all.size() + 1L,
                            new UUID(0, 0),
                            now(node)));
        } else {
            model.add("$$" + stream, new UUID(0, 0), now(node));
            Bounds limits = model.bounds.getOrDefault(stream, Bounds.NONE);
            model.bounds.put(stream, new Bounds(Long.MAX_VALUE, limits.maxCount, limits.maxAge));
        }
    }

    // ---- Reading

    private void compare(EventsNode node, SplittableRandom random) {
        node.runTasks(); // What is read below does not change while it is.
        Map<Long, Long> there = all(node);
        for (Stored event : model.all) {
            Long revision = there.get(event.position);
            if (revision == null) {
                assertTrue(model.unreadable.contains(event.position), event::toString);
            } else {
                assertEquals(event.revision, revision, event::toString);
            }
        }
        assertEquals(model.all.size(), node.state().log().end());
        for (String stream : List.copyOf(model.streams.keySet())) {
            if (!model.tombstoned.contains(stream.replace("$$", ""))) {
                compare(node, stream, there.keySet(), random);
            }
        }
        derived.lookAndCompare(node, random);
    }

    private void compare(EventsNode node, String stream, Set<Long> there, SplittableRandom random) {
        List<Stored> wanted =
                model.of(stream).stream()
                        .filter(event -> model.isReadable(event, now(node)))
                        .filter(event -> there.contains(event.position))
                        .toList();
        List<Long> revisions = wanted.stream().map(Stored::revision).toList();
        assertEquals(revisions, read(node, stream, 0, true), stream);
        assertEquals(reversed(revisions), read(node, stream, Long.MAX_VALUE, false), stream);
        if (!revisions.isEmpty()) {
            int from = random.nextInt(revisions.size());
            long revision = revisions.get(from);
            assertEquals(
                    revisions.subList(from, revisions.size()),
                    read(node, stream, revision, true),
                    stream);
            assertEquals(
                    reversed(revisions.subList(0, from + 1)),
                    read(node, stream, revision, false),
                    stream);
        }
    }

    private static List<Long> reversed(List<Long> list) {
        List<Long> other = new ArrayList<>(list);
        Collections.reverse(other);
        return other;
    }

    private static List<Long> read(EventsNode node, String stream, long from, boolean forward) {
        List<Long> found = new ArrayList<>();
        int number = node.find(stream);
        StreamView view = StreamView.of(node.state(), number, node.clock().millis());
        if (view.isNone()) {
            return found;
        }
        EventTaker taker = event -> !view.isYoung(event) || found.add(Event.revision(event));
        try (StreamCursor cursor = node.state().log().read(number, from, forward, () -> {})) {
            Cursor.Step step;
            do {
                step = cursor.read(view.first(), view.last(), Long.MAX_VALUE, taker);
                node.runTasks();
            } while (step == Cursor.Step.LOADING);
        }
        return found;
    }

    /** Revisions by positions, read both ways. */
    private static Map<Long, Long> all(EventsNode node) {
        Map<Long, Long> forward = new TreeMap<>();
        Map<Long, Long> backward = new TreeMap<>();
        read(node, 1, true, forward);
        read(node, node.state().log().end(), false, backward);
        assertEquals(forward, backward);
        return forward;
    }

    private static void read(EventsNode node, long from, boolean forward, Map<Long, Long> found) {
        EventTaker taker = event -> found.put(Event.position(event), Event.revision(event)) == null;
        try (AllCursor cursor = node.state().log().readAll(from, forward, () -> {})) {
            Cursor.Step step;
            do {
                step = cursor.read(node.state().log().end(), taker);
                node.runTasks();
            } while (step == Cursor.Step.LOADING);
        }
    }

    // ---- What remains

    /** A scavenge to its end; then everything that files had and nobody can read is gone. */
    private void complete(EventsNode node) throws Exception {
        node.runTasks();
        scavenge(node);
        node.runTasks();
        assertTrue(node.checkpoint());
        node.runTasks();
        // One that was given up by a power cut, or went on while that one was asked for.
        scavenge(node);
        node.runTasks();
        assertTrue(!node.state().log().scavenged().running());
        assertEquals("", node.state().log().scavenged().failure());
        assertTrue(node.checkpoint());
        node.runTasks();
        assertTrue(node.checkpoint());
        assertEquals(node.state().log().fileCount(), node.files().list().size());
    }

    // ---- Apart from the model

    private static void fill(EventsNode node, int appends, SplittableRandom random) {
        for (int i = 0; i < appends; i++) {
            List<Written> events = new ArrayList<>();
            for (int event = 0; event < 10; event++) {
                events.add(
                        new Written(
                                new UUID(random.nextLong(), random.nextLong()),
                                "type",
                                "",
                                "d".repeat(100)));
            }
            node.append("order-" + random.nextInt(20), Expected.ANY, events);
            node.runTasks();
        }
    }

    @Test
    void files_become_few_and_each_event_is_written_a_few_times_only() throws Exception {
        try (EventsNode node = new EventsNode(0)) {
            fill(node, 1_000, new SplittableRandom(1));
            int files = node.state().log().fileCount();
            assertTrue(files <= 3 * 8, () -> files + " files");
            assertEquals(10_000, all(node).size());
            assertTrue(node.checkpoint());
            assertEquals(files, node.files().list().size());
        }
    }

    /**
     * Whether a merge would wait when something was read, and when nothing was since.
     *
     * @param appends how many there are before the first merge
     */
    private static List<Boolean> waits(int appends) throws Exception {
        List<Boolean> waits = new ArrayList<>();
        try (EventsNode node = new EventsNode(0)) {
            node.pace(
                    (_, _) -> {
                        throw new IOException("not yet");
                    });
            fill(node, appends, new SplittableRandom(1));
            node.pace(
                    (_, asked) -> {
                        if (waits.isEmpty()) {
                            beginReading(node, "order-1");
                            waits.add(asked.getAsBoolean());
                            waits.add(asked.getAsBoolean());
                        }
                    });
            fill(node, 10, new SplittableRandom(2));
            assertEquals(10 * (appends + 10), all(node).size());
        }
        return waits;
    }

    private static void beginReading(EventsNode node, String stream) {
        try (StreamCursor cursor = node.state().log().read(node.find(stream), 0, true, () -> {})) {
            assertEquals(
                    Cursor.Step.LOADING, cursor.read(0, Long.MAX_VALUE, Long.MAX_VALUE, _ -> true));
        }
    }

    @Test
    void a_merge_waits_while_files_are_read() throws Exception {
        assertEquals(List.of(true, false), waits(100));
    }

    @Test
    void no_merge_waits_when_there_are_very_many_files() throws Exception {
        assertEquals(List.of(false, false), waits(1_000));
    }

    @Test
    void a_scavenge_gives_the_room_of_deleted_streams_back() throws Exception {
        try (EventsNode node = new EventsNode(0)) {
            fill(node, 300, new SplittableRandom(1));
            assertTrue(node.checkpoint());
            long before = node.files().usedBytes();
            for (int i = 1; i < 20; i++) {
                node.delete("order-" + i, i % 2 == 0);
            }
            node.scavenge();
            node.runTasks();
            assertTrue(node.checkpoint());
            long after = node.files().usedBytes();
            assertTrue(after < before / 5, () -> after + " of " + before);
            assertTrue(node.state().log().scavenged().events() > 2_500);
            node.restart();
            assertEquals(List.of(), node.broken());
        }
    }

    @Test
    void what_the_newest_whole_checkpoint_lists_stays_though_one_was_begun_at_its_position()
            throws Exception {
        try (EventsNode node = new EventsNode(0)) {
            fill(node, 100, new SplittableRandom(1));
            node.delete("order-1", false);
            assertTrue(node.checkpoint());
            node.scavenge();
            node.runTasks();
            assertTrue(!node.checkpointWithoutRoom());
            node.lookAtCheckpoint();
            node.restart();
            assertEquals(1_001, all(node).size());
        }
    }

    @Test
    void a_full_disk_ends_a_scavenge_and_nothing_else() throws Exception {
        try (EventsNode node = new EventsNode(0)) {
            fill(node, 50, new SplittableRandom(1));
            node.delete("order-1", false);
            node.files().capacity(node.files().usedBytes() + 100);
            node.scavenge();
            node.runTasks();
            assertTrue(node.state().log().scavenged().failure().contains("free:"));
            assertEquals(501, all(node).size());
        }
    }

    @Test
    void a_damaged_file_is_refused_by_its_name_and_the_offset() throws Exception {
        EventsNode node = new EventsNode(0);
        fill(node, 50, new SplittableRandom(1));
        assertTrue(node.checkpoint());
        String last = node.files().list().stream().sorted().toList().getLast();
        node.files().flip(last, node.files().content(last).length - 100);
        CorruptJournalException refused =
                assertThrows(CorruptJournalException.class, node::restart);
        assertTrue(
                String.valueOf(refused.getMessage()).matches(last + ": .* damaged, at offset \\d+"),
                refused::getMessage);
    }

    @Test
    void damage_that_a_merge_meets_is_told_by_file_and_offset() throws Exception {
        try (EventsNode node = new EventsNode(0)) {
            fill(node, 8, new SplittableRandom(1));
            assertTrue(node.checkpoint());
            node.damageFirstFile();
            node.restart();
            fill(node, 40, new SplittableRandom(2));
            assertTrue(
                    String.valueOf(node.broken().getFirst().getMessage())
                            .matches("\\d+\\.events: the event at offset 0 is damaged"),
                    () -> String.valueOf(node.broken()));
        }
    }
}
