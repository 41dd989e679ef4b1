package dev.millrace.kv.server;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.net.ServingLoop;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.LaneLoop;
import dev.millrace.kv.session.LatencySpikes;
import dev.millrace.kv.session.RunningScript;
import dev.millrace.kv.session.Session;

import io.netty.channel.SingleThreadEventLoop;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One Netty event loop and the lane on it. It makes replies durable at the end of a turn: itself,
 * while the disk is quick; else it asks the journal's thread and is called back.
 */
final class KvLoop implements LaneLoop, Journal.Listener {
    private static final int INPUT_BYTES = 64 * 1024;
    private static final int VIEW_BYTES = 1 << 20;
    private static final long MOMENT_NANOS = 200_000;

    /** While clients are served, a pause is so many times as long as the slice before it. */
    private static final int PAUSE_SLICES = 7;

    private final SingleThreadEventLoop loop;
    private final Journal journal;
    private final Log log;
    private final FailStop failStop;
    private final Lane lane;
    private final NativeBuffer input = new NativeBuffer(INPUT_BYTES);
    private final ByteBuffer inputView;
    private final List<ReplyHolder> waiting = new ArrayList<>();
    private final ArrayDeque<Runnable> kept = new ArrayDeque<>();
    private boolean reading;
    private boolean ending;
    private boolean syncScheduled;
    private boolean inSlice;
    private long sliceNanos;
    private final Slices slices;
    private long served;
    private long viewAddress;
    private ByteBuffer view = ByteBuffer.allocate(0);

    /**
     * Makes one.
     *
     * @param slices is told how long each slice of background work took
     */
    KvLoop(SingleThreadEventLoop loop, KvServer server, Log log, FailStop failStop, Slices slices) {
        this.slices = slices;
        this.loop = loop;
        this.journal = server.journal();
        this.log = log;
        this.failStop = failStop;
        this.inputView = Memory.buffer(input.room(INPUT_BYTES), INPUT_BYTES);
        this.lane = new Lane(server, this);
        journal.listen(this);
    }

    Lane lane() {
        return lane;
    }

    /** Where a read's bytes are put for the lane; all of it is {@link #inputView}. */
    NativeBuffer input() {
        return input;
    }

    ByteBuffer inputView() {
        return inputView;
    }

    /**
     * A buffer over these bytes, good until the next call: a lane's replies are always in one
     * place.
     */
    ByteBuffer view(long address, int bytes) {
        if (address != viewAddress || bytes > VIEW_BYTES) {
            viewAddress = bytes > VIEW_BYTES ? 0 : address;
            view = Memory.buffer(address, Math.max(bytes, VIEW_BYTES));
        }
        return view.position(0).limit(bytes);
    }

    ScheduledExecutorService scheduler() {
        return loop;
    }

    @Override
    public void fault(Throwable cause) {
        log.error("fault", "cause", cause);
    }

    @Override
    public FailStop.Stopped failStop(String what, Throwable cause) {
        return failStop.now(what, cause);
    }

    @Override
    public boolean isCurrent() {
        return loop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(() -> runOrKeep(task));
    }

    @Override
    public void executeWhileBusy(Runnable task) {
        loop.execute(task);
    }

    @Override
    public void schedule(Runnable task, long delayMillis) {
        loop.schedule(() -> runOrKeep(task), delayMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void afterTurn(Runnable task) {
        loop.executeAfterEventLoopIteration(() -> runOrKeep(task));
    }

    // ---- While a script takes long

    @Override
    public boolean isReading() {
        return reading;
    }

    /** A socket's bytes are being given to the lane, or no longer. */
    void reading(boolean now) {
        reading = now;
    }

    /** Nothing that clients send from here on is executed, unless a script is busy. On the loop. */
    void ends() {
        ending = true;
    }

    boolean isEnding() {
        return ending;
    }

    @Override
    public void serveSockets() {
        if (loop instanceof ServingLoop serving) {
            serving.serve();
        }
    }

    @Override
    public void servesAgain() {
        loop.execute(this::runKept);
    }

    @Override
    public void warn(String event, String reason) {
        log.warn(event, "reason", reason);
    }

    @Override
    public void log(int level, String text) {
        switch (level) {
            case 0, 1 -> log.debug("script", "text", text);
            case 2 -> log.info("script", "text", text);
            default -> log.warn("script", "text", text);
        }
    }

    @Override
    public boolean pause() {
        LockSupport.parkNanos(MOMENT_NANOS);
        return true;
    }

    /** True inside a script that has its loop's sockets served. */
    boolean isServing() {
        RunningScript script = lane.server().busyScript();
        return script != null && script.caller().lane() == lane;
    }

    /** A client is gone: its lane hears of it when it is not inside a script. */
    void closed(Session session) {
        runOrKeep(() -> lane.closed(session));
    }

    /** What may touch the store waits while a script has it and others are served meanwhile. */
    void runOrKeep(Runnable task) {
        if (lane.server().isBusy()) {
            kept.add(task);
        } else {
            task.run();
        }
    }

    private void runKept() {
        for (int left = kept.size(); left > 0 && !lane.server().isBusy(); left--) {
            kept.remove().run();
        }
    }

    @Override
    public void nextTurn(Runnable task) {
        execute(() -> afterTurn(() -> timed(task)));
    }

    /** Runs what no client waits for, and notes how long they may have waited for it. */
    void timed(Runnable task) {
        slices.timed(task);
    }

    /** As {@link #timed}; while a script takes long it is left out. */
    void unlessBusy(Runnable task) {
        if (!lane.server().isBusy()) {
            timed(task);
        }
    }

    @Override
    public void nextSlice(Runnable task) {
        if (loop.inEventLoop() && inSlice && hasServed()) {
            long pauseNanos = PAUSE_SLICES * (System.nanoTime() - sliceNanos);
            loop.schedule(
                    () -> runOrKeep(() -> timed(() -> slice(task))),
                    pauseNanos,
                    TimeUnit.NANOSECONDS);
        } else {
            nextTurn(() -> slice(task));
        }
    }

    /** True if there was a command since it was asked last. */
    private boolean hasServed() {
        long before = served;
        served = lane.stats().commands();
        return served != before;
    }

    private void slice(Runnable task) {
        sliceNanos = System.nanoTime();
        inSlice = true;
        try {
            task.run();
        } finally {
            inSlice = false;
        }
    }

    // ---- Durability

    void waitForDurable(ReplyHolder holder) {
        waiting.add(holder);
        if (!syncScheduled) {
            syncScheduled = true;
            loop.executeAfterEventLoopIteration(this::endOfTurn);
        }
    }

    private void endOfTurn() {
        syncScheduled = false;
        if (journal.syncIsQuick()) {
            long start = System.nanoTime();
            journal.sync();
            lane.server().took(LatencySpikes.JOURNAL_SYNC, System.nanoTime() - start);
            release();
        } else {
            journal.requestSync();
        }
    }

    private void release() {
        if (!waiting.isEmpty()) {
            long durable = journal.durable();
            waiting.removeIf(holder -> !holder.release(durable));
        }
    }

    @Override
    public void durabilityChanged() {
        if (!loop.inEventLoop()) {
            loop.execute(this::release);
        }
    }

    @Override
    public void spaceGained() {
        execute(lane::unpark);
    }
}
