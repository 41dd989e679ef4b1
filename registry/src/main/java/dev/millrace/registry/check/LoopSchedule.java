package dev.millrace.registry.check;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

import java.util.concurrent.TimeUnit;

/** The time of an event loop. */
public final class LoopSchedule implements Schedule {
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
        Future<?> scheduled = loop.schedule(task, Math.max(nanos, 0), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }
}
