package dev.millrace.bench.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.Deque;

class PlannedTimesTest {
    @Test
    void they_come_back_in_order_however_many_are_in_flight() {
        Seeds.each(
                100,
                random -> {
                    PlannedTimes times = new PlannedTimes();
                    Deque<Long> model = new ArrayDeque<>();
                    for (long step = 0; step < 1000; step++) {
                        if (random.nextInt(5) < 3) {
                            times.add(step);
                            model.add(step);
                        } else if (!model.isEmpty()) {
                            assertEquals(model.remove(), times.take());
                        }
                        assertEquals(model.size(), times.count());
                    }
                });
    }

    @Test
    void a_reply_to_nothing_is_an_error() {
        assertThrows(IllegalStateException.class, () -> new PlannedTimes().take());
    }
}
