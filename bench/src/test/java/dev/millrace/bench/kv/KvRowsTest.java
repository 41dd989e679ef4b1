package dev.millrace.bench.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

class KvRowsTest {
    @Test
    void every_row_has_a_name_of_its_own() {
        List<String> names = KvRows.all().stream().map(Comparison::name).toList();
        assertEquals(names.size(), new HashSet<>(names).size(), names.toString());
    }

    @Test
    void the_sides_take_turns_and_neither_always_comes_last() throws Exception {
        List<String> order = new ArrayList<>();
        Turns<Integer> turns =
                Turns.alternate(
                        3,
                        "A",
                        "B",
                        side -> {
                            order.add(side);
                            return order.size();
                        });
        assertEquals(List.of("A", "B", "B", "A", "A", "B"), order);
        assertEquals(List.of(1, 4, 5), turns.subject());
        assertEquals(List.of(2, 3, 6), turns.peer());
    }
}
