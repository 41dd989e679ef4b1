package dev.millrace.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

class NativeBufferTest {
    private static final int BUFFERS = 5000;

    @Test
    void a_buffer_that_is_freed_leaves_no_page_behind() {
        Set<Integer> pages = new HashSet<>();
        for (int i = 0; i < BUFFERS; i++) {
            NativeBuffer buffer = new NativeBuffer(64);
            pages.add(Pages.pageOf(buffer.address()));
            buffer.put(new byte[1000]);
            buffer.free();
        }
        assertTrue(pages.size() < BUFFERS / 10, pages.size() + " pages");
    }
}
