package dev.millrace.kv.checkpoint;

import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.kernel.shard.StateMachine;
import dev.millrace.kv.effect.Replay;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The store as a state machine of a shard.
 *
 * <p>During a checkpoint the items are walked on the kv loops themselves, a slice between turns: no
 * other thread ever holds a stripe's lock while it has lost the processor.
 */
public final class KvMachine implements StateMachine {
    /** A slice is some tens of microseconds. */
    private static final int SLICE_ITEMS = 128;

    /** A tenth of the store may be held in memory beside it, for a disk that is slow to take it. */
    private static final int EXTRA_PART = 10;

    private final Stripes stripes;
    private final Replay replay;
    private final Loading loading;
    private volatile @Nullable KvServer server;

    public KvMachine(Stripes stripes) {
        this.stripes = stripes;
        this.replay = new Replay(stripes);
        this.loading = new Loading(stripes);
    }

    public Stripes stripes() {
        return stripes;
    }

    /** From here on there are loops to walk on. */
    public void serve(KvServer server) {
        this.server = server;
    }

    @Override
    public int machine() {
        return Replay.machine();
    }

    @Override
    public void apply(long address, int bytes) {
        replay.apply(address, bytes);
    }

    @Override
    public void load(long address, int bytes) {
        loading.load(address, bytes);
    }

    @Override
    public void loaded() {
        loading.end();
    }

    @Override
    public boolean isServing() {
        return server != null;
    }

    @Override
    public void freeze() {
        stripes.lockAll();
    }

    @Override
    public void thaw() {
        stripes.unlockAll();
    }

    @Override
    public boolean isCutting() {
        for (int i = 0; i < stripes.count(); i++) {
            if (stripes.stripe(i).isCutting()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void cut(Checkpoint checkpoint) {
        KvServer serving = server;
        if (serving == null) {
            throw new IllegalStateException("no checkpoint before the loops run");
        }
        long used = 0;
        List<StripeWalk> walks = new ArrayList<>();
        for (int i = 0; i < stripes.count(); i++) {
            Stripe stripe = stripes.stripe(i);
            StripeWalk walk = new StripeWalk(stripe, checkpoint);
            stripe.cut(walk);
            used += stripe.slabs().usedBytes();
            walks.add(walk);
        }
        checkpoint.allowExtra(used / EXTRA_PART);
        AtomicInteger left = new AtomicInteger(walks.size());
        List<Lane> lanes = serving.lanes();
        for (int i = 0; i < walks.size(); i++) {
            Lane lane = lanes.get(i % lanes.size());
            new Slices(lane, stripes.stripe(i), walks.get(i), checkpoint, left).schedule();
        }
    }

    /** One stripe's walk on its loop. */
    private record Slices(
            Lane lane, Stripe stripe, StripeWalk walk, Checkpoint checkpoint, AtomicInteger left) {
        void schedule() {
            lane.loop().nextTurn(this::slice);
        }

        private void slice() {
            if (lane.isStopped()) {
                checkpoint.abandon("the process stops");
                return;
            }
            StripeWalk.Step step;
            stripe.lock();
            try {
                step = walk.step(SLICE_ITEMS);
            } finally {
                stripe.unlock();
            }
            switch (step) {
                case MORE -> schedule();
                case WAIT -> checkpoint.whenRoom(this::schedule);
                case FINISHED -> {
                    if (left.decrementAndGet() == 0) {
                        checkpoint.done();
                    }
                }
            }
        }
    }
}
