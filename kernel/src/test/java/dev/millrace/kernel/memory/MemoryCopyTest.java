package dev.millrace.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class MemoryCopyTest {
    private static final int LENGTH_MAX = 300;
    private static final int EDGE = 16;

    @Test
    void a_copy_is_as_long_as_it_says_whatever_its_length() {
        NativeBuffer from = new NativeBuffer(LENGTH_MAX);
        NativeBuffer to = new NativeBuffer(LENGTH_MAX + 2 * EDGE);
        for (int at = 0; at < LENGTH_MAX; at++) {
            from.putByte(at % 251 + 1);
        }
        for (int length = 0; length <= LENGTH_MAX; length++) {
            to.clear();
            to.put(new byte[length + 2 * EDGE]);
            Memory.copy(from.address(), to.address() + EDGE, length);
            byte[] expected = new byte[length + 2 * EDGE];
            System.arraycopy(from.toBytes(), 0, expected, EDGE, length);
            assertArrayEquals(expected, to.toBytes(), "length " + length);
        }
        from.free();
        to.free();
    }
}
