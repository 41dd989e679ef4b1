package dev.millrace.kv.server;

import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kv.expiry.ActiveExpiry;
import dev.millrace.kv.script.Engine;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.RunningScript;
import dev.millrace.kv.store.Stripe;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
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

    /** One that is killed ends at its next instructions, unless it is inside a call of C. */
    private static final long KILLED_END_MAX_MILLIS = 1000;

    private static final long LOOP_END_MAX_MILLIS = 5000;
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
     * Takes no more from clients, waits for what they have sent so far to be done, and for a script
     * that runs; has it end if it takes too long. Its client is answered.
     */
    void settle() throws InterruptedException {
        endScript(SCRIPT_END_MAX_MILLIS);
    }

    /**
     * Ends it, and all execution of commands; returns when no loop will touch the store again.
     *
     * @throws IOException if a loop does not come to its end
     */
    void stop() throws IOException, InterruptedException {
        ticks.forEach(tick -> tick.cancel(false));
        RunningScript last = server.script(); // Of this JVM's own client, for others are gone.
        if (last != null) {
            endScript(SCRIPT_END_MAX_MILLIS - last.millis());
        }
        boolean stopped = true;
        for (KvLoop loop : loops) {
            stopped &= stop(loop);
        }
        if (!stopped) {
            throw new IOException("a loop does not end: it is inside a script's call of C");
        }
        Engine.of(server).close();
    }

    /** Its lane executes nothing from here on; false if it does not come to that. */
    private static boolean stop(KvLoop loop) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        loop.executeWhileBusy(
                () -> {
                    loop.lane().stop();
                    stopped.countDown();
                });
        return stopped.await(LOOP_END_MAX_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Has the script that runs end. One that has changed nothing is killed when others are told
     * that it is busy, or when its time is up. One that has written is given up then: what it has
     * changed is in no log, and was shown to nobody: the other lanes are stopped before.
     */
    private void endScript(long patienceMillis) throws InterruptedException {
        CountDownLatch sent = new CountDownLatch(loops.size());
        for (KvLoop loop : loops) {
            loop.executeWhileBusy(
                    () -> {
                        loop.ends();
                        sent.countDown();
                    });
        }
        RunningScript script = awaitEnd(sent, patienceMillis);
        if (script != null && (script.kill() || giveUp(script))) {
            awaitEnd(sent, KILLED_END_MAX_MILLIS);
        }
    }

    private boolean giveUp(RunningScript script) throws InterruptedException {
        server.busyWith(script); // Else a loop may wait for one of its stripes.
        for (KvLoop loop : loops) {
            if (!loop.lane().equals(script.caller().lane()) && !stop(loop)) {
                return false;
            }
        }
        script.giveUp();
        return true;
    }

    /**
     * Waits for so long at most until no script runs.
     *
     * @param sent open while something that was sent before has yet to be executed: it may be a
     *     script
     * @return the script that runs still, or null
     */
    private @Nullable RunningScript awaitEnd(CountDownLatch sent, long patienceMillis)
            throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        RunningScript script = server.script();
        while ((script != null || sent.getCount() > 0) && end - System.nanoTime() > 0) {
            if (script == null) {
                boolean _ = sent.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } else if (script.isUnwanted() && !script.isKilled()) {
                return script;
            } else {
                boolean _ = script.isBusy() && script.kill();
                Thread.sleep(LOOK_MILLIS);
            }
            script = server.script();
        }
        return script;
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
