package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.store.Stripe;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds a key that a dump has twice. Of each key a word is kept, outside the heap; at the end they
 * are sorted, and the keys themselves are compared where the words say that they may be the same.
 *
 * <pre>
 * heap: 12 bits of the key's hash
 * word: 20 more bits | database, 4 bits | offset of the key in the dump, 40 bits
 * </pre>
 *
 * <p>A table of all keys would wait for memory at each key.
 */
final class KeysSeen {
    /** No dump is longer than this many bytes. */
    static final long DUMP_BYTES_MAX = 1L << 40;

    private static final int HEAPS = 1 << 12;
    private static final int HEAP_SHIFT = Long.SIZE - 12;
    private static final int HASH_SHIFT = 44;
    private static final int DATABASE_SHIFT = 40;
    private static final int HEAP_BYTES = 64;

    static {
        assert Stripe.DATABASES <= 1 << HASH_SHIFT - DATABASE_SHIFT;
    }

    private final Slabs slabs = new Slabs();
    private final NativeBuffer[] heaps =
            Stream.generate(() -> new NativeBuffer(slabs, HEAP_BYTES))
                    .limit(HEAPS)
                    .toArray(NativeBuffer[]::new);

    /** Whether the keys at two offsets are the same. */
    @FunctionalInterface
    interface Comparison {
        boolean isSame(long offset, long other);
    }

    /** Forgets all keys. */
    void clear() {
        for (NativeBuffer heap : heaps) {
            heap.shrink();
        }
    }

    /** Notes a key. */
    void add(long hash, int database, long offset) {
        assert offset < DUMP_BYTES_MAX;
        long word = hash << HASH_SHIFT | (long) database << DATABASE_SHIFT | offset;
        heaps[(int) (hash >>> HEAP_SHIFT)].putLong(word);
    }

    /**
     * The least offset of a key that stands before it, too, in the same database; or -1. More may
     * be added afterwards.
     */
    long firstRepeated(Comparison comparison) {
        IntStream.range(0, HEAPS).parallel().forEach(i -> sort(heaps[i]));
        long first = DUMP_BYTES_MAX;
        for (NativeBuffer heap : heaps) {
            first = Math.min(first, firstRepeated(heap, comparison));
        }
        return first == DUMP_BYTES_MAX ? -1 : first;
    }

    private static void sort(NativeBuffer heap) {
        long[] words = new long[(int) (heap.length() / Long.BYTES)];
        for (int i = 0; i < words.length; i++) {
            words[i] = word(heap, i);
        }
        Arrays.sort(words);
        for (int i = 0; i < words.length; i++) {
            Memory.putLong(heap.address() + (long) i * Long.BYTES, words[i]);
        }
    }

    private static long word(NativeBuffer heap, int index) {
        return Memory.getLong(heap.address() + (long) index * Long.BYTES);
    }

    private static long firstRepeated(NativeBuffer heap, Comparison comparison) {
        int count = (int) (heap.length() / Long.BYTES);
        long first = DUMP_BYTES_MAX;
        int from = 0;
        for (int i = 1; i < count; i++) {
            long word = word(heap, i);
            if (word >>> DATABASE_SHIFT != word(heap, from) >>> DATABASE_SHIFT) {
                from = i;
            }
            for (int j = from; j < i; j++) {
                if (offset(word) < first
                        && comparison.isSame(offset(word(heap, j)), offset(word))) {
                    first = offset(word);
                }
            }
        }
        return first;
    }

    private static long offset(long word) {
        return word & DUMP_BYTES_MAX - 1;
    }
}
