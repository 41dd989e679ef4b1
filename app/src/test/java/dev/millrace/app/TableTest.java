package dev.millrace.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.List;

class TableTest {
    @Test
    void columns_are_as_wide_as_their_widest_cell_and_lines_end_without_blanks() {
        assertEquals(
                """
                a    bb  c
                ddd  e   ff
                """,
                Table.aligned(List.of(List.of("a", "bb", "c"), List.of("ddd", "e", "ff"))));
    }
}
