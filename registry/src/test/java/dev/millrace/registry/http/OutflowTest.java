package dev.millrace.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** What all connections may have unread together. */
class OutflowTest {
    private final Outflow outflow = new Outflow(100);
    private final List<Integer> answered = new ArrayList<>();

    private void answer(int who) {
        if (outflow.isFull()) {
            outflow.whenLess(() -> answer(who));
            return;
        }
        answered.add(who);
        outflow.add(60);
    }

    @Test
    void who_asks_while_too_much_is_unread_is_answered_when_others_have_read() {
        for (int who = 0; who < 6; who++) {
            answer(who);
        }
        assertEquals(List.of(0, 1), answered);
        outflow.remove(60);
        assertEquals(List.of(0, 1, 2), answered);
        outflow.remove(60);
        outflow.remove(60);
        assertEquals(List.of(0, 1, 2, 3, 4), answered);
        assertTrue(outflow.isFull());
    }

    @Test
    void answers_that_are_read_at_once_do_not_nest() {
        int[] left = {100_000};
        Runnable reads =
                new Runnable() {
                    @Override
                    public void run() {
                        outflow.add(60);
                        if (--left[0] > 0) {
                            outflow.whenLess(this);
                        }
                        outflow.remove(60);
                    }
                };
        outflow.add(100);
        outflow.whenLess(reads);
        outflow.remove(100);
        assertEquals(0, left[0]);
    }

    @Test
    void who_has_left_is_forgotten() {
        Runnable leaves = () -> answered.add(7);
        outflow.add(100);
        outflow.whenLess(leaves);
        outflow.forget(leaves);
        outflow.remove(100);
        assertFalse(outflow.isFull());
        assertEquals(List.of(), answered);
    }
}
