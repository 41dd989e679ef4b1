package dev.millrace.kv.store;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * A part of the keyspace that is changed by one thread at a time: under its lock. Which keys it has
 * follows from their hash slots.
 *
 * <p><b>Epochs.</b> Between checkpoints all items carry the stripe's epoch, one bit. A checkpoint's
 * cut flips the stripe's; an item whose bit differs has not been written yet, and is given to
 * {@link BeforeImage} before its first change. New items are born with the new bit: they are not
 * part of the checkpoint.
 *
 * <p><b>Dependencies.</b> Under a policy where replies wait for the disk, the position of the last
 * record is kept per range of key hashes, so that a reader waits for the writers of its own keys
 * (and rarely some others) only.
 */
public final class Stripe {
    /** Those that clients may SELECT. */
    public static final int DATABASES = 16;

    /**
     * A database that no client sees: what the server keeps of itself (libraries of functions, whom
     * it follows). It is journaled, held in checkpoints and replayed as any other; FLUSHALL leaves
     * it.
     */
    public static final int SYSTEM = DATABASES;

    /** With the system's. */
    public static final int DATABASES_ALL = DATABASES + 1;

    private static final int DEPENDENCY_BITS = 12;
    private static final int SCRATCH_BYTES = 64;
    private static final int LENT_BYTES = 24;
    private static final int LENT = 3;

    /** Takes what is about to change, as it was at the checkpoint's cut. */
    public interface BeforeImage {
        /** An item; of a large collection all but its parts. */
        void save(int database, long item);

        /** A part of a large collection in this database. */
        void savePart(int database, long root, long part);

        /** A large collection leaves its place with parts yet to be written. */
        void walkLater(long root);
    }

    /** Frees large collections. */
    @FunctionalInterface
    public interface Freeing {
        /** Frees some of the blocks that hang from a root; true when all are. */
        boolean freeSome(Stripe stripe, long root);
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Slabs slabs = Slabs.keepingEmptyPages();
    private final Database[] databases = new Database[DATABASES_ALL];
    private final long[] dependencies = new long[1 << DEPENDENCY_BITS];
    private long lastPosition;
    private int epoch;
    private @Nullable BeforeImage beforeImage;

    private final Discarded discarded = new Discarded(this);
    private final NativeBuffer scratch = new NativeBuffer(SCRATCH_BYTES);
    private final NativeBuffer lent = new NativeBuffer((long) LENT * LENT_BYTES);
    private int accessClock;
    private final Watches watches = new Watches();
    private final Readers readers = new Readers();
    private final Waits waits = new Waits();

    /** What it takes without any key, bytes. */
    private final long emptyBytes;

    public Stripe() {
        for (int i = 0; i < DATABASES_ALL; i++) {
            databases[i] = new Database(i, slabs);
        }
        emptyBytes = slabs.usedBytes();
    }

    public void lock() {
        lock.lock();
    }

    /** Locks it if nobody has it. */
    public boolean tryLock() {
        return lock.tryLock();
    }

    /** Locks it, unless it is given up while somebody else has it; asked every millisecond. */
    public boolean lockUnless(BooleanSupplier givenUp) {
        if (lock.tryLock()) {
            return true;
        }
        boolean interrupted = false;
        boolean locked = false;
        while (!locked && !givenUp.getAsBoolean()) {
            try {
                locked = lock.tryLock(1, TimeUnit.MILLISECONDS);
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return locked;
    }

    public void unlock() {
        lock.unlock();
    }

    public boolean isLocked() {
        return lock.isHeldByCurrentThread();
    }

    public Database database(int index) {
        return databases[index];
    }

    public Slabs slabs() {
        return slabs;
    }

    /** Where 64 bytes may be written by whoever works on the stripe, and are lost afterwards. */
    public long scratch() {
        return scratch.address();
    }

    /**
     * One of three places of 24 bytes for whoever works on the stripe: where an element of a
     * collection is written out that is kept as a number. 0 and 1 are for changes of one
     * collection's form, 2 is for what reads several.
     */
    public long lent(int index) {
        assert index >= 0 && index < LENT;
        return lent.address() + (long) index * LENT_BYTES;
    }

    public Watches watches() {
        return watches;
    }

    /** Who has read what and wants to know when it changes. */
    public Readers readers() {
        return readers;
    }

    /** Who waits for keys of this stripe. */
    public Waits waits() {
        return waits;
    }

    /** Seconds, 24 bits: what new and touched items get as their access clock. */
    public int accessClock() {
        return accessClock;
    }

    public void accessClock(int seconds) {
        accessClock = seconds;
    }

    // ---- Dependencies

    /** The position a reader of this key depends on. */
    public long dependency(long hash) {
        return dependencies[(int) (hash >>> 64 - DEPENDENCY_BITS)];
    }

    /** The position a reader of everything depends on. */
    public long lastPosition() {
        return lastPosition;
    }

    public void written(long hash, long position) {
        dependencies[(int) (hash >>> 64 - DEPENDENCY_BITS)] = position;
        lastPosition = position;
    }

    /** As {@link #written}, for a change of every key. */
    public void writtenAll(long position) {
        Arrays.fill(dependencies, position);
        lastPosition = position;
    }

    // ---- Checkpoint

    public int epoch() {
        return epoch;
    }

    /** From here on items as they are now go to {@code image} before they change. */
    public void cut(BeforeImage image) {
        assert beforeImage == null : "one checkpoint at a time";
        epoch ^= 1;
        for (Database database : databases) {
            database.cut();
        }
        beforeImage = image;
    }

    /** Every item has been written or let go: all carry the stripe's epoch again. */
    public void cutDone() {
        beforeImage = null;
    }

    public boolean isCutting() {
        return beforeImage != null;
    }

    /** True if the running checkpoint has yet to write this item; it counts as written then. */
    public boolean claimForCheckpoint(long item) {
        if (Item.epoch(item) == epoch) {
            return false;
        }
        Item.epoch(item, epoch);
        return true;
    }

    /** True unless the running checkpoint has yet to write what has this epoch. */
    public boolean isWritten(int itsEpoch) {
        return itsEpoch == epoch;
    }

    /** Call before anything of an item changes. */
    public void beforeChange(Database database, long item) {
        if (Item.epoch(item) != epoch) {
            if (beforeImage != null) {
                beforeImage.save(database.cutIndex(), item);
            }
            Item.epoch(item, epoch);
        }
    }

    /** Call before a large collection's part changes whose epoch is not the stripe's; sets none. */
    public void beforePartChange(Database database, long root, long part) {
        if (beforeImage != null && Root.epoch(root) != epoch) {
            beforeImage.savePart(Root.cutDatabase(root, database.cutIndex()), root, part);
        }
    }

    /** The walk has been through all parts of a large collection. */
    public void walked(long root) {
        Root.epoch(root, epoch);
        Root.queued(root, false);
        Root.dropName(this, root);
    }

    /** A large collection is about to get another key, or none. */
    void keepCutName(Database database, long item) {
        long root = Item.root(item);
        if (beforeImage != null && Root.epoch(root) != epoch) {
            int length = Item.keyLength(item);
            Root.keepName(this, root, database.cutIndex(), Item.key(item), length);
            beforeImage.walkLater(root);
        }
    }

    /** A large collection is no longer under its key: it is freed later. */
    void detach(Database database, long item) {
        keepCutName(database, item);
        long root = Item.root(item);
        Root.owner(root, 0);
        discarded.add(root);
    }

    /** What a large collection has had, under a root of its own: it is freed later. */
    public void discard(Database database, long item, long rest) {
        long whole = Item.root(item);
        if (beforeImage != null && Root.epoch(whole) != epoch) {
            int length = Root.cutKeyLength(whole);
            int cutDatabase = Root.cutDatabase(whole, database.cutIndex());
            Root.epoch(rest, Root.epoch(whole));
            Root.keepName(this, rest, cutDatabase, Root.cutKey(whole), length);
            beforeImage.walkLater(rest);
        }
        discarded.addRest(rest);
    }

    // ---- Whole databases

    void flush(int index) {
        Database gone = databases[index];
        if (gone.items().size() == 0) {
            return;
        }
        databases[index] = new Database(index, slabs);
        long left = 0;
        for (Database other : databases) {
            left += other.items().size();
        }
        discarded.add(gone, left, usedBytes() - emptyBytes);
    }

    void swap(int a, int b) {
        Database first = databases[a];
        databases[a] = databases[b];
        databases[b] = first;
        databases[a].index(a);
        databases[b].index(b);
    }

    /**
     * Frees up to about {@code steps} items of flushed databases or parts of deleted collections;
     * true if there are more. What a running checkpoint still has to write waits for it.
     */
    public boolean sweep(int steps, Freeing freeing) {
        return discarded.sweep(steps, freeing);
    }

    /** A running checkpoint has yet to write this large collection. */
    boolean isToBeWritten(long root) {
        return beforeImage != null && Root.epoch(root) != epoch;
    }

    /** A checkpoint runs. */
    boolean isBeingWritten() {
        return beforeImage != null;
    }

    /** Bytes that its keys take, but for what is deleted and yet to be freed. */
    public long usedBytes() {
        return Math.max(slabs.usedBytes() - discarded.bytes(), emptyBytes);
    }

    /** Keys that were deleted and are yet to be freed. A little stale for who has no lock. */
    public long objectsToFree() {
        return discarded.objects();
    }

    /** Keys that were freed bit by bit since the start. A little stale for who has no lock. */
    public long objectsFreed() {
        return discarded.freed();
    }
}
