package dev.millrace.kv.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.collection.SetValue.Form;
import dev.millrace.kv.packed.Element;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Against a TreeSet, in every form and from each to the next. */
class SetValueTest {
    private final Placed placed = new Placed();
    private final Element element = new Element();
    private final Set<String> model = new TreeSet<>();

    private static String integer(SplittableRandom random) {
        return Long.toString(random.nextLong() >> random.nextInt(64));
    }

    private static String member(SplittableRandom random, Form form) {
        if (form == Form.INTEGERS || random.nextInt(3) == 0) {
            return random.nextBoolean() ? integer(random) : "" + random.nextInt(-100, 100);
        }
        return switch (random.nextInt(8)) {
            case 0 -> "x".repeat(random.nextInt(3000));
            case 1 -> "";
            case 2 -> "0" + random.nextInt(10);
            default -> "member:" + random.nextInt(200);
        };
    }

    private void change(SplittableRandom random, Form form) {
        String text = member(random, form);
        if (!model.isEmpty() && random.nextInt(3) == 0) {
            text = model.stream().skip(random.nextInt(model.size())).findFirst().orElse(text);
            assertTrue(SetValue.remove(placed.place, placed.value(text), text.length()));
            model.remove(text);
        } else if (random.nextInt(5) == 0) {
            boolean removed = SetValue.remove(placed.place, placed.value(text), text.length());
            assertEquals(model.remove(text), removed);
        } else {
            SetValue.toForm(placed.place, form);
            boolean added = SetValue.add(placed.place, placed.value(text), text.length());
            assertEquals(model.add(text), added);
        }
    }

    private void check(SplittableRandom random, Form form) {
        assertEquals(model.size(), SetValue.size(placed.place));
        List<String> found = new ArrayList<>();
        SetValue.each(placed.place, element, e -> found.add(Placed.text(e)));
        assertEquals(model.size(), found.size());
        assertEquals(model, new TreeSet<>(found));
        for (int i = 0; i < 10; i++) {
            String text = member(random, form);
            boolean has = SetValue.has(placed.place, placed.value(text), text.length());
            assertEquals(model.contains(text), has);
        }
        if (!model.isEmpty()) {
            SetValue.any(placed.place, random, element);
            assertTrue(model.contains(Placed.text(element)));
            long written = model.stream().mapToLong(text -> text.length() + 1L).sum();
            assertTrue(SetValue.bytes(placed.place) >= written);
            int longest = model.stream().mapToInt(String::length).max().orElse(0);
            assertTrue(SetValue.longest(placed.place) >= longest);
        }
    }

    @Test
    void it_is_a_set_in_every_form() {
        Seeds.each(
                100,
                random -> {
                    model.clear();
                    assertEquals(0, placed.deleteAll());
                    for (Form form : Form.values()) {
                        if (!model.isEmpty()) {
                            SetValue.toForm(placed.place, form);
                            check(random, form);
                        }
                        for (int left = random.nextInt(300); left > 0; left--) {
                            change(random, form);
                        }
                        check(random, form);
                    }
                });
        assertEquals(0, placed.deleteAll());
    }

    @Test
    void integers_go_to_a_table_at_once_and_never_back() {
        for (int i = 0; i < 1000; i++) {
            String text = Integer.toString(i * 100_000);
            SetValue.toForm(placed.place, Form.INTEGERS);
            SetValue.add(placed.place, placed.value(text), text.length());
            model.add(text);
        }
        SetValue.toForm(placed.place, Form.TABLE);
        check(new SplittableRandom(1), Form.INTEGERS);
        SetValue.toForm(placed.place, Form.INTEGERS);
        assertEquals(Form.TABLE, SetValue.form(placed.place));
        for (String text : List.copyOf(model)) {
            SetValue.remove(placed.place, placed.value(text), text.length());
        }
        assertFalse(placed.place.exists());
        assertEquals(0, placed.deleteAll());
    }
}
