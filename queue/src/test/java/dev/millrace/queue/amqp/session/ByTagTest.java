package dev.millrace.queue.amqp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Things by delivery tag, beside a sorted map. */
class ByTagTest {
    private final ByTag<String> tested = new ByTag<>();
    private final TreeMap<Long, String> plain = new TreeMap<>();
    private long last;

    @Test
    void what_was_added_is_there_until_it_is_removed_in_the_order_of_tags() {
        Seeds.each(60, random -> new ByTagTest().live(random));
    }

    @Test
    void one_that_was_removed_finds_its_old_place() {
        for (long tag = 1; tag <= 5; tag++) {
            tested.add(tag, "thing " + tag);
        }
        tested.remove(1);
        tested.remove(3);
        tested.add(3, "thing 3");
        tested.add(1, "thing 1");
        assertEquals(List.of("thing 1", "thing 2", "thing 3"), tested.upTo(3));
        assertNull(tested.get(6));
    }

    private void live(SplittableRandom random) {
        int patience = random.nextInt(1, 400);
        for (int step = 0; step < 3_000; step++) {
            if (random.nextInt(patience + 1) > plain.size() / 2) {
                last += random.nextInt(1, 3);
                add(last);
            } else {
                remove(random);
            }
            compare(random.nextLong(last + 2));
        }
        assertEquals(new ArrayList<>(plain.values()), tested.upTo(Long.MAX_VALUE));
    }

    private void add(long tag) {
        plain.put(tag, "thing " + tag);
        tested.add(tag, "thing " + tag);
    }

    private void remove(SplittableRandom random) {
        if (random.nextBoolean() && !plain.isEmpty()) {
            remove(plain.firstKey());
            return;
        }
        long tag = random.nextLong(last + 2);
        boolean comesBack = plain.containsKey(tag) && random.nextBoolean();
        remove(tag);
        if (comesBack) {
            add(tag);
        }
    }

    private void remove(long tag) {
        plain.remove(tag);
        tested.remove(tag);
    }

    private void compare(long tag) {
        assertEquals(plain.get(tag), tested.get(tag));
        assertEquals(plain.size(), tested.count());
        assertEquals(List.copyOf(plain.headMap(tag, true).values()), tested.upTo(tag));
    }
}
