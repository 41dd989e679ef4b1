package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;

import java.util.SplittableRandom;

/**
 * A hash table outside the heap that grows and shrinks a little at a time: of items in a database,
 * of fields in a hash, of members in a set. The caller has a root of {@link #ROOT_BYTES} somewhere
 * in memory; everything else hangs from it.
 *
 * <p><b>Why not a doubling table.</b> Doubling stalls, or needs two tables and a background move;
 * this is extendible hashing (Fagin et al., 1979) in the form of Dash (Lu et al., VLDB 2020): a
 * directory over the top bits of the hash points to segments of 4 KiB, and only a full segment is
 * split in two, some microseconds' work. The directory doubles too, but it is one long per segment.
 * Two neighbours that have become sparse are merged again. While it has fewer than some hundred
 * entries a table is a single segment that grows through smaller {@link #HOMES shapes}: a hash of
 * ten fields must not take a page.
 *
 * <pre>
 * root:    u64 entries | u64 directory, or the only segment while depth is 0 | u32 depth | u32 shape
 * segment: home buckets, then stash buckets, 64 bytes each; whole ones have 60 and 4
 * bucket:  u8 tag[7] | u8 extra | u64 slot[7]        tag 0 = the slot is empty
 * slot:    bits 0..39 address / 8 from Slabs.base | 40..57 top 18 bits of the hash | 58..63 home
 * extra:   in a home bucket, how many of its entries stand elsewhere (next bucket, stash);
 *          in the first stash bucket of a whole segment, the segment's depth
 * </pre>
 *
 * <p>A bucket is one cache line: a look-up reads it, and then the entry. An entry stands in its
 * home bucket, or the one after it, or the stash. The slot keeps enough of the hash that a split
 * reads no entry until a table has a hundred million.
 *
 * <p><b>Scanning</b> goes by home bucket within ranges of the hash. A cursor says how far it has
 * come as a part of all home buckets, which means the same in every shape, and in how large a
 * range, so that a scan meets every entry that was there all along, whatever was split or merged
 * meanwhile.
 *
 * <pre>
 * cursor:  u5 depth of the range | u32 start of the range (top bits of the hash) | u16 how far in it
 * </pre>
 *
 * <p>One owner at a time. Entries belong to the caller.
 */
public final class Table {
    public static final int ROOT_BYTES = 24;

    /** What an entry takes here on average, beside its own block. */
    public static final int ENTRY_BYTES = 12;

    private static final int SIZE = 0;
    private static final int DIRECTORY = 8;
    private static final int DEPTH = 16;
    private static final int SHAPE = 20;

    /** Home and stash buckets of each shape of segment. */
    private static final int[] HOMES = {1, 3, 7, 14, 29, 60};

    private static final int[] STASHES = {0, 1, 1, 2, 3, 4};
    private static final int WHOLE = HOMES.length - 1;
    private static final int SLOTS = 7;
    private static final int BUCKET_BYTES = 64;
    private static final int WHOLE_BUCKETS = 64;

    /** Of a segment, in one step: a hundred entries. */
    private static final int BUCKETS_FREED_AT_ONCE = 16;

    private static final int FREED_BUCKETS_SHIFT = 32;
    private static final long DEPTH_AT = 60L * BUCKET_BYTES + SLOTS;

    /** Two neighbours are merged when they have no more entries than this: 40 % of one's slots. */
    private static final int MERGED_ENTRIES_MAX = WHOLE_BUCKETS * SLOTS * 2 / 5;

    private static final int PREFIX_BITS = 18;
    private static final int ADDRESS_BITS = 40;
    private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
    private static final int HOME_SHIFT = ADDRESS_BITS + PREFIX_BITS;
    private static final int DEPTH_MAX = 28;

    private static final long TAGS = 0x00ff_ffff_ffff_ffffL;
    private static final long ONES = 0x0001_0101_0101_0101L;
    private static final long LOWS = 0x007f_7f7f_7f7f_7f7fL;
    private static final long HIGHS = 0x0080_8080_8080_8080L;

    private static final int CURSOR_START_SHIFT = 16;
    private static final int CURSOR_DEPTH_SHIFT = 48;
    private static final long RANGE_END = 1L << 32;

    private Table() {}

    /** What the table must know of its entries. */
    public interface Entries {
        boolean hasKey(long entry, long key, int length);

        long hash(long entry);
    }

    /** Is told an entry's address. */
    @FunctionalInterface
    public interface Visitor {
        void entry(long entry);
    }

    /** Makes an empty table of a root. It takes no memory until the first insert. */
    public static void init(long root) {
        Memory.putLong(root + SIZE, 0);
        Memory.putLong(root + DIRECTORY, 0);
        Memory.putLong(root + DEPTH, 0);
    }

    public static long size(long root) {
        return Memory.getLong(root + SIZE);
    }

    private static void addSize(long root, int more) {
        Memory.putLong(root + SIZE, Memory.getLong(root + SIZE) + more);
    }

    private static int depth(long root) {
        return Memory.getInt(root + DEPTH);
    }

    private static int shape(long root) {
        return Memory.getInt(root + SHAPE);
    }

    private static int homes(long root) {
        return HOMES[shape(root)];
    }

    /** The segment that has, or would have, this hash; 0 if there is none yet. */
    private static long segment(long root, long hash) {
        long directory = Memory.getLong(root + DIRECTORY);
        int depth = depth(root);
        return depth == 0 ? directory : Memory.getLong(directory + (hash >>> 64 - depth << 3));
    }

    private static int home(long hash, int homes) {
        return (int) ((hash & 0xffff) * homes >>> 16);
    }

    private static int nextHome(int home, int homes) {
        return home + 1 == homes ? 0 : home + 1;
    }

    private static long tag(long hash) {
        long tag = hash >>> 16 & 0xff;
        return tag == 0 ? 1 : tag;
    }

    private static long mark(long hash, int home) {
        return (long) home << PREFIX_BITS | hash >>> 64 - PREFIX_BITS;
    }

    private static long address(long slot) {
        return Slabs.base() + ((slot & ADDRESS_MASK) << 3);
    }

    private static long slot(long hash, int home, long entry) {
        return mark(hash, home) << ADDRESS_BITS | entry - Slabs.base() >>> 3;
    }

    private static long slotAt(long bucket, int index) {
        return bucket + 8 + 8L * index;
    }

    private static long bucket(long segment, int index) {
        return segment + (long) index * BUCKET_BYTES;
    }

    // ---- Look-up

    /** The entry with this key, or 0. */
    public static long find(long root, long hash, long key, int length, Entries entries) {
        long segment = segment(root, hash);
        if (segment == 0) {
            return 0;
        }
        int homes = homes(root);
        int home = home(hash, homes);
        long bucket = bucket(segment, home);
        long found = findIn(bucket, hash, home, key, length, entries);
        if (found != 0 || Memory.getByte(bucket + SLOTS) == 0) {
            return found;
        }
        return findElsewhere(root, segment, hash, home, key, length, entries);
    }

    private static long findElsewhere(
            long root, long segment, long hash, int home, long key, int length, Entries entries) {
        int homes = homes(root);
        long found =
                findIn(bucket(segment, nextHome(home, homes)), hash, home, key, length, entries);
        int end = homes + STASHES[shape(root)];
        for (int stash = homes; found == 0 && stash < end; stash++) {
            found = findIn(bucket(segment, stash), hash, home, key, length, entries);
        }
        return found;
    }

    private static long findIn(
            long bucket, long hash, int home, long key, int length, Entries entries) {
        long matches = matches(bucket, tag(hash));
        while (matches != 0) {
            int index = Long.numberOfTrailingZeros(matches) >>> 3;
            long slot = Memory.getLong(slotAt(bucket, index));
            if (slot >>> ADDRESS_BITS == mark(hash, home)) {
                long entry = address(slot);
                if (entries.hasKey(entry, key, length)) {
                    return entry;
                }
            }
            matches &= matches - 1;
        }
        return 0;
    }

    /** The high bit of each tag that equals {@code tag}: exact, for a stale slot must not match. */
    private static long matches(long bucket, long tag) {
        long different = (Memory.getLong(bucket) ^ tag * ONES) & TAGS;
        return ~((different & LOWS) + LOWS | different) & HIGHS;
    }

    /**
     * Loads the cache line of a key's home bucket. Done for several keys in a row, the loads
     * overlap, and the look-ups that follow find them done. The answer means nothing, but use it,
     * or the load is compiled away.
     */
    public static long touchBucket(long root, long hash) {
        long segment = segment(root, hash);
        return segment == 0 ? 0 : Memory.getLong(bucket(segment, home(hash, homes(root))));
    }

    /** The same for the first two cache lines of the entry that the key probably has. */
    public static long touchEntry(long root, long hash) {
        long segment = segment(root, hash);
        if (segment == 0) {
            return 0;
        }
        long bucket = bucket(segment, home(hash, homes(root)));
        long matches = matches(bucket, tag(hash));
        if (matches == 0) {
            return 0;
        }
        long slot = Memory.getLong(slotAt(bucket, Long.numberOfTrailingZeros(matches) >>> 3));
        long entry = address(slot);
        return Memory.getLong(entry) ^ Memory.getLong(entry + BUCKET_BYTES);
    }

    /** The address of the slot that holds {@code entry}, or 0. */
    private static long slotOf(long root, long segment, long hash, long entry) {
        if (segment == 0) {
            return 0;
        }
        int homes = homes(root);
        int home = home(hash, homes);
        long wanted = slot(hash, home, entry);
        long at = slotIn(bucket(segment, home), hash, wanted);
        if (at == 0) {
            at = slotIn(bucket(segment, nextHome(home, homes)), hash, wanted);
        }
        int end = homes + STASHES[shape(root)];
        for (int stash = homes; at == 0 && stash < end; stash++) {
            at = slotIn(bucket(segment, stash), hash, wanted);
        }
        return at;
    }

    private static long slotIn(long bucket, long hash, long wanted) {
        long matches = matches(bucket, tag(hash));
        while (matches != 0) {
            long at = slotAt(bucket, Long.numberOfTrailingZeros(matches) >>> 3);
            if (Memory.getLong(at) == wanted) {
                return at;
            }
            matches &= matches - 1;
        }
        return 0;
    }

    // ---- Change

    /** Adds an entry whose key is not in the table. */
    public static void insert(long root, long hash, long entry, Slabs slabs, Entries entries) {
        while (!placeNew(root, hash, entry)) {
            grow(root, hash, slabs, entries);
        }
        addSize(root, 1);
    }

    private static boolean placeNew(long root, long hash, long entry) {
        long segment = segment(root, hash);
        if (segment == 0) {
            return false;
        }
        int shape = shape(root);
        int home = home(hash, HOMES[shape]);
        return place(segment, shape, home, (int) tag(hash), slot(hash, home, entry));
    }

    private static boolean place(long segment, int shape, int home, int tag, long slot) {
        long bucket = bucket(segment, home);
        if (placeIn(bucket, tag, slot)) {
            return true;
        }
        int homes = HOMES[shape];
        boolean placed = placeIn(bucket(segment, nextHome(home, homes)), tag, slot);
        int end = homes + STASHES[shape];
        for (int stash = homes; !placed && stash < end; stash++) {
            placed = placeIn(bucket(segment, stash), tag, slot);
        }
        if (placed) {
            Memory.putByte(bucket + SLOTS, Memory.getByte(bucket + SLOTS) + 1);
        }
        return placed;
    }

    private static boolean placeIn(long bucket, int tag, long slot) {
        long free = matches(bucket, 0);
        if (free == 0) {
            return false;
        }
        int index = Long.numberOfTrailingZeros(free) >>> 3;
        Memory.putByte(bucket + index, tag);
        Memory.putLong(slotAt(bucket, index), slot);
        return true;
    }

    /** The same key is now at another address. */
    public static void move(long root, long hash, long from, long to) {
        long at = slotOf(root, segment(root, hash), hash, from);
        assert at != 0 : "moved what is not there";
        Memory.putLong(at, slot(hash, home(hash, homes(root)), to));
    }

    /** Takes an entry out; false if it is not there. */
    public static boolean remove(long root, long hash, long entry, Slabs slabs, Entries entries) {
        long segment = segment(root, hash);
        long at = slotOf(root, segment, hash, entry);
        if (at == 0) {
            return false;
        }
        long bucket = segment + (at - segment) / BUCKET_BYTES * BUCKET_BYTES;
        int index = (int) (at - bucket) / 8 - 1;
        Memory.putByte(bucket + index, 0);
        long home = bucket(segment, home(hash, homes(root)));
        if (bucket != home) {
            Memory.putByte(home + SLOTS, Memory.getByte(home + SLOTS) - 1);
        }
        addSize(root, -1);
        // Now and then a look at whether the segment has become sparse: a count would cost more.
        boolean looks = depth(root) == 0 || (hash >>> 24 & 3) == 0;
        if ((Memory.getLong(bucket) & TAGS) == 0 && looks) {
            shrink(root, hash, slabs, entries);
        }
        return true;
    }

    // ---- Growing

    private static long newSegment(Slabs slabs, int shape, int segmentDepth) {
        long bytes = (long) (HOMES[shape] + STASHES[shape]) * BUCKET_BYTES;
        long segment = slabs.allocate(bytes);
        Memory.fill(segment, bytes, 0);
        if (shape == WHOLE) {
            Memory.putByte(segment + DEPTH_AT, segmentDepth);
        }
        return segment;
    }

    private static int segmentDepth(long root, long segment) {
        return shape(root) == WHOLE ? Memory.getByte(segment + DEPTH_AT) : 0;
    }

    private static void grow(long root, long hash, Slabs slabs, Entries entries) {
        if (Memory.getLong(root + DIRECTORY) == 0) {
            Memory.putLong(root + DIRECTORY, newSegment(slabs, 0, 0));
        } else if (shape(root) < WHOLE) {
            int larger = shape(root) + 1;
            while (larger < WHOLE && !reshape(root, larger, slabs, entries)) {
                larger++;
            }
            if (larger == WHOLE) {
                boolean reshaped = reshape(root, WHOLE, slabs, entries);
                assert reshaped : "a whole segment holds what half a one held";
            }
        } else {
            split(root, hash, slabs, entries);
        }
    }

    /** Moves the only segment's entries into one of another shape; false if they do not fit. */
    private static boolean reshape(long root, int to, Slabs slabs, Entries entries) {
        long from = Memory.getLong(root + DIRECTORY);
        int buckets = HOMES[shape(root)] + STASHES[shape(root)];
        long fresh = newSegment(slabs, to, 0);
        for (int at = 0; at < buckets * SLOTS; at++) {
            long bucket = bucket(from, at / SLOTS);
            int tag = Memory.getUnsignedByte(bucket + at % SLOTS);
            if (tag != 0) {
                long entry = address(Memory.getLong(slotAt(bucket, at % SLOTS)));
                long hash = entries.hash(entry);
                int home = home(hash, HOMES[to]);
                if (!place(fresh, to, home, tag, slot(hash, home, entry))) {
                    slabs.free(fresh);
                    return false;
                }
            }
        }
        slabs.free(from);
        Memory.putLong(root + DIRECTORY, fresh);
        Memory.putInt(root + SHAPE, to);
        return true;
    }

    private static void split(long root, long hash, Slabs slabs, Entries entries) {
        long segment = segment(root, hash);
        int segmentDepth = segmentDepth(root, segment);
        if (segmentDepth == DEPTH_MAX) {
            throw new OutOfMemoryError("table: depth " + DEPTH_MAX + " is the limit");
        }
        if (segmentDepth == depth(root)) {
            doubleDirectory(root, slabs);
        }
        long low = newSegment(slabs, WHOLE, segmentDepth + 1);
        long high = newSegment(slabs, WHOLE, segmentDepth + 1);
        pointRange(root, hash, segmentDepth + 1, low, high);
        long[] misfits = new long[WHOLE_BUCKETS * SLOTS];
        int misfitCount = 0;
        for (int at = 0; at < WHOLE_BUCKETS * SLOTS; at++) {
            long bucket = bucket(segment, at / SLOTS);
            int tag = Memory.getUnsignedByte(bucket + at % SLOTS);
            if (tag != 0) {
                long slot = Memory.getLong(slotAt(bucket, at % SLOTS));
                long half = bit(slot, segmentDepth, entries) == 0 ? low : high;
                if (!place(half, WHOLE, (int) (slot >>> HOME_SHIFT), tag, slot)) {
                    misfits[misfitCount++] = address(slot);
                }
            }
        }
        slabs.free(segment);
        // All of a full segment fell into one half, in an order that fits worse: split that again.
        for (int i = 0; i < misfitCount; i++) {
            addSize(root, -1);
            insert(root, entries.hash(misfits[i]), misfits[i], slabs, entries);
        }
    }

    private static void doubleDirectory(long root, Slabs slabs) {
        int depth = depth(root);
        long directory = Memory.getLong(root + DIRECTORY);
        long doubled = slabs.allocate(16L << depth);
        for (int i = 0; i < 2 << depth; i++) {
            long segment = depth == 0 ? directory : Memory.getLong(directory + (i >>> 1) * 8L);
            Memory.putLong(doubled + i * 8L, segment);
        }
        if (depth > 0) {
            slabs.free(directory);
        }
        Memory.putLong(root + DIRECTORY, doubled);
        Memory.putInt(root + DEPTH, depth + 1);
    }

    /** Points all of a hash's range, which is halved at {@code halfDepth}, to two segments. */
    private static void pointRange(long root, long hash, int halfDepth, long low, long high) {
        long directory = Memory.getLong(root + DIRECTORY);
        int depth = depth(root);
        int span = 1 << depth - halfDepth + 1;
        int first = (int) (hash >>> 64 - depth) & -span;
        for (int i = 0; i < span; i++) {
            Memory.putLong(directory + (first + i) * 8L, i < span / 2 ? low : high);
        }
    }

    private static long bit(long slot, int bit, Entries entries) {
        if (bit < PREFIX_BITS) {
            return slot >>> HOME_SHIFT - 1 - bit & 1;
        }
        return entries.hash(address(slot)) >>> 63 - bit & 1;
    }

    // ---- Shrinking

    private static void shrink(long root, long hash, Slabs slabs, Entries entries) {
        if (depth(root) == 0) {
            shrinkShape(root, slabs, entries);
        } else {
            merge(root, hash, slabs);
        }
    }

    private static void shrinkShape(long root, Slabs slabs, Entries entries) {
        int shape = shape(root);
        if (size(root) == 0) {
            free(root, slabs);
            return;
        }
        // Half of what the next smaller one has: so that it does not soon grow again.
        if (shape > 0 && size(root) * 2 <= (long) HOMES[shape - 1] * SLOTS) {
            reshape(root, shape - 1, slabs, entries);
        }
    }

    private static void merge(long root, long hash, Slabs slabs) {
        long segment = segment(root, hash);
        int segmentDepth = segmentDepth(root, segment);
        if (segmentDepth == 0) {
            return;
        }
        long other = segment(root, hash ^ 1L << 64 - segmentDepth);
        boolean sparse =
                segmentDepth(root, other) == segmentDepth
                        && count(segment) + count(other) <= MERGED_ENTRIES_MAX;
        if (!sparse) {
            return;
        }
        long merged = newSegment(slabs, WHOLE, segmentDepth - 1);
        if (!moveAll(segment, merged) || !moveAll(other, merged)) {
            slabs.free(merged);
            return;
        }
        pointRange(root, hash, segmentDepth, merged, merged);
        slabs.free(segment);
        slabs.free(other);
        if (segmentDepth == depth(root)) {
            halveDirectory(root, slabs);
        }
    }

    private static int count(long segment) {
        int count = 0;
        for (int i = 0; i < WHOLE_BUCKETS; i++) {
            count += SLOTS - Long.bitCount(matches(bucket(segment, i), 0));
        }
        return count;
    }

    private static boolean moveAll(long from, long to) {
        for (int at = 0; at < WHOLE_BUCKETS * SLOTS; at++) {
            long bucket = bucket(from, at / SLOTS);
            int tag = Memory.getUnsignedByte(bucket + at % SLOTS);
            if (tag != 0) {
                long slot = Memory.getLong(slotAt(bucket, at % SLOTS));
                if (!place(to, WHOLE, (int) (slot >>> HOME_SHIFT), tag, slot)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Halves the directory if no segment needs its last bit, as long as it is quick to see. */
    private static void halveDirectory(long root, Slabs slabs) {
        int depth = depth(root);
        long directory = Memory.getLong(root + DIRECTORY);
        for (int i = 0; i < 1 << depth; i += 2) {
            if (Memory.getLong(directory + i * 8L) != Memory.getLong(directory + i * 8L + 8)) {
                return;
            }
        }
        long halved = 0;
        if (depth > 1) {
            halved = slabs.allocate(4L << depth);
            for (int i = 0; i < 1 << depth - 1; i++) {
                Memory.putLong(halved + i * 8L, Memory.getLong(directory + i * 16L));
            }
        } else {
            halved = Memory.getLong(directory);
        }
        slabs.free(directory);
        Memory.putLong(root + DIRECTORY, halved);
        Memory.putInt(root + DEPTH, depth - 1);
    }

    // ---- Scan

    /**
     * Visits the entries of one home bucket. Start with cursor 0; the answer is the next cursor, or
     * 0 at the end. The visitor must not change the table.
     */
    public static long scan(long root, long cursor, Visitor visitor) {
        long start = cursor >>> CURSOR_START_SHIFT & RANGE_END - 1;
        int part = (int) cursor & 0xffff;
        long segment = segment(root, start << 32);
        if (segment == 0) {
            return 0;
        }
        int shape = shape(root);
        int homes = HOMES[shape];
        int home = part * homes >>> 16;
        visit(segment, shape, home, visitor);
        int segmentDepth = segmentDepth(root, segment);
        int cursorDepth = (int) (cursor >>> CURSOR_DEPTH_SHIFT) & 31;
        int depth = part == 0 ? segmentDepth : Math.max(segmentDepth, cursorDepth);
        if (home + 1 < homes) {
            // The least part that belongs to the next home.
            int next = ((home + 1 << 16) + homes - 1) / homes;
            return (long) depth << CURSOR_DEPTH_SHIFT | start << CURSOR_START_SHIFT | next;
        }
        long range = RANGE_END >>> depth;
        long next = (start & -range) + range;
        return next == RANGE_END ? 0 : next << CURSOR_START_SHIFT;
    }

    private static void visit(long segment, int shape, int home, Visitor visitor) {
        long bucket = bucket(segment, home);
        visitBucket(bucket, home, visitor);
        if (Memory.getByte(bucket + SLOTS) != 0) {
            int homes = HOMES[shape];
            visitBucket(bucket(segment, nextHome(home, homes)), home, visitor);
            for (int stash = homes; stash < homes + STASHES[shape]; stash++) {
                visitBucket(bucket(segment, stash), home, visitor);
            }
        }
    }

    private static void visitBucket(long bucket, int home, Visitor visitor) {
        for (int i = 0; i < SLOTS; i++) {
            if (Memory.getByte(bucket + i) != 0) {
                long slot = Memory.getLong(slotAt(bucket, i));
                if (slot >>> HOME_SHIFT == home) {
                    visitor.entry(address(slot));
                }
            }
        }
    }

    /** A cursor somewhere in the table, from a random number: a place to sample at. */
    public static long cursorAt(long random) {
        return (random >>> 32) << CURSOR_START_SHIFT | random & 0xffff;
    }

    /** An entry, each with the same chance. The table must not be empty. */
    public static long any(long root, SplittableRandom random) {
        assert size(root) > 0;
        int shape = shape(root);
        int slots = (HOMES[shape] + STASHES[shape]) * SLOTS;
        int depth = depth(root);
        while (true) {
            long hash = random.nextLong();
            long segment = segment(root, hash);
            // A segment that several places of the directory point to would come too often.
            int span = 1 << depth - segmentDepth(root, segment);
            if (span > 1 && random.nextInt(span) != 0) {
                continue;
            }
            int at = random.nextInt(slots);
            long bucket = bucket(segment, at / SLOTS);
            if (Memory.getByte(bucket + at % SLOTS) != 0) {
                return address(Memory.getLong(slotAt(bucket, at % SLOTS)));
            }
        }
    }

    // ---- Freeing

    /** Gives the table's memory back, not the entries'; it is empty then. */
    public static void free(long root, Slabs slabs) {
        while (!freeSome(root, slabs, entry -> {})) {
            // At once.
        }
    }

    /**
     * Tells of the entries of some buckets, whose segment is given back after its last; true when
     * nothing is left. Between calls the table can be used for nothing else.
     */
    public static boolean freeSome(long root, Slabs slabs, Visitor visitor) {
        long directory = Memory.getLong(root + DIRECTORY);
        if (directory == 0) {
            init(root);
            return true;
        }
        int depth = depth(root);
        // From the end, whose place is kept in the size's stead; bit 63 says so.
        long place = Memory.getLong(root + SIZE);
        int last = place < 0 ? (int) place : (1 << depth) - 1;
        int from = place < 0 ? (int) (place >>> FREED_BUCKETS_SHIFT) & 0xff : 0;
        long segment = depth == 0 ? directory : Memory.getLong(directory + last * 8L);
        int shape = shape(root);
        int buckets = HOMES[shape] + STASHES[shape];
        int to = Math.min(from + BUCKETS_FREED_AT_ONCE, buckets);
        visitAll(segment, from, to, visitor);
        if (to < buckets) {
            Memory.putLong(root + SIZE, freedUpTo(last, to));
            return false;
        }
        last -= depth == 0 ? 1 : 1 << depth - segmentDepth(root, segment);
        slabs.free(segment);
        if (last >= 0) {
            Memory.putLong(root + SIZE, freedUpTo(last, 0));
            return false;
        }
        if (depth > 0) {
            slabs.free(directory);
        }
        init(root);
        return true;
    }

    private static long freedUpTo(int last, int bucket) {
        return Long.MIN_VALUE | (long) bucket << FREED_BUCKETS_SHIFT | last;
    }

    private static void visitAll(long segment, int from, int to, Visitor visitor) {
        for (int i = from; i < to; i++) {
            long bucket = bucket(segment, i);
            for (int slot = 0; slot < SLOTS; slot++) {
                if (Memory.getByte(bucket + slot) != 0) {
                    visitor.entry(address(Memory.getLong(slotAt(bucket, slot))));
                }
            }
        }
    }
}
