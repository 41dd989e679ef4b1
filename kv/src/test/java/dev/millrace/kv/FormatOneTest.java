package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A data directory as version 0.1.0 left it when it was killed: journal and checkpoint of format 1,
 * with every effect there was then. Every later version must open it. It is never written anew; a
 * new format gets a directory, and a test, of its own.
 */
class FormatOneTest {
    @TempDir Path data;

    @Test
    void what_the_first_format_holds_is_there() throws Exception {
        assumeTrue(
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN,
                "written on a machine of this byte order");
        StoredFormat stored = StoredFormat.unpack("format-1", data);
        assertEquals(String.join("\n", stored.expected()), String.join("\n", stored.open(1)));
        assertEquals(stored.expected(), stored.open(4), "a second start, with other stripes");
    }
}
