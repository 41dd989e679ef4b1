package dev.millrace.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

    @Test
    void what_is_announced_is_all_it_grows_to_once_that_is_near() {
        NativeBuffer buffer = new NativeBuffer(1024);
        long whole = 1_000_000;
        for (long sent = 0; sent < whole; sent += 1000) {
            buffer.roomOf(1000, whole);
            buffer.put(new byte[1000]);
            assertTrue(buffer.capacity() <= Math.max(4 * buffer.length(), 4096), "too early");
        }
        assertEquals(Slabs.blockBytes(whole), buffer.capacity());
        buffer.free();
    }

    @Test
    void more_than_is_announced_has_room_too() {
        NativeBuffer buffer = new NativeBuffer(1024);
        buffer.roomOf(3000, 2000);
        buffer.put(new byte[3000]);
        buffer.roomOf(3000, 2000);
        buffer.put(new byte[3000]);
        assertEquals(6000, buffer.length());
        buffer.free();
    }
}
