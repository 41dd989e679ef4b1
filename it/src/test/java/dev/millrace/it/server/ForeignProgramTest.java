package dev.millrace.it.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class ForeignProgramTest {
    private static final ForeignProgram MISSING = new ForeignProgram("no-such-server", "no-such");

    private static final String REMEDY =
            "no-such-server is missing: install the Debian package no-such";

    @Test
    void a_missing_program_skips_its_test_and_names_the_package() {
        TestAbortedException skipped =
                assertThrows(TestAbortedException.class, () -> MISSING.require(false));
        assertEquals(REMEDY, skipped.getMessage());
    }

    @Test
    void where_CI_is_true_a_missing_program_fails_its_test() {
        AssertionError failed = assertThrows(AssertionError.class, () -> MISSING.require(true));
        assertEquals(REMEDY, failed.getMessage());
    }
}
