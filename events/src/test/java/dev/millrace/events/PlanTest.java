package dev.millrace.events;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.events.EventsNode.Wanted;
import dev.millrace.events.EventsNode.Written;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/** What is planned is what comes of it. */
class PlanTest {
    private static final List<String> STREAMS = List.of("a", "b", "$$a", "$$b", "$$$$a");
    private static final List<String> METADATA =
            List.of("{}", "{\"$tb\":2}", "{\"$tb\":9223372036854775807}", "none");

    private static Written event(SplittableRandom random) {
        return new Written(
                new UUID(random.nextLong(), random.nextLong()),
                random.nextInt(3) == 0 ? "type" : "$metadata",
                "",
                METADATA.get(random.nextInt(METADATA.size())));
    }

    private static long expected(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> Expected.NO_STREAM;
            case 1 -> Expected.ANY;
            default -> random.nextInt(4);
        };
    }

    private static String stream(SplittableRandom random) {
        return STREAMS.get(random.nextInt(STREAMS.size()));
    }

    @Test
    void each_of_a_block_is_answered_as_if_those_before_it_were_made() {
        Seeds.each(
                100,
                random -> {
                    try (EventsNode node = new EventsNode(1 << 20)) {
                        for (int block = 0; block < 20; block++) {
                            check(node, random);
                        }
                    }
                });
    }

    private static void check(EventsNode node, SplittableRandom random) {
        if (random.nextInt(3) == 0) {
            node.delete(stream(random), random.nextInt(20) == 0);
        }
        List<Wanted> all = new ArrayList<>();
        for (int i = random.nextInt(1, 8); i > 0; i--) {
            all.add(new Wanted(stream(random), expected(random), event(random)));
        }
        List<Outcome> planned = node.plan(all);
        for (int i = 0; i < all.size(); i++) {
            Wanted one = all.get(i);
            Outcome made = node.append(one.stream(), one.expected(), List.of(one.event()));
            assertEquals(comparable(made), comparable(planned.get(i)), one + " of " + all);
        }
    }

    /** Where in the log an event is to be is not planned. */
    private static Outcome comparable(Outcome outcome) {
        return outcome instanceof Outcome.Done done
                ? new Outcome.Done(done.revision(), 0)
                : outcome;
    }

    @Test
    void of_a_name_that_is_a_derived_streams_the_stream_that_was_written_counts() throws Exception {
        try (EventsNode node = new EventsNode(1 << 20, false)) {
            Written event = new Written(new UUID(1, 2), "t", "", "{}");
            Outcome _ = node.append("$ce-x", Expected.ANY, List.of(event));
            Outcome _ = node.delete("$ce-x", true);
            node.projecting(true);
            node.restart();
            Outcome _ = node.append("x-1", Expected.ANY, List.of(event));
            List<Wanted> all =
                    List.of(
                            new Wanted("$ce-x", Expected.ANY, event),
                            new Wanted("$$$ce-x", Expected.ANY, event),
                            new Wanted("$$$ce-y", Expected.ANY, event));
            List<Outcome> planned = node.plan(all);
            assertEquals(
                    List.of(new Outcome.Denied(), new Outcome.Tombstoned(), new Outcome.Done(0, 0)),
                    planned);
            for (int i = 0; i < all.size(); i++) {
                Outcome made = node.append(all.get(i).stream(), Expected.ANY, List.of(event));
                assertEquals(comparable(made), comparable(planned.get(i)));
            }
        }
    }

    @Test
    void a_later_append_is_held_against_an_earlier_one() throws Exception {
        try (EventsNode node = new EventsNode(1 << 20)) {
            Written event = new Written(new UUID(1, 2), "t", "", "{}");
            assertEquals(
                    List.of(
                            new Outcome.Done(0, 0),
                            new Outcome.Done(1, 0),
                            new Outcome.WrongRevision(1),
                            new Outcome.Done(2, 0)),
                    node.plan(
                            List.of(
                                    new Wanted("s", Expected.NO_STREAM, event),
                                    new Wanted("s", 0, event),
                                    new Wanted("s", 0, event),
                                    new Wanted("s", 1, event))));
            assertEquals(-1, node.find("s"));
        }
    }
}
