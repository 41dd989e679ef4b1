package dev.millrace.events.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Which events are of which stream, beside a plain map. */
class RunsTest {
    private record Run(long first, List<Integer> events) {}

    @Test
    void every_event_is_found_by_its_stream_and_its_revision() {
        Seeds.each(100, RunsTest::compare);
    }

    private static void compare(SplittableRandom random) {
        Runs runs = new Runs();
        Map<Integer, Run> model = new TreeMap<>();
        int streams = 1 + random.nextInt(3_000);
        int base = random.nextBoolean() ? 0 : StreamTable.DERIVED;
        for (int event = 0; event < 2_000; event++) {
            int stream = base + random.nextInt(streams);
            long first = random.nextLong(1L << 40);
            Run run = model.computeIfAbsent(stream, _ -> new Run(first, new ArrayList<>()));
            runs.add(stream, run.first + run.events.size(), event);
            run.events.add(event);
        }
        assertArrayEquals(
                model.keySet().stream().mapToInt(Integer::intValue).toArray(), runs.streams());
        model.forEach((stream, run) -> compare(run, runs, runs.find(stream)));
        assertEquals(-1, runs.find(base + streams));
    }

    private static void compare(Run run, Runs runs, int row) {
        assertEquals(run.first, runs.firstRevision(row));
        assertEquals(run.first + run.events.size() - 1, runs.lastRevision(row));
        assertEquals(run.events.size(), runs.count(row));
        for (int i = 0; i < run.events.size(); i++) {
            assertEquals(run.events.get(i), runs.event(row, i));
        }
    }
}
