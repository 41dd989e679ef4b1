package dev.millrace.registry.check;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

import java.util.concurrent.TimeUnit;

/**
 * The time of an event loop, in ticks of ten milliseconds: what is due within one is done together
 * at its end. For an idle loop waking up is most of what a check costs, so ten that begin at once
 * are cheaper than ten that begin a millisecond apart (bench: ChecksCost).
 */
public final class LoopSchedule implements Schedule {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final EventLoop loop;

    public LoopSchedule(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Planned after(long nanos, Runnable task) {
        Future<?> scheduled = loop.schedule(task, ticked(nanos), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /** Up to the next end of a tick. */
    private long ticked(long nanos) {
        if (nanos <= 0 || nanos > Long.MAX_VALUE - TICK_NANOS) {
            return Math.max(nanos, 0);
        }
        long due = nanos() + nanos;
        return nanos + Math.floorMod(-due, TICK_NANOS);
    }
}
