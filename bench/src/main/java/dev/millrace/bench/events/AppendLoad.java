package dev.millrace.bench.events;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writers in a closed loop, each with a stream, a connection and a BatchAppend of its own: the next
 * events go when the last are acknowledged.
 *
 * @param writers how many
 * @param batch events in one append
 * @param bytes of data in an event
 */
record AppendLoad(int writers, int batch, int bytes) {
    private static final int SECONDS_MAX = 600;

    /** Appends for so many seconds; events a second. */
    double run(int port, double seconds) throws IOException, InterruptedException {
        String run = Long.toHexString(ThreadLocalRandom.current().nextLong());
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            long start = System.nanoTime();
            long end = start + (long) (seconds * 1e9);
            List<Future<Long>> all = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                String stream = "bench-" + run + "-" + i;
                all.add(threads.submit(() -> write(port, stream, Long.MAX_VALUE, end)));
            }
            long events = 0;
            for (Future<Long> one : all) {
                events += one.get(SECONDS_MAX, TimeUnit.SECONDS);
            }
            return events / ((System.nanoTime() - start) / 1e9);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException("append: " + failure, failure);
        }
    }

    /** Makes one stream of so many events at least; its name. */
    String fill(int port, long events) throws IOException {
        String stream = "fill-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        write(port, stream, (events + batch - 1) / batch, Long.MAX_VALUE);
        return stream;
    }

    private long write(int port, String stream, long appendsMax, long endNanos) throws IOException {
        long id = ThreadLocalRandom.current().nextLong();
        byte[] request = EventRequests.append(stream, batch, bytes, id);
        int[] places = EventRequests.idPlaces(request, batch);
        long appends = 0;
        try (GrpcTalk talk = new GrpcTalk(port, EventRequests.BATCH_APPEND)) {
            while (appends < appendsMax && System.nanoTime() < endNanos) {
                for (int place : places) {
                    EventRequests.putId(request, place, id++);
                }
                talk.send(request, false);
                appends++;
                if (talk.received() != appends) {
                    throw new IOException("append: no answer to " + appends);
                }
            }
        }
        return appends * batch;
    }
}
