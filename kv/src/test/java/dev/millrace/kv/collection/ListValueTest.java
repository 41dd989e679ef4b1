package dev.millrace.kv.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.packed.Element;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Against an ArrayList, as one listpack, as a chain, and across the change from one to the other.
 */
class ListValueTest {
    private final Placed placed = new Placed();
    private final Element element = new Element();
    private final List<String> model = new ArrayList<>();

    private static String text(SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0 -> "x".repeat(random.nextInt(3000));
            case 1 -> random.nextInt(20) == 0 ? "y".repeat(20_000) : "";
            case 2, 3 -> Integer.toString(random.nextInt());
            default -> "element:" + random.nextInt(1000);
        };
    }

    private void push(boolean front, String text) {
        ListValue.push(placed.place, front, placed.value(text), text.length());
        model.add(front ? 0 : model.size(), text);
    }

    private void change(SplittableRandom random) {
        int choice = random.nextInt(10);
        if (model.isEmpty() || choice < 4) {
            push(random.nextBoolean(), text(random));
            return;
        }
        int index = random.nextInt(model.size());
        String text = text(random);
        if (choice < 6) {
            ListValue.insert(placed.place, index, placed.value(text), text.length());
            model.add(index, text);
        } else if (choice < 8) {
            ListValue.set(placed.place, index, placed.value(text), text.length());
            model.set(index, text);
        } else {
            int most = random.nextInt(20) == 0 ? model.size() - index : 3;
            int count = random.nextInt(1, Math.min(most, model.size() - index) + 1);
            ListValue.remove(placed.place, index, count);
            model.subList(index, index + count).clear();
        }
    }

    private List<String> from(long index, boolean back) {
        List<String> found = new ArrayList<>();
        ListValue.each(
                placed.place,
                index,
                back,
                element,
                e -> {
                    found.add(Placed.text(e));
                    return true;
                });
        return found;
    }

    private void check(SplittableRandom random) {
        assertEquals(model.size(), ListValue.size(placed.place));
        assertEquals(model, from(0, false));
        assertEquals(model.reversed(), from(model.size() - 1L, true));
        for (int i = 0; i < 10 && !model.isEmpty(); i++) {
            int index = random.nextInt(model.size());
            ListValue.read(placed.place, index, element);
            assertEquals(model.get(index), Placed.text(element));
            assertEquals(model.subList(index, model.size()), from(index, false));
            assertEquals(model.subList(0, index + 1).reversed(), from(index, true));
        }
    }

    @Test
    void it_is_a_list_in_either_form() {
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
                        ListValue.toChain(placed.place);
                        check(random);
                    }
                    for (int i = 0; i < steps; i++) {
                        change(random);
                    }
                    check(random);
                });
        assertEquals(0, placed.deleteAll());
    }

    @Test
    void a_chain_is_emptied_from_either_end() {
        for (boolean front : new boolean[] {true, false}) {
            ListValue.toChain(placed.place);
            for (int i = 0; i < 10_000; i++) {
                push(true, "element:" + i);
            }
            assertTrue(ListValue.isChain(placed.place));
            while (!model.isEmpty()) {
                int index = front ? 0 : model.size() - 1;
                ListValue.read(placed.place, index, element);
                assertEquals(model.remove(index), Placed.text(element));
                ListValue.remove(placed.place, index, 1);
            }
            assertFalse(placed.place.exists());
        }
        assertEquals(0, placed.deleteAll());
    }

    @Test
    void what_is_removed_here_and_there_leaves_no_short_nodes() {
        ListValue.toChain(placed.place);
        for (int i = 0; i < 50_000; i++) {
            push(false, "element:" + i);
        }
        SplittableRandom random = new SplittableRandom(1);
        while (model.size() > 500) {
            int index = random.nextInt(model.size());
            ListValue.remove(placed.place, index, 1);
            model.remove(index);
        }
        check(random);
        long taken = placed.stripe.slabs().usedBytes();
        assertTrue(taken < 100_000, "500 elements: " + taken + " bytes");
        assertEquals(0, placed.deleteAll());
    }
}
