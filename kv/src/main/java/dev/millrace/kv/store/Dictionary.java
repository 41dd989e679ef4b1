package dev.millrace.kv.store;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Slabs;

import java.util.SplittableRandom;

/** A {@link Table} of items by their keys. One owner at a time. Items belong to the caller. */
public final class Dictionary {
    /** What an item takes here on average, beside its own block. */
    public static final int ENTRY_BYTES = Table.ENTRY_BYTES;

    private static final Table.Entries ITEMS =
            new Table.Entries() {
                @Override
                public boolean hasKey(long entry, long key, int length) {
                    return Item.hasKey(entry, key, length);
                }

                @Override
                public long hash(long entry) {
                    return KeyHash.of(Item.key(entry), Item.keyLength(entry));
                }
            };

    private final Slabs slabs;
    private final long root;

    public Dictionary(Slabs slabs) {
        this.slabs = slabs;
        this.root = slabs.allocate(Table.ROOT_BYTES);
        Table.init(root);
    }

    /** Is told an item's address. */
    @FunctionalInterface
    public interface Visitor extends Table.Visitor {
        void item(long item);

        @Override
        default void entry(long entry) {
            item(entry);
        }
    }

    /** How many items it holds. */
    public long size() {
        return Table.size(root);
    }

    /** The item with this key, or 0. */
    public long find(long hash, long key, int length) {
        return Table.find(root, hash, key, length, ITEMS);
    }

    /** See {@link Table#touchBucket}. */
    public long touchBucket(long hash) {
        return Table.touchBucket(root, hash);
    }

    /** See {@link Table#touchEntry}. */
    public long touchItem(long hash) {
        return Table.touchEntry(root, hash);
    }

    /** Adds an item whose key is not in the dictionary. */
    public void insert(long hash, long item) {
        Table.insert(root, hash, item, slabs, ITEMS);
    }

    /** The same key is now at another address. */
    public void move(long hash, long from, long to) {
        Table.move(root, hash, from, to);
    }

    /** Takes an item out; false if it is not there. */
    public boolean remove(long hash, long item) {
        return Table.remove(root, hash, item, slabs, ITEMS);
    }

    /** Visits the items of one home bucket; see {@link Table#scan}. */
    public long scan(long cursor, Visitor visitor) {
        return Table.scan(root, cursor, visitor);
    }

    /** A cursor somewhere in the dictionary, from a random number: a place to sample at. */
    public static long cursorAt(long random) {
        return Table.cursorAt(random);
    }

    /** An item, each with the same chance. The dictionary must not be empty. */
    public long any(SplittableRandom random) {
        return Table.any(root, random);
    }

    /**
     * Gives a segment's memory back after telling of the items in it; true when all is given back.
     * Nothing else may be done with the dictionary afterwards.
     */
    boolean freeSome(Visitor visitor) {
        if (Table.freeSome(root, slabs, visitor)) {
            slabs.free(root);
            return true;
        }
        return false;
    }

    /**
     * Gives the table's memory back, not the items'. The dictionary must not be used afterwards.
     */
    public void free() {
        Table.free(root, slabs);
        slabs.free(root);
    }
}
