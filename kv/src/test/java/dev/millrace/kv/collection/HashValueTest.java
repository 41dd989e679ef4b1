package dev.millrace.kv.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.packed.Element;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Against a TreeMap, as a listpack, as a table, and from one to the other. */
class HashValueTest {
    private final Placed placed = new Placed();
    private final Element element = new Element();
    private final Element other = new Element();
    private final Map<String, String> model = new TreeMap<>();

    private static String field(SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0 -> "";
            case 1, 2 -> Integer.toString(random.nextInt(-50, 50));
            default -> "field:" + random.nextInt(200);
        };
    }

    private static String value(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> "x".repeat(random.nextInt(3000));
            case 1 -> "";
            case 2, 3 -> Long.toString(random.nextLong() >> random.nextInt(64));
            default -> "value:" + random.nextInt(1000);
        };
    }

    private void change(SplittableRandom random) {
        String field = field(random);
        if (random.nextInt(3) == 0) {
            boolean removed = HashValue.remove(placed.place, placed.value(field), field.length());
            assertEquals(model.remove(field) != null, removed);
            return;
        }
        String value = value(random);
        boolean fresh =
                HashValue.put(
                        placed.place,
                        placed.value(field),
                        field.length(),
                        placed.other(value),
                        value.length());
        assertEquals(model.put(field, value) == null, fresh);
    }

    private void check(SplittableRandom random) {
        assertEquals(model.size(), HashValue.size(placed.place));
        Map<String, String> found = new TreeMap<>();
        HashValue.each(
                placed.place,
                element,
                other,
                (field, value) -> found.put(Placed.text(field), Placed.text(value)));
        assertEquals(model, found);
        for (int i = 0; i < 10; i++) {
            String field = field(random);
            boolean has = HashValue.get(placed.place, placed.value(field), field.length(), element);
            assertEquals(model.containsKey(field), has);
            if (has) {
                assertEquals(model.get(field), Placed.text(element));
            }
        }
        if (!model.isEmpty()) {
            HashValue.any(placed.place, random, element, other);
            assertEquals(model.get(Placed.text(element)), Placed.text(other));
            int longest = model.values().stream().mapToInt(String::length).max().orElse(0);
            assertTrue(HashValue.longest(placed.place) >= longest);
        }
    }

    @Test
    void it_is_a_map_in_either_form() {
        Seeds.each(
                100,
                random -> {
                    model.clear();
                    assertEquals(0, placed.deleteAll());
                    int steps = random.nextInt(300);
                    for (int i = 0; i < steps; i++) {
                        change(random);
                    }
                    check(random);
                    if (!model.isEmpty()) {
                        HashValue.toTable(placed.place);
                        check(random);
                    }
                    for (int i = 0; i < steps; i++) {
                        change(random);
                    }
                    check(random);
                });
        assertEquals(0, placed.deleteAll());
    }
}
