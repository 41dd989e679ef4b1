package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * The same effects in a journal of format 2, whose segments have salts, behind a checkpoint of
 * format 1; left by a killed process, and never written anew.
 */
class FormatTwoTest {
    @TempDir Path data;

    @Test
    void what_the_second_format_holds_is_there() throws Exception {
        assumeTrue(
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN,
                "written on a machine of this byte order");
        StoredFormat stored = StoredFormat.unpack("format-2", data);
        assertEquals(String.join("\n", stored.expected()), String.join("\n", stored.open(1)));
        assertEquals(stored.expected(), stored.open(4), "a second start, with other stripes");
    }
}
