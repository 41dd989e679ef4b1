package dev.millrace.kv.server;

import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.expiry.ActiveExpiry;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.store.Stripe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * What the loops do ten times a second beside serving: delete expired keys, free flushed ones,
 * begin a checkpoint when one is due.
 */
final class Housekeeping {
    private static final long PERIOD_MILLIS = 100;

    /** What is freed in one go, see {@link Stripe#sweep}: about a hundred microseconds. */
    private static final int SWEEP_STEPS = 1000;

    private final KvServer server;
    private final ShardRoom shards;
    private final List<KvLoop> loops;
    private final List<ScheduledFuture<?>> ticks = new ArrayList<>();

    Housekeeping(KvServer server, ShardRoom shards, Collection<KvLoop> loops) {
        this.server = server;
        this.shards = shards;
        this.loops = List.copyOf(loops);
    }

    void start() {
        for (int i = 0; i < loops.size(); i++) {
            int index = i;
            ActiveExpiry expiry = new ActiveExpiry(loops.get(i).lane(), i, loops.size());
            ticks.add(
                    loops.get(i)
                            .scheduler()
                            .scheduleAtFixedRate(
                                    () -> tick(index, expiry),
                                    PERIOD_MILLIS,
                                    PERIOD_MILLIS,
                                    TimeUnit.MILLISECONDS));
        }
    }

    /** Ends it, and all execution of commands; returns when no loop will touch the store again. */
    void stop() throws InterruptedException {
        ticks.forEach(tick -> tick.cancel(false));
        for (KvLoop loop : loops) {
            CountDownLatch stopped = new CountDownLatch(1);
            loop.execute(
                    () -> {
                        loop.lane().stop();
                        stopped.countDown();
                    });
            stopped.await();
        }
    }

    private void tick(int index, ActiveExpiry expiry) {
        Lane lane = loops.get(index).lane();
        if (lane.isStopped()) {
            return;
        }
        lane.tick();
        expiry.cycle();
        for (int i = index; i < server.stripes().count(); i += loops.size()) {
            sweep(lane, server.stripes().stripe(i));
        }
        if (index == 0 && shards.isCheckpointDue()) {
            server.checkpoints().begin(complete -> {});
        }
    }

    private void sweep(Lane lane, Stripe stripe) {
        boolean more;
        stripe.lock();
        try {
            more = stripe.sweep(SWEEP_STEPS, Parts::freeSomeOf);
        } finally {
            stripe.unlock();
        }
        if (more) {
            lane.loop().nextTurn(() -> sweep(lane, stripe));
        }
    }
}
