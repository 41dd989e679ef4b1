package dev.millrace.events;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.events.log.AllCursor;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.EventTaker;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What KurrentDB's system projections make of a log, by a plain look at all of it: at what is there
 * now, and at what was there at an earlier look and was scavenged since.
 */
final class DerivedStreams {
    /** An event of a derived stream. */
    record Link(long revision, long position, String type, String data) {}

    /** An event of the log. */
    private record Logged(String stream, long revision, long position, String type, String data) {}

    @FunctionalInterface
    private interface Sink {
        void isIn(String derived, String type, String data);
    }

    private final Map<Long, Logged> seen = new TreeMap<>();

    /** Compares what is read of derived streams, both ways and from anywhere, with that. */
    static void compare(EventsNode node, SplittableRandom random) {
        new DerivedStreams().lookAndCompare(node, random);
    }

    /** Remembers what is there, and where. */
    Set<Long> look(EventsNode node) {
        Set<Long> there = new HashSet<>();
        for (Logged event : all(node)) {
            seen.put(event.position, event);
            there.add(event.position);
        }
        return there;
    }

    void lookAndCompare(EventsNode node, SplittableRandom random) {
        Set<Long> there = look(node);
        if (!node.isProjecting()) {
            return;
        }
        Map<String, List<Link>> wanted = of(seen.values());
        assertEquals(wanted.size(), node.state().streams().derivedCount(), wanted::toString);
        wanted.forEach(
                (name, links) ->
                        compare(
                                node,
                                name,
                                links.stream()
                                        .filter(link -> there.contains(link.position))
                                        .toList(),
                                random));
    }

    private static void compare(
            EventsNode node, String name, List<Link> links, SplittableRandom random) {
        assertEquals(links, read(node, name, 0, true), name);
        List<Link> reversed = new ArrayList<>(links);
        Collections.reverse(reversed);
        assertEquals(reversed, read(node, name, Long.MAX_VALUE, false), name);
        if (links.isEmpty()) {
            return;
        }
        int from = random.nextInt(links.size());
        long revision = links.get(from).revision;
        assertEquals(links.subList(from, links.size()), read(node, name, revision, true), name);
        List<Link> before = new ArrayList<>(links.subList(0, from + 1));
        Collections.reverse(before);
        assertEquals(before, read(node, name, revision, false), name);
    }

    /** Every derived stream of a log. */
    private static Map<String, List<Link>> of(Collection<Logged> log) {
        Map<String, List<Link>> derived = new TreeMap<>();
        for (Logged event : log) {
            project(
                    event,
                    (name, type, data) -> {
                        List<Link> links = derived.computeIfAbsent(name, _ -> new ArrayList<>());
                        links.add(new Link(links.size(), event.position, type, data));
                    });
        }
        return derived;
    }

    private static void project(Logged event, Sink sink) {
        boolean meta = event.stream.startsWith("$$");
        String subject = meta ? event.stream.substring(2) : event.stream;
        if (subject.startsWith("$")) {
            return;
        }
        boolean deletes =
                meta
                        ? event.data.equals("{\"$tb\":" + Long.MAX_VALUE + "}")
                        : event.type.equals("$streamDeleted");
        String link = event.revision + "@" + event.stream;
        if (deletes) {
            sink.isIn("$et-$deleted", "$>", event.revision + "@" + subject);
        } else if (!event.type.equals("$>")) {
            sink.isIn("$et-" + event.type, "$>", link);
        }
        int separator = subject.indexOf('-');
        String category = separator > 0 ? subject.substring(0, separator) : "";
        if (separator > 0 && (deletes || !meta)) {
            String target = event.type.equals("$>") ? event.data : link;
            sink.isIn("$ce-" + category, "$>", target);
        }
        if (event.revision == 0) {
            sink.isIn("$streams", "$>", link);
            if (separator > 0 && !meta) {
                sink.isIn("$category-" + category, "$@", event.stream);
            }
        }
    }

    private static String text(long address, int bytes) {
        return new String(Memory.bytes(address, bytes), StandardCharsets.UTF_8);
    }

    private static List<Logged> all(EventsNode node) {
        List<Logged> found = new ArrayList<>();
        try (AllCursor cursor = node.state().log().readAll(1, true, () -> {})) {
            EventTaker taker =
                    event ->
                            found.add(
                                    new Logged(
                                            node.state().streams().name(Event.stream(event)),
                                            Event.revision(event),
                                            Event.position(event),
                                            text(Event.type(event), Event.typeBytes(event)),
                                            text(Event.data(event), Event.dataBytes(event))));
            do {
                node.runTasks();
            } while (cursor.read(node.state().log().end(), taker) == Cursor.Step.LOADING);
        }
        return found;
    }

    /** Reads a derived stream from a revision on. */
    static List<Link> read(EventsNode node, String name, long from, boolean forward) {
        List<Link> found = new ArrayList<>();
        int stream = node.find(name);
        long last = node.state().streams().last(stream);
        EventTaker taker =
                event -> {
                    assertEquals(name, node.state().streams().name(Event.stream(event)));
                    return found.add(
                            new Link(
                                    Event.revision(event),
                                    Event.position(event),
                                    text(Event.type(event), Event.typeBytes(event)),
                                    text(Event.data(event), Event.dataBytes(event))));
                };
        try (StreamCursor cursor = node.state().log().read(stream, from, forward, () -> {})) {
            do {
                node.runTasks();
            } while (cursor.read(0, last, Long.MAX_VALUE, taker) == Cursor.Step.LOADING);
        }
        return found;
    }
}
