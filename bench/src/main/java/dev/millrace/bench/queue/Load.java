package dev.millrace.bench.queue;

import dev.millrace.bench.kv.Effort;

import java.io.IOException;

/** Producers and consumers in a closed loop. */
interface Load {
    /** The first of the runs that warm a server up. */
    long PROBE_MESSAGES = 1_000;

    /** What it does, in a phrase. */
    String title();

    /**
     * Publishes so many messages, and ends when all are consumed.
     *
     * @param messages may be rounded up to whole batches
     */
    Outcome run(RunningBroker broker, long messages) throws IOException, InterruptedException;

    /**
     * Runs until a server that compiles as it goes has done so.
     *
     * @return messages per second in the last of the runs
     */
    default double warm(RunningBroker broker, Effort effort)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        double rate = run(broker, PROBE_MESSAGES).ratePerSecond();
        do {
            // What was measured cold says little: so the first runs are short.
            rate = run(broker, (long) (rate * effort.roundSeconds())).ratePerSecond();
        } while (System.nanoTime() - start < effort.warmSeconds() * 1e9);
        return rate;
    }
}
