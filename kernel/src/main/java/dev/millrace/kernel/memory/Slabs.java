package dev.millrace.kernel.memory;

import java.util.Arrays;

/**
 * An allocator of blocks outside the heap, for one owner at a time (a stripe under its lock).
 *
 * <p>A page of 256 KiB holds blocks of one size class; the class is found from the address through
 * the page's descriptor, so that {@link #free} needs no size and a value may grow in place up to
 * {@link #usable}. Free blocks are chained inside their page; a page that has both free and used
 * blocks is in its class's list; a page without used blocks goes back to the system, so that a
 * store that shrank does not stay large. Fresh pages are handed out from the front, hence memory is
 * touched, and counted by the system, only as it is used. A larger block is alone at the front of a
 * run of pages: it takes all their addresses, of which there are plenty, but memory only in the
 * system's pages of 4 KiB that it reaches into, and this is what it counts as.
 *
 * <p>Size classes are 8 bytes apart up to 128, then eight to a doubling: at most 12.5 % is lost.
 *
 * <p>A block's content after {@link #allocate} is undefined. Blocks are aligned to eight bytes.
 */
public final class Slabs {
    /** Larger blocks are runs of whole pages. */
    static final int SMALL_BYTES_MAX = 32 * 1024;

    private static final int LINEAR_BYTES_MAX = 128;
    private static final int LINEAR_CLASSES = LINEAR_BYTES_MAX / 8;
    private static final int CLASSES = LINEAR_CLASSES + 8 * 8;

    private static final int FREE = 0;
    private static final int LIVE = 4;
    private static final int BUMP = 8;
    private static final int CLASS = 12;
    private static final int NEXT = 16;
    private static final int PREVIOUS = 20;
    private static final int RUN = 24;
    private static final int LISTED = 28;

    /** Of a run's first page, a long: the bytes of its only block. */
    private static final int LARGE_BYTES = FREE;

    /** What the system gives memory in, or less where its pages are larger. */
    private static final int SYSTEM_PAGE_BYTES = 4096;

    private static final int CLASS_LARGE = -1;
    private static final int NONE = -1;

    private static final int[] BLOCK_BYTES = blockBytes();

    private final int[] partial = new int[CLASSES];
    private final boolean keepsEmpty;

    /** The first of the empty pages that are kept, the others behind it; or {@link #NONE}. */
    private int empty = NONE;

    private long usedBytes;

    /** Gives a page back to the system when its last block is freed. */
    public Slabs() {
        this(false);
    }

    private Slabs(boolean keepsEmpty) {
        this.keepsEmpty = keepsEmpty;
        Arrays.fill(partial, NONE);
    }

    /**
     * For an owner that frees many blocks in a moment and holds somebody up meanwhile. Blocks freed
     * in no order leave nearly all their pages empty at the very end, and the system takes some ten
     * microseconds for each: so empty pages are kept, for new blocks or until {@link #giveEmpty}.
     */
    public static Slabs keepingEmptyPages() {
        return new Slabs(true);
    }

    private static int[] blockBytes() {
        int[] bytes = new int[CLASSES];
        for (int c = 0; c < LINEAR_CLASSES; c++) {
            bytes[c] = (c + 1) * 8;
        }
        for (int c = LINEAR_CLASSES; c < CLASSES; c++) {
            int doubling = 7 + (c - LINEAR_CLASSES) / 8;
            int eighth = (c - LINEAR_CLASSES) % 8 + 1;
            bytes[c] = (1 << doubling) + eighth * (1 << (doubling - 3));
        }
        return bytes;
    }

    static int classOf(int bytes) {
        if (bytes <= LINEAR_BYTES_MAX) {
            return (bytes - 1) >>> 3;
        }
        int doubling = 31 - Integer.numberOfLeadingZeros(bytes - 1);
        return LINEAR_CLASSES
                + (doubling - 7) * 8
                + ((bytes - 1 - (1 << doubling)) >>> (doubling - 3));
    }

    /** The address that all handles count from. */
    public static long base() {
        return Pages.BASE;
    }

    /** The bytes a block of {@code bytes} really takes. */
    public static long blockBytes(long bytes) {
        return bytes <= SMALL_BYTES_MAX
                ? BLOCK_BYTES[classOf((int) bytes)]
                : (bytes + SYSTEM_PAGE_BYTES - 1) & -SYSTEM_PAGE_BYTES;
    }

    /**
     * Takes a block of at least {@code bytes} (1 or more).
     *
     * @throws OutOfMemoryError if the reserved addresses are used up
     */
    public long allocate(long bytes) {
        assert bytes > 0;
        if (bytes > SMALL_BYTES_MAX) {
            return allocateLarge(bytes);
        }
        int sizeClass = classOf((int) bytes);
        int page = partial[sizeClass];
        if (page == NONE) {
            page = openPage(sizeClass);
        }
        long descriptor = Pages.descriptor(page);
        long pageAddress = Pages.address(page);
        int blockBytes = BLOCK_BYTES[sizeClass];
        usedBytes += blockBytes;
        Memory.putInt(descriptor + LIVE, Memory.getInt(descriptor + LIVE) + 1);
        int free = Memory.getInt(descriptor + FREE);
        int bump = Memory.getInt(descriptor + BUMP);
        long block;
        if (free != NONE) {
            block = pageAddress + free;
            free = Memory.getInt(block);
            Memory.putInt(descriptor + FREE, free);
        } else {
            block = pageAddress + bump;
            bump += blockBytes;
            Memory.putInt(descriptor + BUMP, bump);
        }
        if (free == NONE && bump + blockBytes > Pages.PAGE_BYTES) {
            unlink(page, descriptor, sizeClass);
        }
        return block;
    }

    private long allocateLarge(long bytes) {
        int run = Math.toIntExact((bytes + Pages.PAGE_BYTES - 1) >>> Pages.PAGE_SHIFT);
        int page = Pages.take(run);
        long descriptor = Pages.descriptor(page);
        Memory.putInt(descriptor + CLASS, CLASS_LARGE);
        Memory.putInt(descriptor + RUN, run);
        long block = blockBytes(bytes);
        Memory.putLong(descriptor + LARGE_BYTES, block);
        usedBytes += block;
        return Pages.address(page);
    }

    private int openPage(int sizeClass) {
        int page = empty == NONE ? Pages.take(1) : takeEmpty();
        long descriptor = Pages.descriptor(page);
        Memory.putInt(descriptor + FREE, NONE);
        Memory.putInt(descriptor + LIVE, 0);
        Memory.putInt(descriptor + BUMP, 0);
        Memory.putInt(descriptor + CLASS, sizeClass);
        Memory.putInt(descriptor + RUN, 1);
        link(page, descriptor, sizeClass);
        return page;
    }

    /** Gives a block back. The address must be one that this owner was given and still has. */
    public void free(long address) {
        int page = Pages.pageOf(address);
        long descriptor = Pages.descriptor(page);
        int sizeClass = Memory.getInt(descriptor + CLASS);
        if (sizeClass == CLASS_LARGE) {
            usedBytes -= Memory.getLong(descriptor + LARGE_BYTES);
            Pages.give(page, Memory.getInt(descriptor + RUN));
            return;
        }
        usedBytes -= BLOCK_BYTES[sizeClass];
        int live = Memory.getInt(descriptor + LIVE) - 1;
        assert live >= 0 : "freed twice: " + address;
        Memory.putInt(descriptor + LIVE, live);
        Memory.putInt(address, Memory.getInt(descriptor + FREE));
        Memory.putInt(descriptor + FREE, (int) (address - Pages.address(page)));
        boolean listed = Memory.getInt(descriptor + LISTED) != 0;
        if (live > 0) {
            if (!listed) {
                link(page, descriptor, sizeClass);
            }
            return;
        }
        boolean onlyOne = listed && partial[sizeClass] == page && next(descriptor) == NONE;
        if (!onlyOne) {
            if (listed) {
                unlink(page, descriptor, sizeClass);
            }
            if (keepsEmpty) {
                Memory.putInt(descriptor + NEXT, empty);
                empty = page;
            } else {
                Pages.give(page, 1);
            }
        }
    }

    private int takeEmpty() {
        int page = empty;
        empty = next(Pages.descriptor(page));
        return page;
    }

    /** Gives up to so many of the empty pages that are kept to the system; how many there were. */
    public int giveEmpty(int most) {
        int given = 0;
        for (; given < most && empty != NONE; given++) {
            Pages.give(takeEmpty(), 1);
        }
        return given;
    }

    /** Gives every page back that has no live blocks: one of each size is kept otherwise. */
    void giveAllEmpty() {
        giveEmpty(Integer.MAX_VALUE);
        for (int c = 0; c < CLASSES; c++) {
            int page = partial[c];
            if (page != NONE && Memory.getInt(Pages.descriptor(page) + LIVE) == 0) {
                unlink(page, Pages.descriptor(page), c);
                Pages.give(page, 1);
            }
        }
    }

    /** How many bytes may be used at a block's address: what was asked for, rounded up. */
    public static long usable(long address) {
        long descriptor = Pages.descriptor(Pages.pageOf(address));
        int sizeClass = Memory.getInt(descriptor + CLASS);
        return sizeClass == CLASS_LARGE
                ? Memory.getLong(descriptor + LARGE_BYTES)
                : BLOCK_BYTES[sizeClass];
    }

    /** How many pages of 256 KiB all owners in this process have. */
    public static int pagesTaken() {
        return Pages.taken().cardinality();
    }

    /** The bytes of all blocks that are taken, rounded up as they are. */
    public long usedBytes() {
        return usedBytes;
    }

    private static int next(long descriptor) {
        return Memory.getInt(descriptor + NEXT);
    }

    private void link(int page, long descriptor, int sizeClass) {
        int head = partial[sizeClass];
        Memory.putInt(descriptor + NEXT, head);
        Memory.putInt(descriptor + PREVIOUS, NONE);
        Memory.putInt(descriptor + LISTED, 1);
        if (head != NONE) {
            Memory.putInt(Pages.descriptor(head) + PREVIOUS, page);
        }
        partial[sizeClass] = page;
    }

    private void unlink(int page, long descriptor, int sizeClass) {
        int next = next(descriptor);
        int previous = Memory.getInt(descriptor + PREVIOUS);
        if (previous == NONE) {
            assert partial[sizeClass] == page;
            partial[sizeClass] = next;
        } else {
            Memory.putInt(Pages.descriptor(previous) + NEXT, next);
        }
        if (next != NONE) {
            Memory.putInt(Pages.descriptor(next) + PREVIOUS, previous);
        }
        Memory.putInt(descriptor + LISTED, 0);
    }
}
