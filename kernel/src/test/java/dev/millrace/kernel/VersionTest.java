package dev.millrace.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class VersionTest {
    @Test
    void classes_outside_a_jar_say_so() {
        assertEquals("unpackaged", Version.ofPackageOf(VersionTest.class));
    }
}
