package dev.millrace.kv.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.packed.Element;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Against a sorted list, as a listpack, as a table, and across the change from one to the other.
 */
class SortedSetValueTest {
    private record Scored(double score, String name) {}

    // Not Double.compare: 0 and -0 are the same score.
    private static final Comparator<Scored> ORDER =
            (a, b) -> a.score < b.score ? -1 : a.score > b.score ? 1 : a.name.compareTo(b.name);

    private final Placed placed = new Placed();
    private final Element element = new Element();
    private final Map<String, Double> model = new HashMap<>();

    private static String name(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> "x".repeat(random.nextInt(200));
            case 2, 3 -> Integer.toString(random.nextInt(-300, 300));
            default -> "member:" + random.nextInt(200);
        };
    }

    private static double score(SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0 -> Double.NEGATIVE_INFINITY;
            case 1 -> Double.POSITIVE_INFINITY;
            case 2 -> random.nextBoolean() ? 0.0 : -0.0;
            case 3 -> random.nextDouble();
            case 4 -> random.nextLong();
            case 5 -> random.nextInt() * 1e300;
            default -> random.nextInt(-5, 5);
        };
    }

    private void put(double score, String name) {
        SortedSetValue.put(placed.place, score, placed.value(name), name.length());
        model.put(name, score);
    }

    private void change(SplittableRandom random) {
        int choice = random.nextInt(12);
        if (model.isEmpty() || choice < 7) {
            put(score(random), name(random));
        } else if (choice < 9) {
            // A small step, which often keeps the place.
            Scored one = sorted().get(random.nextInt(model.size()));
            put(one.score + random.nextDouble() - 0.5, one.name);
        } else if (choice < 11) {
            String name = random.nextBoolean() ? name(random) : anyName(random);
            boolean had = model.remove(name) != null;
            long at = placed.value(name);
            assertEquals(had, SortedSetValue.remove(placed.place, at, name.length()));
        } else {
            int rank = random.nextInt(model.size());
            int count = random.nextInt(1, Math.min(4, model.size() - rank) + 1);
            sorted().subList(rank, rank + count).forEach(gone -> model.remove(gone.name));
            SortedSetValue.removeRanks(placed.place, rank, count);
        }
    }

    private String anyName(SplittableRandom random) {
        return sorted().get(random.nextInt(model.size())).name;
    }

    private List<Scored> sorted() {
        List<Scored> all = new ArrayList<>();
        model.forEach((name, score) -> all.add(new Scored(score + 0.0, name)));
        all.sort(ORDER);
        return all;
    }

    private List<Scored> range(long rank, long most, boolean down) {
        List<Scored> found = new ArrayList<>();
        SortedSetValue.each(
                placed.place,
                rank,
                most,
                down,
                element,
                (member, score) -> found.add(new Scored(score + 0.0, Placed.text(member))));
        return found;
    }

    private void check(SplittableRandom random) {
        List<Scored> all = sorted();
        assertEquals(all.size(), SortedSetValue.size(placed.place));
        assertEquals(all, range(0, Long.MAX_VALUE, false));
        for (int i = 0; i < 10 && !all.isEmpty(); i++) {
            int rank = random.nextInt(all.size());
            Scored one = all.get(rank);
            long at = placed.value(one.name);
            int length = one.name.length();
            assertEquals(rank, SortedSetValue.rank(placed.place, at, length));
            assertEquals(one.score, SortedSetValue.score(placed.place, at, length) + 0.0);
            int most = random.nextInt(1, 20);
            int begin = Math.max(0, rank + 1 - most);
            assertEquals(all.subList(begin, rank + 1).reversed(), range(rank, most, true));
            assertEquals(
                    all.stream().filter(other -> other.score < one.score).count(),
                    SortedSetValue.countBelow(
                            placed.place, element, (member, score) -> score < one.score));
        }
        assertTrue(Double.isNaN(SortedSetValue.score(placed.place, placed.value("none"), 4)));
    }

    @Test
    void it_is_a_sorted_list_in_either_form() {
        Seeds.each(
                150,
                random -> {
                    model.clear();
                    assertEquals(0, placed.deleteAll());
                    int steps = random.nextInt(250);
                    for (int i = 0; i < steps; i++) {
                        change(random);
                    }
                    check(random);
                    if (!model.isEmpty()) {
                        SortedSetValue.toTable(placed.place);
                        check(random);
                    }
                    for (int i = 0; i < 4 * steps; i++) {
                        change(random);
                    }
                    check(random);
                });
        assertEquals(0, placed.deleteAll());
    }

    @Test
    void a_negative_zero_is_kept_in_a_table_and_becomes_zero_in_a_listpack() {
        put(-0.0, "a");
        assertEquals(0.0, SortedSetValue.score(placed.place, placed.value("a"), 1));
        SortedSetValue.toTable(placed.place);
        put(-0.0, "b");
        assertEquals(-0.0, SortedSetValue.score(placed.place, placed.value("b"), 1));
        assertEquals(0, placed.deleteAll());
    }

    @Test
    void a_draft_that_is_given_up_gives_its_memory_back() {
        for (int i = 0; i < 500; i++) {
            put(i % 7, "member:" + i);
        }
        long used = placed.stripe.slabs().usedBytes();
        try (SortedSetDraft draft = SortedSetDraft.of(placed.place, 10, 300, placed.stripe)) {
            assertEquals(300, draft.size());
            assertEquals(10, draft.longest());
        }
        assertEquals(used, placed.stripe.slabs().usedBytes());
        assertEquals(0, placed.deleteAll());
    }
}
