package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

/**
 * What can be done with a large collection of any type without knowing what it means: its parts are
 * freed, copied, written to a checkpoint and read from there, some at a time.
 */
public interface Parts {
    /** Is told of a part. */
    @FunctionalInterface
    interface Visitor {
        void part(long part);
    }

    /** Frees some of what hangs from a root; true when it is all. See {@link Stripe#sweep}. */
    boolean freeSome(Stripe stripe, long root);

    /** Makes a copy of all at a place where there is nothing, in whatever stripe. */
    void copy(long root, Place to);

    /** Tells of all parts. The collection must not be changed meanwhile. */
    void each(long root, Visitor visitor);

    /**
     * One step of a checkpoint's walk through the parts that it has yet to write, which count as
     * written then. Starts with cursor 0; the answer is the next cursor, or 0 at the end. Between
     * the steps the collection may change.
     */
    long walk(Stripe stripe, long root, long cursor, Visitor visitor);

    /** Writes a part in its form. */
    void write(long part, NativeBuffer out);

    /** What must come back from a checkpoint: how many parts, or elements. */
    long size(long root);

    /** Makes an empty collection for {@link #load}. */
    void createEmpty(Place place);

    /**
     * Adds the part that is written at {@code at}; returns where it ends.
     *
     * @throws dev.millrace.kernel.journal.CorruptJournalException if it is none, or is there
     *     already
     */
    long load(Place place, long at, long end);

    /**
     * Reads what the part holds that is written at {@code at}; returns where it ends.
     *
     * @throws dev.millrace.kernel.journal.CorruptJournalException if it is none
     */
    long read(StoredPart into, long at, long end);

    /** All parts are loaded: puts in order what came in no order. */
    default void loaded(Stripe stripe, long root) {}

    /** Whether items of a type can be large. */
    static boolean isKnown(int type) {
        return type >= Item.TYPE_LIST && type <= Item.TYPE_STREAM;
    }

    /** The parts of large items of a type. */
    static Parts of(int type) {
        return switch (type) {
            case Item.TYPE_LIST -> ListParts.INSTANCE;
            case Item.TYPE_HASH -> HashParts.INSTANCE;
            case Item.TYPE_SET -> SetParts.INSTANCE;
            case Item.TYPE_SORTED_SET -> SortedSetParts.INSTANCE;
            case Item.TYPE_STREAM -> StreamParts.INSTANCE;
            default -> throw new AssertionError("no large collections of type " + type);
        };
    }

    /** Frees what hangs from a root, whatever type it has. */
    static boolean freeSomeOf(Stripe stripe, long root) {
        return of(Root.type(root)).freeSome(stripe, root);
    }
}
