package dev.millrace.kv.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

class PassingElementsTest {
    @Test
    void steps_without_number_take_the_memory_of_a_few_elements() {
        Set<Long> addresses = new HashSet<>();
        for (int step = 0; step < 10_000; step++) {
            Element element = Element.passing();
            element.set(step);
            addresses.add(element.address());
        }
        assertEquals(16, addresses.size());
    }
}
