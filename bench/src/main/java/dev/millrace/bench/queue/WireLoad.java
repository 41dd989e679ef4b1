package dev.millrace.bench.queue;

import dev.millrace.bench.server.ProcessCpu;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lean clients, the same for every protocol: producers that wait for the confirmations of each
 * batch, consumers that acknowledge what has come, each with a socket and a thread of its own.
 *
 * @param pairs producers, and as many consumers
 * @param bodyBytes of each message
 * @param batch how many messages are confirmed together
 */
record WireLoad(int pairs, int bodyBytes, int batch) implements Load {
    private static final int WINDOW_MIN = 300;
    private static final long SECONDS_MAX = 600;

    @Override
    public String title() {
        return "lean clients, %d B, %d producers and consumers, by %d"
                .formatted(bodyBytes, pairs, batch);
    }

    private int window() {
        return Math.max(WINDOW_MIN, 3 * batch);
    }

    /** Makes the queue, empty. */
    void prepare(RunningBroker broker) throws IOException {
        broker.wire().prepare(broker.port(), pairs * window());
    }

    @Override
    public Outcome run(RunningBroker broker, long messages)
            throws IOException, InterruptedException {
        prepare(broker);
        return measured(broker, messages, true, true);
    }

    /** Leaves messages in the queue. */
    Outcome fill(RunningBroker broker, long messages) throws IOException, InterruptedException {
        return measured(broker, messages, true, false);
    }

    /** Takes messages that are there. */
    Outcome drain(RunningBroker broker, long messages) throws IOException, InterruptedException {
        return measured(broker, messages, false, true);
    }

    private Outcome measured(
            RunningBroker broker, long messages, boolean publishes, boolean consumes)
            throws IOException, InterruptedException {
        long share = (messages + (long) pairs * batch - 1) / pairs / batch * batch;
        long all = share * pairs;
        AtomicLong left = new AtomicLong(all);
        List<Wire.Consumer> consumers = new ArrayList<>();
        List<Wire.Publisher> publishers = new ArrayList<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            for (int i = 0; i < pairs && publishes; i++) {
                publishers.add(broker.wire().publisher(broker.port(), batch));
            }
            for (int i = 0; i < pairs && consumes; i++) {
                consumers.add(broker.wire().consumer(broker.port(), window()));
            }
            ProcessCpu ownBefore = ProcessCpu.own();
            double cpuBefore = broker.cpuMicros();
            long start = System.nanoTime();
            List<Future<?>> ends = new ArrayList<>();
            for (Wire.Consumer consumer : consumers) {
                ends.add(threads.submit(() -> consume(consumer, left, consumers)));
            }
            for (Wire.Publisher publisher : publishers) {
                ends.add(threads.submit(() -> publish(publisher, share)));
            }
            await(broker, ends);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Outcome(
                    all / seconds,
                    (broker.cpuMicros() - cpuBefore) / all,
                    (double) ProcessCpu.own().since(ownBefore).ownMicros() / all);
        } finally {
            close(consumers);
            close(publishers);
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

    private static void close(List<? extends AutoCloseable> all) throws IOException {
        for (AutoCloseable one : all) {
            try {
                one.close();
            } catch (IOException failure) {
                throw failure;
            } catch (Exception impossible) {
                throw new AssertionError(impossible);
            }
        }
    }

    private boolean publish(Wire.Publisher publisher, long count) throws IOException {
        byte[] body = new byte[bodyBytes];
        for (long sent = batch; sent <= count; sent += batch) {
            publisher.publish(body);
            while (publisher.confirmed() < sent) {}
        }
        return true;
    }

    /** Whoever takes the last message closes all, for the others wait for one more. */
    private static boolean consume(Wire.Consumer consumer, AtomicLong left, List<Wire.Consumer> all)
            throws IOException {
        try {
            long after = 1;
            while (after > 0) {
                int count = consumer.take(stamp -> {});
                after = left.addAndGet(-count);
            }
            close(all);
        } catch (IOException closed) {
            if (left.get() > 0) {
                throw closed;
            }
        }
        return true;
    }
}
