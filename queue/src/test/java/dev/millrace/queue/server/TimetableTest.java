package dev.millrace.queue.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What is due when. */
class TimetableTest {
    private final Timetable<String> timetable = new Timetable<>();

    @Test
    void what_is_due_is_given_once_and_in_order() {
        timetable.plan("third", 30);
        timetable.plan("first", 10);
        timetable.plan("second", 20);
        assertEquals(10, timetable.firstMillis());
        assertEquals(List.of("first", "second"), timetable.due(20));
        assertEquals(List.of(), timetable.due(29));
        assertEquals(List.of("third"), timetable.due(1_000));
        assertEquals(Timetable.NEVER, timetable.firstMillis());
    }

    @Test
    void a_plan_replaces_the_one_before_be_it_sooner_or_later() {
        timetable.plan("sooner", 50);
        timetable.plan("later", 10);
        timetable.plan("sooner", 20);
        timetable.plan("later", 40);
        assertEquals(20, timetable.firstMillis());
        assertEquals(List.of("sooner"), timetable.due(39));
        assertEquals(List.of("later"), timetable.due(50));
        assertEquals(List.of(), timetable.due(Timetable.NEVER - 1));
    }

    @Test
    void what_is_forgotten_or_waits_for_nothing_is_never_due() {
        timetable.plan("forgotten", 10);
        timetable.plan("idle", 10);
        timetable.plan("idle", Timetable.NEVER);
        timetable.forget("forgotten");
        timetable.forget("never planned");
        assertEquals(Timetable.NEVER, timetable.firstMillis());
        assertEquals(List.of(), timetable.due(Timetable.NEVER - 1));
    }

    @Test
    void what_is_due_at_the_same_time_comes_in_the_order_in_which_it_was_planned() {
        List<String> names = List.of("c", "a", "d", "b");
        names.forEach(name -> timetable.plan(name, 7));
        assertEquals(names, timetable.due(7));
    }

    /** Beside a plain map that is looked through every time. */
    @Test
    void among_thousands_only_those_that_are_due_are_given() {
        Seeds.each(20, TimetableTest::compare);
    }

    private static void compare(SplittableRandom random) {
        Timetable<Integer> tested = new Timetable<>();
        Map<Integer, Long> plain = new HashMap<>();
        long now = 0;
        for (int step = 0; step < 2_000; step++) {
            int thing = random.nextInt(500);
            if (random.nextInt(4) == 0) {
                tested.forget(thing);
                plain.remove(thing);
            } else {
                long millis = now + random.nextLong(1_000);
                tested.plan(thing, millis);
                plain.put(thing, millis);
            }
            now += random.nextInt(3);
            long until = now;
            List<Integer> due = tested.due(now);
            assertEquals(plain.values().stream().filter(at -> at <= until).count(), due.size());
            due.forEach(plain::remove);
            assertTrue(plain.values().stream().allMatch(at -> at > until));
        }
    }
}
