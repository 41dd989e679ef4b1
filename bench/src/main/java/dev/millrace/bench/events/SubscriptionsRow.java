package dev.millrace.bench.events;

import dev.millrace.bench.client.Talk;
import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Measure;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Samples;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Millrace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long an event takes until the last of many subscriptions to {@code $all}, each with a
 * connection of its own, has it: from before its append is sent. Events come one at a time.
 */
record SubscriptionsRow(String name, int subscriptions, Target millis) implements Comparison {
    private static final int WARM_EVENTS = 100;
    private static final int EVENTS = 400;
    private static final int PAUSE_MILLIS = 50;
    private static final int BUFFER_BYTES = 16 << 10;
    private static final double NONE = Double.NaN;

    @Override
    public String title() {
        return subscriptions + " subscriptions to $all, until the last has an event";
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        int all = WARM_EVENTS + EVENTS;
        AtomicLongArray last = new AtomicLongArray(all);
        AtomicIntegerArray had = new AtomicIntegerArray(all);
        double[] took = new double[all];
        List<GrpcTalk> talks = new ArrayList<>();
        AppendLoad load = new AppendLoad(1, 1, Side.DATA_BYTES);
        try (MillraceSide side = new MillraceSide(bench, load);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < subscriptions; i++) {
                Talk talk = new Talk(side.port(), BUFFER_BYTES);
                GrpcTalk subscription = new GrpcTalk(talk, side.port(), EventRequests.READ);
                talks.add(subscription);
                subscription.send(EventRequests.subscribeToAll(), false);
                subscription.received();
            }
            for (GrpcTalk talk : talks) {
                readers.add(threads.submit(() -> follow(talk, all, last, had)));
            }
            for (int i = 0; i < all; i++) {
                long start = System.nanoTime();
                load.fill(side.port(), 1);
                while (had.get(i) < subscriptions) {
                    Thread.sleep(1);
                }
                took[i] = (last.get(i) - start) / 1e6;
                Thread.sleep(PAUSE_MILLIS);
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        } catch (ExecutionException failure) {
            throw new IOException("subscriptions: " + failure, failure);
        } finally {
            for (GrpcTalk talk : talks) {
                talk.close();
            }
        }
        double[] sorted = Arrays.copyOfRange(took, WARM_EVENTS, all);
        Arrays.sort(sorted);
        return Row.measured(
                name,
                title(),
                List.of(
                        alone("median", new Target.Open(), sorted[EVENTS / 2]),
                        alone("p99", millis, sorted[EVENTS * 99 / 100]),
                        alone("max", new Target.Open(), sorted[EVENTS - 1])),
                List.of());
    }

    private static Measure alone(String name, Target target, double millis) {
        return new Measure(
                name, "ms", target, new Samples(List.of(millis)), new Samples(List.of(NONE)));
    }

    private static boolean follow(
            GrpcTalk talk, int events, AtomicLongArray last, AtomicIntegerArray had)
            throws IOException {
        for (long seen = 0; seen < events; ) {
            long now = talk.receivedEvents();
            long time = System.nanoTime();
            for (; seen < now; seen++) {
                last.accumulateAndGet((int) seen, time, Math::max);
                had.incrementAndGet((int) seen);
            }
        }
        return true;
    }
}
