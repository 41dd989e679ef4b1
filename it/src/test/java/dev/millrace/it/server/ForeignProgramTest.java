package dev.millrace.it.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ForeignProgramTest {
    private static final ForeignProgram MISSING = new ForeignProgram("no-such-server", "no-such");

    @Test
    void a_missing_program_fails_its_test_and_names_the_package() {
        AssertionError failed = assertThrows(AssertionError.class, MISSING::require);
        assertEquals(
                "no-such-server is missing: install the Debian package no-such",
                failed.getMessage());
    }
}
