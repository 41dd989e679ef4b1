package dev.millrace.kv.rdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class RefusedValueTest {
    /** A list of two elements, of which the second is longer than the dump. */
    private static final String DUMP = "REDIS0010\u0001\u0001l\u0002\u0001a\u007fb";

    private final DumpKeys dumped = new DumpKeys();

    @Test
    void nothing_stays_of_a_value_that_was_refused_half_read() {
        NativeBuffer bytes = new NativeBuffer(new Slabs(), 64);
        bytes.put(DUMP.getBytes(StandardCharsets.ISO_8859_1));
        for (int i = 0; i < 3; i++) {
            assertThrows(BadDump.class, () -> dumped.check(bytes.address(), bytes.length()));
            assertEquals(0, dumped.apart().stripe(0).database(0).items().size());
        }
        bytes.free();
    }
}
