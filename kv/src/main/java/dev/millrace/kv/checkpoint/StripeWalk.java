package dev.millrace.kv.checkpoint;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.effect.Replay;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.ItemForm;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Gives one stripe's items, as they were at the cut, to a checkpoint: slice by slice on a loop, and
 * each item that a command is about to change at that moment. All of it happens under the stripe's
 * lock.
 *
 * <p>When the checkpoint is given up the walk still goes through all items, to bring them to the
 * stripe's epoch: the next cut relies on that.
 */
final class StripeWalk implements Stripe.BeforeImage {
    /** A run of a collection's parts is ended when it is so long, or after so many steps. */
    private static final int RUN_BYTES = 16 * 1024;

    private static final int STEPS = 64;

    private final Stripe stripe;
    private final Checkpoint checkpoint;
    private final List<Database> databases = new ArrayList<>();
    private int database;
    private long cursor;
    private Checkpoint.@Nullable Block block;
    private boolean finished;

    /** Large collections whose parts are still to be walked. */
    private final ArrayDeque<Large> larges = new ArrayDeque<>();

    private @Nullable Large large;
    private long partCursor;
    private int partsSeen;

    /** A large collection, and the database it was in at the cut unless its root says otherwise. */
    private record Large(int database, long root) {}

    StripeWalk(Stripe stripe, Checkpoint checkpoint) {
        this.stripe = stripe;
        this.checkpoint = checkpoint;
        for (int i = 0; i < Stripe.DATABASES_ALL; i++) {
            if (stripe.database(i).items().size() > 0) {
                databases.add(stripe.database(i));
            }
        }
    }

    /** What a slice ended with. */
    enum Step {
        /** There is more. */
        MORE,
        /** There is more, but no room for it; see {@link Checkpoint#whenRoom}. */
        WAIT,
        /** All items are given. */
        FINISHED
    }

    /** Walks at least {@code items} items, if there are as many. The stripe is locked. */
    Step step(int items) {
        if (finished) {
            return Step.FINISHED;
        }
        int[] seen = {0};
        while (seen[0] < items) {
            if (nextLarge()) {
                if (!hasRoom()) {
                    return Step.WAIT;
                }
                seen[0] += walkParts();
                continue;
            }
            if (database == databases.size()) {
                finish();
                return Step.FINISHED;
            }
            if (!hasRoom()) {
                return Step.WAIT;
            }
            Database walked = databases.get(database);
            cursor =
                    walked.items()
                            .scan(
                                    cursor,
                                    item -> {
                                        seen[0]++;
                                        visit(walked.cutIndex(), item);
                                    });
            if (cursor == 0) {
                database++;
            }
        }
        return Step.MORE;
    }

    private void visit(int cutIndex, long item) {
        if (stripe.claimForCheckpoint(item)) {
            put(cutIndex, item);
        }
        if (Item.isLarge(item) && !stripe.isWritten(Root.epoch(Item.root(item)))) {
            queue(cutIndex, Item.root(item));
        }
    }

    private void queue(int cutIndex, long root) {
        if (!Root.isQueued(root)) {
            Root.queued(root, true);
            larges.add(new Large(cutIndex, root));
        }
    }

    /** True if there is a collection with parts to walk. */
    private boolean nextLarge() {
        if (large == null) {
            large = larges.poll();
            partCursor = 0;
        }
        return large != null;
    }

    /** Walks some parts of the large collection that is next; returns how many, 1 at least. */
    private int walkParts() {
        Large walked = Objects.requireNonNull(large);
        Parts parts = Parts.of(Root.type(walked.root));
        Checkpoint.Block target = block;
        NativeBuffer out = target == null ? null : target.buffer();
        long begun = 0;
        long start = 0;
        if (out != null) {
            start = out.length();
            begun =
                    LargeForm.begin(
                            out, Root.cutDatabase(walked.root, walked.database), walked.root);
        }
        partsSeen = 0;
        int steps = 0;
        do {
            steps++;
            partCursor =
                    parts.walk(
                            stripe,
                            walked.root,
                            partCursor,
                            part -> {
                                partsSeen++;
                                if (out != null) {
                                    parts.write(part, out);
                                }
                            });
        } while (partCursor != 0
                && steps < STEPS
                && (out == null || out.length() - start < RUN_BYTES));
        if (out != null) {
            endRun(out, start, begun);
        }
        if (partCursor == 0) {
            stripe.walked(walked.root);
            large = null;
        }
        return steps + partsSeen;
    }

    private void endRun(NativeBuffer out, long start, long begun) {
        if (partsSeen == 0) {
            out.truncate(start);
            return;
        }
        LargeForm.end(out, begun);
        giveFullBlock(out);
    }

    private boolean hasRoom() {
        if (block == null && !checkpoint.isAbandoned()) {
            block = checkpoint.take();
            return block != null || checkpoint.isAbandoned();
        }
        return true;
    }

    @Override
    public void save(int databaseIndex, long item) {
        put(databaseIndex, item);
    }

    @Override
    public void savePart(int databaseIndex, long root, long part) {
        NativeBuffer out = outAtOnce();
        if (out != null) {
            long begun = LargeForm.begin(out, databaseIndex, root);
            Parts.of(Root.type(root)).write(part, out);
            LargeForm.end(out, begun);
            giveFullBlock(out);
        }
    }

    @Override
    public void walkLater(long root) {
        // Its name at the cut is in the root by now, and with it the database.
        queue(0, root);
    }

    private void put(int databaseIndex, long item) {
        NativeBuffer out = outAtOnce();
        if (out == null) {
            return;
        }
        if (Item.isLarge(item)) {
            LargeForm.writeRoot(out, databaseIndex, item);
        } else {
            ItemForm.write(out, databaseIndex, item);
        }
        giveFullBlock(out);
    }

    /** Where to write what cannot wait; null if the checkpoint is given up. */
    private @Nullable NativeBuffer outAtOnce() {
        if (checkpoint.isAbandoned()) {
            return null;
        }
        Checkpoint.Block target = block;
        if (target == null) {
            target = checkpoint.takeAtOnce();
            if (target == null) {
                checkpoint.abandon("the disk is too slow for the changes that are made");
                return null;
            }
            block = target;
        }
        return target.buffer();
    }

    private void giveFullBlock(NativeBuffer out) {
        if (out.length() >= Checkpoint.BLOCK_BYTES) {
            giveBlock();
        }
    }

    private void giveBlock() {
        Checkpoint.Block target = block;
        if (target != null) {
            checkpoint.give(Replay.machine(), target);
            block = null;
        }
    }

    private void finish() {
        giveBlock();
        stripe.cutDone();
        finished = true;
    }
}
