package dev.millrace.kernel.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

class PatternSizeTest {
    @Test
    void repetitions_are_written_out() {
        assertSize(3, "abc");
        assertSize(7, "ab{5}c");
        assertSize(5, "a{2,5}");
        assertSize(3, "a{2,}");
        assertSize(1, "a{0}");
        assertSize(20, "(ab){10}");
        assertSize(1_000, "((a{10}){10}){10}");
        assertSize(100, "a{10}{10}");
        assertSize(20, "[abc]{10}\\p{Greek}{10}");
        assertSize(10, "\\{\\x{10ffff}a{8}");
    }

    @Test
    void what_only_looks_like_a_repetition_is_none() {
        assertSize(6, "a{b}cd");
        assertSize(2, "a\\{");
        assertSize(1, "[{3}]");
        assertSize(1, "[]{3}]");
        assertSize(10, "\\Q(a){1000}");
    }

    @Test
    void quotes_do_not_close_groups() {
        assertTrue(PatternSize.of("(\\Q)\\Ea{1000}){1000}") >= 1_000_000);
    }

    @Test
    void what_is_malformed_has_some_size() {
        assertSize(0, ")");
        assertTrue(PatternSize.of("((((") <= 4);
        Seeds.each(
                2_000,
                random -> {
                    StringBuilder pattern = new StringBuilder();
                    for (int i = random.nextInt(30); i > 0; i--) {
                        pattern.append("ab(){}[]\\QEpx,19^".charAt(random.nextInt(17)));
                    }
                    assertTrue(PatternSize.of(pattern.toString()) >= 0, pattern::toString);
                });
    }

    private static void assertSize(long size, String pattern) {
        assertEquals(size, PatternSize.of(pattern), pattern);
    }
}
