package dev.millrace.kv.checkpoint;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.kv.effect.Replay;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.ItemForm;
import dev.millrace.kv.store.Stripe;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Gives one stripe's items, as they were at the cut, to a checkpoint: slice by slice on a loop, and
 * each item that a command is about to change at that moment. All of it happens under the stripe's
 * lock.
 *
 * <p>When the checkpoint is given up the walk still goes through all items, to bring them to the
 * stripe's epoch: the next cut relies on that.
 */
final class StripeWalk implements Stripe.BeforeImage {
    private final Stripe stripe;
    private final Checkpoint checkpoint;
    private final List<Database> databases = new ArrayList<>();
    private int database;
    private long cursor;
    private Checkpoint.@Nullable Block block;
    private boolean finished;

    StripeWalk(Stripe stripe, Checkpoint checkpoint) {
        this.stripe = stripe;
        this.checkpoint = checkpoint;
        for (int i = 0; i < Stripe.DATABASES; i++) {
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
                                        if (stripe.claimForCheckpoint(item)) {
                                            put(walked.cutIndex(), item);
                                        }
                                    });
            if (cursor == 0) {
                database++;
            }
        }
        return Step.MORE;
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

    private void put(int databaseIndex, long item) {
        if (checkpoint.isAbandoned()) {
            return;
        }
        Checkpoint.Block target = block;
        if (target == null) {
            target = checkpoint.takeAtOnce();
            if (target == null) {
                checkpoint.abandon("the disk is too slow for the changes that are made");
                return;
            }
            block = target;
        }
        NativeBuffer out = target.buffer();
        ItemForm.write(out, databaseIndex, item);
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
