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
    void the_sides_take_turns() throws Exception {
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
        assertEquals(List.of("A", "B", "A", "B", "A", "B"), order);
        assertEquals(List.of(1, 3, 5), turns.subject());
        assertEquals(List.of(2, 4, 6), turns.peer());
    }
}
