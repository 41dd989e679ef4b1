package dev.millrace.queue.nsq.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

class NamesTest {
    @Test
    void letters_digits_dots_underscores_and_hyphens_make_a_name() {
        for (String name : List.of("a", "Topic_1.x-y", ".", "x".repeat(64), "a#ephemeral")) {
            assertTrue(Names.isValid(name), name);
        }
    }

    @Test
    void nothing_else_does() {
        for (String name :
                List.of(
                        "",
                        "a b",
                        "a#",
                        "a#ephemeral2",
                        "#ephemeral",
                        "ü",
                        "a\n",
                        "x".repeat(65),
                        "x".repeat(55) + "#ephemeral")) {
            assertFalse(Names.isValid(name), name);
        }
    }

    @Test
    void who_ends_so_is_ephemeral() {
        assertEquals(
                List.of(true, false),
                List.of(Names.isEphemeral("a#ephemeral"), Names.isEphemeral("ephemeral")));
    }
}
