package dev.millrace.kv.server;

import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kv.expiry.ActiveExpiry;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.RunningScript;
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

    /** A script that has written has so long to end when the process is to. */
    private static final long SCRIPT_END_MAX_MILLIS = 5000;

    private static final long LOOK_MILLIS = 10;

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
            KvLoop loop = loops.get(i);
            ActiveExpiry expiry = new ActiveExpiry(loop.lane(), i, loops.size());
            Sweep sweep = new Sweep(loop.lane(), stripesOf(i));
            ticks.add(
                    loop.scheduler()
                            .scheduleAtFixedRate(
                                    () -> loop.unlessBusy(() -> tick(index, expiry, sweep)),
                                    PERIOD_MILLIS,
                                    PERIOD_MILLIS,
                                    TimeUnit.MILLISECONDS));
        }
    }

    private List<Stripe> stripesOf(int loop) {
        List<Stripe> stripes = new ArrayList<>();
        for (int i = loop; i < server.stripes().count(); i += loops.size()) {
            stripes.add(server.stripes().stripe(i));
        }
        return stripes;
    }

    /**
     * Waits for a script that runs: as long as nobody would be told that it is busy, or, if it has
     * written, for a while. Its client is answered.
     */
    void settle() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SCRIPT_END_MAX_MILLIS);
        for (RunningScript script = server.script();
                script != null && end - System.nanoTime() > 0;
                script = server.script()) {
            if (script.isBusy()) {
                script.kill();
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Ends it, and all execution of commands; returns when no loop will touch the store again. */
    void stop() throws InterruptedException {
        ticks.forEach(tick -> tick.cancel(false));
        endScript();
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

    /**
     * One that has written, and has had its time, ends with the process: what it has changed is in
     * no log, and was shown to nobody. What is there is on the disk before.
     */
    private void endScript() throws InterruptedException {
        RunningScript script = server.script();
        while (script != null && !script.kill() && script.millis() < SCRIPT_END_MAX_MILLIS) {
            Thread.sleep(LOOK_MILLIS);
            script = server.script();
        }
        if (script != null && !script.kill()) {
            server.journal().sync();
            loops.getFirst().exitNow();
        }
    }

    private void tick(int index, ActiveExpiry expiry, Sweep sweep) {
        Lane lane = loops.get(index).lane();
        if (lane.isStopped()) {
            return;
        }
        sweep.begin();
        if (server.isCronPaused()) {
            return;
        }
        lane.tick();
        expiry.cycle();
        if (index == 0 && shards.isCheckpointDue()) {
            server.checkpoints().begin(complete -> {});
        }
    }
}
