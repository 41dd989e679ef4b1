package dev.millrace.kv.rdb;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.checkpoint.PieceReader;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Stripe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where in a checkpoint the pieces of each large collection stand: they come in any order, and a
 * dump has to have them together. Outside the heap, in a store apart whose values are these:
 *
 * <pre>
 * entry:  u64 type + 1, 0 until its root came | i64 expiry | u64 size | u64 newest run's number + 1
 * run:    u64 begin | u64 end | u64 number + 1 of the run before it, 0 if it is the first
 * </pre>
 */
final class LargeIndex {
    private static final int ENTRY_BYTES = 32;
    private static final int TYPE = 0;
    private static final int EXPIRY = 8;
    private static final int SIZE = 16;
    private static final int NEWEST = 24;

    private static final int RUN_BYTES = 24;
    private static final int INITIAL_BYTES = 1024;

    private final Stripe apart = new Stripe();
    private final NativeBuffer runs = new NativeBuffer(INITIAL_BYTES);
    private final NativeBuffer blank = new NativeBuffer(ENTRY_BYTES);

    LargeIndex() {
        for (int i = 0; i < ENTRY_BYTES; i += Long.BYTES) {
            blank.putLong(0);
        }
    }

    /** Takes note of a root. */
    void root(PieceReader piece) {
        long entry = entry(piece);
        if (Memory.getLong(entry + TYPE) != 0) {
            throw new CorruptJournalException("kv collection: a second root");
        }
        Memory.putLong(entry + TYPE, piece.type() + 1L);
        Memory.putLong(entry + EXPIRY, piece.expiresAt());
        Memory.putLong(entry + SIZE, piece.size());
    }

    /** Takes note of a run of parts. */
    void parts(PieceReader piece) {
        long entry = entry(piece);
        runs.putLong(piece.partsBegin());
        runs.putLong(piece.partsEnd());
        runs.putLong(Memory.getLong(entry + NEWEST));
        Memory.putLong(entry + NEWEST, runs.length() / RUN_BYTES);
    }

    private long entry(PieceReader piece) {
        Database database = apart.database(piece.database());
        long hash = KeyHash.of(piece.key(), piece.keyLength());
        long item = database.items().find(hash, piece.key(), piece.keyLength());
        if (item == 0) {
            item =
                    Apply.putString(
                            apart,
                            database,
                            hash,
                            0,
                            piece.key(),
                            piece.keyLength(),
                            blank.address(),
                            ENTRY_BYTES,
                            0,
                            Item.ENCODING_PLAIN);
        }
        return Item.value(item);
    }

    /** A large collection whose root came. */
    record Large(long item) {
        long key() {
            return Item.key(item);
        }

        int keyLength() {
            return Item.keyLength(item);
        }

        private long entry() {
            return Item.value(item);
        }

        /** One of the types of {@link Item}. */
        int type() {
            return (int) Memory.getLong(entry() + TYPE) - 1;
        }

        /** ms since 1970, 0 for never. */
        long expiresAt() {
            return Memory.getLong(entry() + EXPIRY);
        }

        /** How many parts, or of a list elements, it has. */
        long size() {
            return Memory.getLong(entry() + SIZE);
        }
    }

    /** Is told of a large collection. */
    @FunctionalInterface
    interface Visitor {
        void at(Large large) throws IOException;
    }

    /**
     * Tells of the collections of a database.
     *
     * @throws CorruptJournalException if one has parts and no root
     */
    void each(int database, Visitor visitor) throws IOException {
        List<Large> some = new ArrayList<>();
        long cursor = 0;
        do {
            some.clear();
            cursor =
                    apart.database(database)
                            .items()
                            .scan(cursor, item -> some.add(new Large(item)));
            for (Large large : some) {
                if (large.type() < 0) {
                    throw new CorruptJournalException("kv collection: parts without a root");
                }
                visitor.at(large);
            }
        } while (cursor != 0);
    }

    /** Is told where parts begin and end. */
    @FunctionalInterface
    interface Run {
        void at(long begin, long end) throws IOException;
    }

    /** Tells of the runs of a collection's parts. */
    void eachRun(Large large, Run run) throws IOException {
        long number = Memory.getLong(large.entry() + NEWEST);
        while (number != 0) {
            long at = runs.address() + (number - 1) * RUN_BYTES;
            run.at(Memory.getLong(at), Memory.getLong(at + 8));
            number = Memory.getLong(at + 16);
        }
    }

    /** Forgets all. */
    void clear() {
        for (int i = 0; i < Stripe.DATABASES; i++) {
            Apply.flush(apart, i);
        }
        while (apart.sweep(Integer.MAX_VALUE, Parts::freeSomeOf)) {
            // One database after the other.
        }
        runs.shrink();
    }
}
