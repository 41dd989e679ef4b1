package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;

/**
 * A hash table from keys to items that grows a little at a time.
 *
 * <p><b>Why not a doubling table.</b> Doubling stalls, or needs two tables and a background move;
 * this is extendible hashing (Fagin et al., 1979) in the form of Dash (Lu et al., VLDB 2020): a
 * directory over the top bits of the hash points to segments of 4 KiB, and only a full segment is
 * split in two, some microseconds' work. The directory doubles too, but it is one long per segment.
 *
 * <pre>
 * segment: 60 home buckets, 4 stash buckets, 64 bytes each
 * bucket:  u8 tag[7] | u8 extra | u64 slot[7]        tag 0 = the slot is empty
 * slot:    bits 0..39 address / 8 from Slabs.base | 40..57 top 18 bits of the hash | 58..63 home
 * extra:   in a home bucket, how many of its items stand elsewhere (next bucket, stash);
 *          in the first stash bucket, the segment's depth
 * </pre>
 *
 * <p>A bucket is one cache line: a look-up reads it, and then the item. An item stands in its home
 * bucket, or the one after it, or the stash. The slot keeps enough of the hash that a split reads
 * no item until a table has a hundred million.
 *
 * <p><b>Scanning</b> goes by home bucket within ranges of the hash; an item's home bucket and the
 * order of ranges never change, so a scan across splits meets every item that was there all along.
 *
 * <p>One owner at a time. Items belong to the caller.
 */
public final class Dictionary {
    private static final int HOME_BUCKETS = 60;
    private static final int BUCKETS = 64;
    private static final int SLOTS = 7;
    private static final long BUCKET_BYTES = 64;
    private static final long SEGMENT_BYTES = BUCKETS * BUCKET_BYTES;
    private static final long DEPTH_AT = HOME_BUCKETS * BUCKET_BYTES + SLOTS;
    private static final int PREFIX_BITS = 18;
    private static final int ADDRESS_BITS = 40;
    private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
    private static final int HOME_SHIFT = ADDRESS_BITS + PREFIX_BITS;
    private static final int DEPTH_MAX = 28;

    private static final long TAGS = 0x00ff_ffff_ffff_ffffL;
    private static final long ONES = 0x0001_0101_0101_0101L;
    private static final long LOWS = 0x007f_7f7f_7f7f_7f7fL;
    private static final long HIGHS = 0x0080_8080_8080_8080L;

    /** Range starts of a scan cursor are the top 32 bits of hashes. */
    private static final int CURSOR_HOME_BITS = 6;

    private static final long RANGE_END = 1L << 32;

    /** What an item takes here on average, beside its own block. */
    public static final int ENTRY_BYTES = 12;

    private final Slabs slabs;
    private long[] directory;
    private int depth;
    private long size;

    public Dictionary(Slabs slabs) {
        this.slabs = slabs;
        this.directory = new long[] {newSegment(0)};
    }

    /** Is told an item's address. */
    @FunctionalInterface
    public interface Visitor {
        void item(long item);
    }

    private long newSegment(int segmentDepth) {
        long segment = slabs.allocate(SEGMENT_BYTES);
        Memory.fill(segment, SEGMENT_BYTES, 0);
        Memory.putByte(segment + DEPTH_AT, segmentDepth);
        return segment;
    }

    /** How many items it holds. */
    public long size() {
        return size;
    }

    private static int home(long hash) {
        return (int) ((hash & 0xffff) * HOME_BUCKETS >>> 16);
    }

    private static long tag(long hash) {
        long tag = hash >>> 16 & 0xff;
        return tag == 0 ? 1 : tag;
    }

    private static long mark(long hash) {
        return (long) home(hash) << PREFIX_BITS | hash >>> 64 - PREFIX_BITS;
    }

    private static long address(long slot) {
        return Slabs.base() + ((slot & ADDRESS_MASK) << 3);
    }

    private static long slot(long hash, long item) {
        return mark(hash) << ADDRESS_BITS | item - Slabs.base() >>> 3;
    }

    private static long slotAt(long bucket, int index) {
        return bucket + 8 + 8L * index;
    }

    private int index(long hash) {
        return (int) (hash >>> 32 >>> 32 - depth);
    }

    private long segment(long hash) {
        return directory[index(hash)];
    }

    private static int nextBucket(int home) {
        return home + 1 == HOME_BUCKETS ? 0 : home + 1;
    }

    // ---- Look-up

    /** The item with this key, or 0. */
    public long find(long hash, long key, int length) {
        long segment = segment(hash);
        int home = home(hash);
        long bucket = segment + home * BUCKET_BYTES;
        long found = findIn(bucket, hash, key, length);
        if (found != 0 || Memory.getByte(bucket + SLOTS) == 0) {
            return found;
        }
        found = findIn(segment + nextBucket(home) * BUCKET_BYTES, hash, key, length);
        for (int stash = HOME_BUCKETS; found == 0 && stash < BUCKETS; stash++) {
            found = findIn(segment + stash * BUCKET_BYTES, hash, key, length);
        }
        return found;
    }

    /**
     * Loads the cache line of a key's home bucket. Done for several keys in a row, the loads
     * overlap, and the look-ups that follow find them done. The answer means nothing, but use it,
     * or the load is compiled away.
     */
    public long touchBucket(long hash) {
        return Memory.getLong(segment(hash) + home(hash) * BUCKET_BYTES);
    }

    /** The same for the first two cache lines of the item that the key probably has. */
    public long touchItem(long hash) {
        long bucket = segment(hash) + home(hash) * BUCKET_BYTES;
        long matches = matches(bucket, tag(hash));
        if (matches == 0) {
            return 0;
        }
        long slot = Memory.getLong(slotAt(bucket, Long.numberOfTrailingZeros(matches) >>> 3));
        long item = address(slot);
        return Memory.getLong(item) ^ Memory.getLong(item + BUCKET_BYTES);
    }

    private static long findIn(long bucket, long hash, long key, int length) {
        long matches = matches(bucket, tag(hash));
        while (matches != 0) {
            int index = Long.numberOfTrailingZeros(matches) >>> 3;
            long slot = Memory.getLong(slotAt(bucket, index));
            if (slot >>> ADDRESS_BITS == mark(hash)) {
                long item = address(slot);
                if (Item.hasKey(item, key, length)) {
                    return item;
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

    /** The address of the slot that holds {@code item}, or 0. */
    private long slotOf(long hash, long item) {
        long segment = segment(hash);
        int home = home(hash);
        long wanted = slot(hash, item);
        long at = slotIn(segment + home * BUCKET_BYTES, hash, wanted);
        if (at == 0) {
            at = slotIn(segment + nextBucket(home) * BUCKET_BYTES, hash, wanted);
        }
        for (int stash = HOME_BUCKETS; at == 0 && stash < BUCKETS; stash++) {
            at = slotIn(segment + stash * BUCKET_BYTES, hash, wanted);
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

    /** Adds an item whose key is not in the dictionary. */
    public void insert(long hash, long item) {
        long slot = slot(hash, item);
        int tag = (int) tag(hash);
        while (!place(segment(hash), home(hash), tag, slot)) {
            split(index(hash));
        }
        size++;
    }

    private static boolean place(long segment, int home, int tag, long slot) {
        long bucket = segment + home * BUCKET_BYTES;
        if (placeIn(bucket, tag, slot)) {
            return true;
        }
        boolean placed = placeIn(segment + nextBucket(home) * BUCKET_BYTES, tag, slot);
        for (int stash = HOME_BUCKETS; !placed && stash < BUCKETS; stash++) {
            placed = placeIn(segment + stash * BUCKET_BYTES, tag, slot);
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
    public void move(long hash, long from, long to) {
        long at = slotOf(hash, from);
        assert at != 0 : "moved what is not there";
        Memory.putLong(at, slot(hash, to));
    }

    /** Takes an item out; false if it is not there. */
    public boolean remove(long hash, long item) {
        long at = slotOf(hash, item);
        if (at == 0) {
            return false;
        }
        long segment = segment(hash);
        long bucket = segment + (at - segment) / BUCKET_BYTES * BUCKET_BYTES;
        int index = (int) (at - bucket) / 8 - 1;
        Memory.putByte(bucket + index, 0);
        long home = segment + home(hash) * BUCKET_BYTES;
        if (bucket != home) {
            Memory.putByte(home + SLOTS, Memory.getByte(home + SLOTS) - 1);
        }
        size--;
        return true;
    }

    private void split(int index) {
        long segment = directory[index];
        int segmentDepth = Memory.getByte(segment + DEPTH_AT);
        if (segmentDepth == DEPTH_MAX) {
            throw new OutOfMemoryError("dictionary: depth " + DEPTH_MAX + " is the limit");
        }
        if (segmentDepth == depth) {
            long[] doubled = new long[directory.length * 2];
            for (int i = 0; i < doubled.length; i++) {
                doubled[i] = directory[i >>> 1];
            }
            directory = doubled;
            depth++;
            split(index * 2);
            return;
        }
        long low = newSegment(segmentDepth + 1);
        long high = newSegment(segmentDepth + 1);
        int span = 1 << depth - segmentDepth;
        int first = index & -span;
        for (int i = 0; i < span; i++) {
            directory[first + i] = i < span / 2 ? low : high;
        }
        long[] misfits = new long[BUCKETS * SLOTS];
        int misfitCount = 0;
        for (int at = 0; at < BUCKETS * SLOTS; at++) {
            long bucket = segment + at / SLOTS * BUCKET_BYTES;
            int tag = Memory.getUnsignedByte(bucket + at % SLOTS);
            if (tag != 0) {
                long slot = Memory.getLong(slotAt(bucket, at % SLOTS));
                long half = bit(slot, segmentDepth) == 0 ? low : high;
                if (!place(half, (int) (slot >>> HOME_SHIFT), tag, slot)) {
                    misfits[misfitCount++] = address(slot);
                }
            }
        }
        slabs.free(segment);
        // All of a full segment fell into one half, in an order that fits worse: split that again.
        for (int i = 0; i < misfitCount; i++) {
            size--;
            insert(KeyHash.of(Item.key(misfits[i]), Item.keyLength(misfits[i])), misfits[i]);
        }
    }

    private static long bit(long slot, int bit) {
        if (bit < PREFIX_BITS) {
            return slot >>> HOME_SHIFT - 1 - bit & 1;
        }
        long item = address(slot);
        return KeyHash.of(Item.key(item), Item.keyLength(item)) >>> 63 - bit & 1;
    }

    // ---- Scan

    /**
     * Visits the items of one home bucket. Start with cursor 0; the answer is the next cursor, or 0
     * at the end. The visitor must not change the dictionary.
     */
    public long scan(long cursor, Visitor visitor) {
        long start = cursor >>> CURSOR_HOME_BITS & RANGE_END - 1;
        int home = (int) Math.min(cursor & 63, HOME_BUCKETS - 1);
        long segment = segment(start << 32);
        visit(segment, home, visitor);
        if (home + 1 < HOME_BUCKETS) {
            return start << CURSOR_HOME_BITS | home + 1;
        }
        long range = RANGE_END >>> Memory.getByte(segment + DEPTH_AT);
        long next = (start & -range) + range;
        return next == RANGE_END ? 0 : next << CURSOR_HOME_BITS;
    }

    private static void visit(long segment, int home, Visitor visitor) {
        long bucket = segment + home * BUCKET_BYTES;
        visitBucket(bucket, home, visitor);
        if (Memory.getByte(bucket + SLOTS) != 0) {
            visitBucket(segment + nextBucket(home) * BUCKET_BYTES, home, visitor);
            for (int stash = HOME_BUCKETS; stash < BUCKETS; stash++) {
                visitBucket(segment + stash * BUCKET_BYTES, home, visitor);
            }
        }
    }

    private static void visitBucket(long bucket, int home, Visitor visitor) {
        for (int i = 0; i < SLOTS; i++) {
            if (Memory.getByte(bucket + i) != 0) {
                long slot = Memory.getLong(slotAt(bucket, i));
                if (slot >>> HOME_SHIFT == home) {
                    visitor.item(address(slot));
                }
            }
        }
    }

    /** A cursor somewhere in the dictionary, from a random number: a place to sample at. */
    public static long cursorAt(long random) {
        return (random >>> 32) << CURSOR_HOME_BITS | (random & 0xffff) * HOME_BUCKETS >>> 16;
    }

    /**
     * Gives the table's memory back, not the items'. The dictionary must not be used afterwards.
     */
    public void free() {
        long last = 0;
        for (long segment : directory) {
            if (segment != last) {
                slabs.free(segment);
                last = segment;
            }
        }
        directory = new long[0];
    }
}
