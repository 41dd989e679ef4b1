package dev.millrace.kv.server;

import dev.millrace.kernel.metrics.Metrics;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * How long clients may have waited for work that no client waits for: what is done of it at one go,
 * on any loop. By the clock, which also counts what other threads and processes did meanwhile; and
 * by the time that the loop's thread had of a processor, which is the work itself.
 */
final class Slices {
    private static final double NANOS_PER_SECOND = 1e9;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final LongAccumulator longestNanos = new LongAccumulator(Math::max, 0);
    private final LongAccumulator longestCpuNanos = new LongAccumulator(Math::max, 0);

    Slices(Metrics metrics) {
        metrics.gauge(
                "kv.slice.longest.seconds",
                "longest that a loop swept, expired or walked at one go, since the last scrape",
                () -> longestNanos.getThenReset() / NANOS_PER_SECOND);
        metrics.gauge(
                "kv.slice.longest.cpu.seconds",
                "the same, in time of a processor",
                () -> longestCpuNanos.getThenReset() / NANOS_PER_SECOND);
    }

    /** Runs one slice. */
    void timed(Runnable task) {
        long start = System.nanoTime();
        long cpuStart = threads.getCurrentThreadCpuTime();
        try {
            task.run();
        } finally {
            longestCpuNanos.accumulate(threads.getCurrentThreadCpuTime() - cpuStart);
            longestNanos.accumulate(System.nanoTime() - start);
        }
    }
}
