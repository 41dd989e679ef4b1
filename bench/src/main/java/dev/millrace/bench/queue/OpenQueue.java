package dev.millrace.bench.queue;

import dev.millrace.bench.client.TimerSlack;
import dev.millrace.bench.server.ProcessCpu;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * An open loop: one thread publishes messages one at a time, at planned times, over the producers'
 * connections in turn; a message carries its planned time, so what a consumer finds on the clock
 * when it receives it is the whole latency, however late anybody was.
 *
 * @param pairs producers, and as many consumers
 * @param bodyBytes of each message, at least 8
 */
record OpenQueue(int pairs, int bodyBytes) {
    private static final int WINDOW = 300;
    private static final int DIGITS = 3;
    private static final long SECONDS_MAX = 120;

    /**
     * What came of it.
     *
     * @param latencyNanos from the planned time to the consumer
     * @param lagNanos from the planned time to the real one
     * @param clientBusyPercent what of all processors the clients took
     */
    record Latencies(
            Histogram latencyNanos,
            Histogram lagNanos,
            double cpuMicrosPerMessage,
            double clientBusyPercent) {
        double latencyMicros(double percentile) {
            return latencyNanos.getValueAtPercentile(percentile) / 1e3;
        }

        double lagMicros(double percentile) {
            return lagNanos.getValueAtPercentile(percentile) / 1e3;
        }
    }

    Latencies run(RunningBroker broker, double ratePerSecond, double seconds)
            throws IOException, InterruptedException {
        Wire wire = broker.wire();
        wire.prepare(broker.port(), pairs * WINDOW);
        long count = (long) (ratePerSecond * seconds);
        AtomicLong left = new AtomicLong(count);
        Histogram latency = new ConcurrentHistogram(DIGITS);
        Histogram lag = new Histogram(DIGITS);
        List<Wire.Consumer> consumers = new ArrayList<>();
        List<Wire.Publisher> publishers = new ArrayList<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < pairs; i++) {
                consumers.add(wire.consumer(broker.port(), WINDOW));
                publishers.add(wire.publisher(broker.port(), 1));
            }
            ProcessCpu ownBefore = ProcessCpu.own();
            double cpuBefore = broker.cpuMicros();
            for (Wire.Consumer consumer : consumers) {
                ends.add(threads.submit(() -> consume(consumer, left, latency, consumers)));
            }
            for (int i = 0; i < pairs; i++) {
                Wire.Publisher publisher = publishers.get(i);
                long share = count / pairs + (i < count % pairs ? 1 : 0);
                ends.add(threads.submit(() -> confirm(publisher, share)));
            }
            ends.add(threads.submit(() -> publish(publishers, count, ratePerSecond, lag)));
            await(broker, ends);
            double clientMicros = ProcessCpu.own().since(ownBefore).ownMicros();
            return new Latencies(
                    latency,
                    lag,
                    (broker.cpuMicros() - cpuBefore) / count,
                    clientMicros
                            / (seconds * 1e6 * Runtime.getRuntime().availableProcessors())
                            * 100);
        } finally {
            for (Wire.Publisher publisher : publishers) {
                publisher.close();
            }
            for (Wire.Consumer consumer : consumers) {
                consumer.close();
            }
        }
    }

    private static void await(RunningBroker broker, List<Future<?>> ends)
            throws IOException, InterruptedException {
        try {
            for (Future<?> end : ends) {
                end.get(SECONDS_MAX, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException(broker.name() + ": " + failure, failure);
        }
    }

    private boolean publish(
            List<Wire.Publisher> publishers, long count, double ratePerSecond, Histogram lag)
            throws IOException {
        TimerSlack.leastForThisThread();
        byte[] body = new byte[bodyBytes];
        ByteBuffer stamp = ByteBuffer.wrap(body);
        long start = System.nanoTime();
        for (long i = 0; i < count; i++) {
            long planned = start + (long) (i * (1e9 / ratePerSecond));
            long now = System.nanoTime();
            while (now < planned) {
                LockSupport.parkNanos(planned - now);
                now = System.nanoTime();
            }
            lag.recordValue(now - planned);
            stamp.putLong(0, planned);
            publishers.get((int) (i % pairs)).publish(body);
        }
        return true;
    }

    private static boolean confirm(Wire.Publisher publisher, long count) throws IOException {
        while (publisher.confirmed() < count) {}
        return true;
    }

    /** Whoever takes the last message closes all, for the others wait for one more. */
    private static boolean consume(
            Wire.Consumer consumer, AtomicLong left, Histogram latency, List<Wire.Consumer> all)
            throws IOException {
        try {
            long after = 1;
            while (after > 0) {
                int count = consumer.take(stamp -> latency.recordValue(System.nanoTime() - stamp));
                after = left.addAndGet(-count);
            }
            for (Wire.Consumer one : all) {
                one.close();
            }
        } catch (IOException closed) {
            if (left.get() > 0) {
                throw closed;
            }
        }
        return true;
    }
}
