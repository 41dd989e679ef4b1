package dev.millrace.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class SeedsTest {
    @Test
    void a_seed_always_gives_the_same_case() {
        List<Long> drawn = new ArrayList<>();
        Seeds.one(7, random -> drawn.add(random.nextLong()));
        Seeds.one(7, random -> drawn.add(random.nextLong()));
        assertEquals(drawn.get(0), drawn.get(1));
    }

    @Test
    void a_failure_names_its_seed_and_how_to_rerun_it() {
        AssertionError failure =
                assertThrows(
                        AssertionError.class,
                        () -> Seeds.one(7, random -> assertEquals(1, 2, "one is not two")));
        assertTrue(String.valueOf(failure.getMessage()).contains("-Dmillrace.seed=7"));
    }
}
