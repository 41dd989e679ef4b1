package dev.millrace.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

class SlabsTest {
    private final Slabs slabs = new Slabs();

    @Test
    void a_block_has_the_bytes_that_were_asked_for_and_little_more() {
        for (int bytes = 1; bytes <= Slabs.SMALL_BYTES_MAX; bytes++) {
            long block = Slabs.blockBytes(bytes);
            assertTrue(block >= bytes, bytes + " in " + block);
            assertTrue(block - bytes < 8 || block <= bytes * 1.125, bytes + " in " + block);
            assertEquals(0, block % 8);
        }
    }

    @Test
    void what_is_usable_is_the_block() {
        for (int bytes : new int[] {1, 8, 9, 128, 129, 32_768, 32_769, 262_144, 262_145, 1 << 20}) {
            long address = slabs.allocate(bytes);
            assertEquals(Slabs.blockBytes(bytes), Slabs.usable(address));
            assertEquals(0, address % 8);
            slabs.free(address);
        }
        assertEquals(0, slabs.usedBytes());
    }

    @Test
    void a_large_block_counts_as_the_memory_it_reaches_into() {
        long[] sizes = {32_769, 33_000, 262_144, 262_145, (1L << 20) + 1};
        for (long bytes : sizes) {
            long address = slabs.allocate(bytes);
            assertTrue(slabs.usedBytes() - bytes < 4096, bytes + " in " + slabs.usedBytes());
            Memory.fill(address, Slabs.usable(address), 1);
            slabs.free(address);
            assertEquals(0, slabs.usedBytes());
        }
    }

    @Test
    void a_freed_block_is_used_again() {
        long first = slabs.allocate(100);
        slabs.allocate(100);
        slabs.free(first);
        assertEquals(first, slabs.allocate(100));
    }

    @Test
    void freeing_the_last_block_twice_is_noticed() {
        long block = slabs.allocate(100);
        slabs.free(block);
        assertThrows(AssertionError.class, () -> slabs.free(block));
    }

    @Test
    void owners_do_not_share_pages() {
        Slabs other = new Slabs();
        Set<Integer> pages = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            pages.add(Pages.pageOf(slabs.allocate(200)));
        }
        for (int i = 0; i < 3000; i++) {
            assertTrue(!pages.contains(Pages.pageOf(other.allocate(200))));
        }
    }

    @Test
    void pages_go_back_and_serve_other_sizes() {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            blocks.add(slabs.allocate(64));
        }
        Set<Integer> pages = new HashSet<>();
        blocks.forEach(block -> pages.add(Pages.pageOf(block)));
        blocks.forEach(slabs::free);
        assertEquals(0, slabs.usedBytes());
        int reused = 0;
        for (int i = 0; i < 2000; i++) {
            reused += pages.contains(Pages.pageOf(slabs.allocate(4000))) ? 1 : 0;
        }
        assertNotEquals(0, reused);
    }

    /** A block that is held, and what it is filled with. */
    private record Held(long address, int bytes, int filling) {}

    @Test
    void empty_pages_that_are_kept_serve_other_sizes_and_go_back_when_asked() {
        Slabs keeping = Slabs.keepingEmptyPages();
        int count = 3 * Pages.PAGE_BYTES / 64;
        long[] blocks = new long[count];
        for (int i = 0; i < count; i++) {
            blocks[i] = keeping.allocate(64);
        }
        for (long block : blocks) {
            keeping.free(block);
        }
        int page = Pages.pageOf(keeping.allocate(1024));
        assertTrue(Arrays.stream(blocks).anyMatch(block -> Pages.pageOf(block) == page));
        assertEquals(1, keeping.giveEmpty(1));
        assertEquals(0, keeping.giveEmpty(Integer.MAX_VALUE));
    }

    @Test
    void blocks_never_overlap_and_keep_what_is_in_them() {
        Seeds.each(
                20,
                random -> {
                    List<Held> held = new ArrayList<>();
                    for (int i = 0; i < 3000; i++) {
                        if (held.isEmpty() || random.nextInt(5) < 3) {
                            held.add(allocate(random));
                        } else {
                            release(held.remove(random.nextInt(held.size())));
                        }
                    }
                    checkApart(held);
                    held.forEach(this::release);
                    assertEquals(0, slabs.usedBytes());
                });
    }

    private Held allocate(SplittableRandom random) {
        int bytes =
                switch (random.nextInt(20)) {
                    case 0 -> random.nextInt(1, 1 << 20);
                    case 1, 2, 3 -> random.nextInt(1, 1 << 15);
                    default -> random.nextInt(1, 300);
                };
        Held block = new Held(slabs.allocate(bytes), bytes, random.nextInt(256));
        Memory.fill(block.address, Slabs.usable(block.address), block.filling);
        return block;
    }

    private void release(Held block) {
        long end = block.address + Slabs.usable(block.address);
        for (long at = block.address; at < end; at++) {
            assertEquals(block.filling, Memory.getUnsignedByte(at));
        }
        slabs.free(block.address);
    }

    private static void checkApart(List<Held> held) {
        TreeMap<Long, Held> sorted = new TreeMap<>();
        held.forEach(block -> sorted.put(block.address, block));
        assertEquals(held.size(), sorted.size());
        long end = 0;
        for (Held block : sorted.values()) {
            assertTrue(block.address >= end);
            end = block.address + Slabs.usable(block.address);
        }
    }
}
