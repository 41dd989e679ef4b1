package dev.millrace.kernel.memory;

import java.lang.management.ManagementFactory;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pages that every {@link Slabs} of this process takes its blocks from.
 *
 * <p>One range of addresses is reserved once, several times the machine's memory, because addresses
 * are free and fragmentation of a run of pages then never matters. The front of the range holds one
 * 32-byte descriptor per page (so that owners of different pages never share a growing array); the
 * pages follow. A handle is an address divided by eight relative to {@link #BASE}: 40 bits.
 *
 * <pre>
 * | descriptor 0 | descriptor 1 | ... | page 0 (256 KiB) | page 1 | ...
 * BASE                                FIRST_PAGE
 * </pre>
 */
final class Pages {
    static final int PAGE_SHIFT = 18;
    static final int PAGE_BYTES = 1 << PAGE_SHIFT;
    static final int DESCRIPTOR_BYTES = 32;

    /** How many times the machine's memory is reserved. */
    private static final long RESERVE_FACTOR = 8;

    private static final long RESERVE_BYTES_MAX = 1L << 42;

    static final long BASE;
    static final long FIRST_PAGE;
    static final int PAGES_MAX;

    static {
        long wanted = Math.min(physicalBytes() * RESERVE_FACTOR, RESERVE_BYTES_MAX);
        AddressSpace.Range range = AddressSpace.reserve(wanted);
        BASE = (range.address() + PAGE_BYTES - 1) & -PAGE_BYTES;
        long usable = range.bytes() - PAGE_BYTES;
        PAGES_MAX = (int) (usable / (PAGE_BYTES + DESCRIPTOR_BYTES)) - 1;
        FIRST_PAGE = (BASE + (long) PAGES_MAX * DESCRIPTOR_BYTES + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    private static final Object LOCK = new Object();

    /** Runs of free pages by their first page, never adjacent. Guarded by {@link #LOCK}. */
    private static final TreeMap<Integer, Integer> FREE = new TreeMap<>();

    private static int fresh;

    /** Which pages some owner has. Guarded by {@link #LOCK}. */
    private static final BitSet TAKEN = new BitSet();

    private Pages() {}

    private static long physicalBytes() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 8L << 30;
    }

    static long address(int page) {
        return FIRST_PAGE + ((long) page << PAGE_SHIFT);
    }

    static int pageOf(long address) {
        return (int) ((address - FIRST_PAGE) >>> PAGE_SHIFT);
    }

    static long descriptor(int page) {
        return BASE + (long) page * DESCRIPTOR_BYTES;
    }

    /** Those that some owner has. */
    static BitSet taken() {
        synchronized (LOCK) {
            return (BitSet) TAKEN.clone();
        }
    }

    /** Takes {@code count} adjacent pages and returns the first. */
    static int take(int count) {
        synchronized (LOCK) {
            int reused = takeFree(count);
            if (reused >= 0) {
                TAKEN.set(reused, reused + count);
                return reused;
            }
            if (count > PAGES_MAX - fresh) {
                throw new OutOfMemoryError(
                        "pages: " + PAGES_MAX + " are reserved and all are taken");
            }
            int first = fresh;
            fresh += count;
            TAKEN.set(first, first + count);
            return first;
        }
    }

    private static int takeFree(int count) {
        for (Map.Entry<Integer, Integer> run : FREE.entrySet()) {
            if (run.getValue() >= count) {
                return takeFrom(run.getKey(), run.getValue(), count);
            }
        }
        return -1;
    }

    private static int takeFrom(int first, int length, int count) {
        FREE.remove(first);
        if (length > count) {
            FREE.put(first + count, length - count);
        }
        return first;
    }

    /** Gives pages back; their memory returns to the system. */
    static void give(int first, int count) {
        AddressSpace.release(address(first), (long) count << PAGE_SHIFT);
        synchronized (LOCK) {
            TAKEN.clear(first, first + count);
            int from = first;
            int length = count;
            Map.Entry<Integer, Integer> before = FREE.lowerEntry(first);
            if (before != null && before.getKey() + before.getValue() == first) {
                from = before.getKey();
                length += before.getValue();
            }
            Integer after = FREE.remove(first + count);
            if (after != null) {
                length += after;
            }
            FREE.put(from, length);
        }
    }
}
