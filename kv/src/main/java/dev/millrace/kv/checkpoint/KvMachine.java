package dev.millrace.kv.checkpoint;

import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.kernel.shard.StateMachine;
import dev.millrace.kv.effect.Replay;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.LaneLoop;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The store as a state machine of a shard.
 *
 * <p>During a checkpoint the items are walked on the kv loops themselves, a slice between turns, at
 * the pace of {@link LaneLoop#nextSlice}: no other thread ever holds a stripe's lock while it has
 * lost the processor. Where the room is not started, a thread walks.
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
    public void freeze() {
        stripes.lockAll();
    }

    @Override
    public void thaw() {
        stripes.unlockAll();
    }

    /** Nor may one begin of what will be in no log. */
    @Override
    public boolean isCutting() {
        KvServer serving = server;
        if (serving != null && serving.isLost()) {
            return true;
        }
        for (int i = 0; i < stripes.count(); i++) {
            if (stripes.stripe(i).isCutting()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void cut(Checkpoint checkpoint) {
        long used = 0;
        List<Walked> walks = new ArrayList<>();
        for (int i = 0; i < stripes.count(); i++) {
            Stripe stripe = stripes.stripe(i);
            StripeWalk walk = new StripeWalk(stripe, checkpoint);
            stripe.cut(walk);
            used += stripe.slabs().usedBytes();
            walks.add(new Walked(stripe, walk));
        }
        checkpoint.allowExtra(used / EXTRA_PART);
        KvServer serving = server;
        if (serving == null) {
            Thread.ofPlatform()
                    .name("kv-checkpoint")
                    .daemon(true)
                    .start(new Unattended(new ArrayDeque<>(walks), checkpoint));
            return;
        }
        serving.cut(checkpoint.position());
        List<Lane> lanes = serving.lanes();
        int shares = Math.min(lanes.size(), walks.size());
        AtomicInteger left = new AtomicInteger(shares);
        for (int i = 0; i < shares; i++) {
            ArrayDeque<Walked> share = new ArrayDeque<>();
            for (int j = i; j < walks.size(); j += shares) {
                share.add(walks.get(j));
            }
            new Slices(lanes.get(i), share, checkpoint, left).goOn();
        }
    }

    private record Walked(Stripe stripe, StripeWalk walk) {
        StripeWalk.Step step() {
            if (!stripe.tryLock()) {
                return StripeWalk.Step.MORE; // Somebody may have it for long.
            }
            try {
                return walk.step(SLICE_ITEMS);
            } finally {
                stripe.unlock();
            }
        }
    }

    /**
     * One loop's share of the walks, one after another: so the loop's pace is that of all of them.
     * Where one has no room the next is tried, for it may hold a block that a change made it take.
     */
    private record Slices(
            Lane lane, ArrayDeque<Walked> walks, Checkpoint checkpoint, AtomicInteger left) {
        /** From any thread. */
        void goOn() {
            lane.loop().nextSlice(this::slice);
        }

        private void slice() {
            if (lane.isStopped()) {
                checkpoint.abandon("the process stops");
                return;
            }
            switch (step(walks)) {
                case MORE -> goOn();
                case WAIT -> checkpoint.whenRoom(this::goOn);
                case FINISHED -> {
                    if (left.decrementAndGet() == 0) {
                        checkpoint.done();
                    }
                }
            }
        }
    }

    /**
     * The walks where the room is not started, but another is, on the same journal: there are no
     * loops, and nothing changes.
     */
    private record Unattended(ArrayDeque<Walked> walks, Checkpoint checkpoint) implements Runnable {
        @Override
        public void run() {
            try {
                StripeWalk.Step step = step(walks);
                while (step != StripeWalk.Step.FINISHED) {
                    if (step == StripeWalk.Step.WAIT) {
                        CountDownLatch room = new CountDownLatch(1);
                        checkpoint.whenRoom(room::countDown);
                        room.await();
                    }
                    step = step(walks);
                }
                checkpoint.done();
            } catch (InterruptedException stopped) {
                checkpoint.abandon("the process stops");
            }
        }
    }

    private static StripeWalk.Step step(ArrayDeque<Walked> walks) {
        for (int tried = walks.size(); tried > 0; tried--) {
            switch (walks.element().step()) {
                case MORE -> {
                    return StripeWalk.Step.MORE;
                }
                case WAIT -> walks.add(walks.remove());
                case FINISHED -> {
                    walks.remove();
                    return walks.isEmpty() ? StripeWalk.Step.FINISHED : StripeWalk.Step.MORE;
                }
            }
        }
        return StripeWalk.Step.WAIT;
    }
}
