package dev.millrace.registry.check;

import static dev.millrace.registry.catalog.Status.CRITICAL;
import static dev.millrace.registry.catalog.Status.PASSING;
import static dev.millrace.registry.catalog.Status.WARNING;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.registry.catalog.Status;

import org.junit.jupiter.api.Test;

import java.util.Optional;

class TallyTest {
    @Test
    void without_thresholds_every_answer_is_enough() {
        Tally tally = new Tally(Thresholds.NONE);
        for (Status answer : new Status[] {PASSING, CRITICAL, WARNING, CRITICAL, PASSING}) {
            assertEquals(Optional.of(answer), tally.count(answer));
        }
    }

    @Test
    void the_first_answer_is_enough_whatever_the_thresholds() {
        assertEquals(Optional.of(PASSING), new Tally(new Thresholds(5, 5, 5)).count(PASSING));
        assertEquals(Optional.of(CRITICAL), new Tally(new Thresholds(5, 5, 5)).count(CRITICAL));
    }

    @Test
    void failures_warn_first_and_are_critical_when_they_are_more() {
        Tally tally = new Tally(new Thresholds(0, 2, 4));
        assertEquals(Optional.of(PASSING), tally.count(PASSING));
        assertEquals(Optional.empty(), tally.count(CRITICAL));
        assertEquals(Optional.of(WARNING), tally.count(CRITICAL));
        assertEquals(Optional.of(WARNING), tally.count(CRITICAL));
        assertEquals(Optional.of(CRITICAL), tally.count(CRITICAL));
        assertEquals(Optional.of(CRITICAL), tally.count(CRITICAL));
    }

    @Test
    void one_success_sets_the_count_of_failures_to_nothing() {
        Tally tally = new Tally(new Thresholds(0, 2, 2));
        tally.count(PASSING);
        assertEquals(Optional.empty(), tally.count(CRITICAL));
        assertEquals(Optional.of(WARNING), tally.count(WARNING));
        assertEquals(Optional.empty(), tally.count(CRITICAL));
        assertEquals(Optional.of(CRITICAL), tally.count(CRITICAL));
    }

    @Test
    void successes_have_to_follow_one_another() {
        Tally tally = new Tally(new Thresholds(3, 0, 0));
        assertEquals(Optional.of(CRITICAL), tally.count(CRITICAL));
        assertEquals(Optional.empty(), tally.count(PASSING));
        assertEquals(Optional.empty(), tally.count(PASSING));
        assertEquals(Optional.of(CRITICAL), tally.count(CRITICAL));
        assertEquals(Optional.empty(), tally.count(PASSING));
        assertEquals(Optional.empty(), tally.count(WARNING));
        assertEquals(Optional.of(PASSING), tally.count(PASSING));
    }
}
