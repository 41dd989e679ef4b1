package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;

import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.ReadAllOptions;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.WriteResult;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/** SIGKILL while writers append, each with the revision that it expects. */
class EventsCrashTest {
    private static final int CRASHES = 4;
    private static final int WRITERS = 4;

    @TempDir Path data;

    /** By writer, how many of its events were acknowledged. */
    private final AtomicLongArray acknowledged = new AtomicLongArray(WRITERS);

    private static KurrentDBClient connect(Product product) throws Exception {
        return KurrentDBClient.create(
                KurrentDBConnectionString.parseOrThrow(
                        "kurrentdb://127.0.0.1:"
                                + product.port("events.grpc.port")
                                + "?tls=false&maxDiscoverAttempts=1&defaultDeadline=3000"));
    }

    @Test
    void what_was_acknowledged_is_there_once_in_order_and_expectations_stay_exact()
            throws Exception {
        for (int crash = 0; crash < CRASHES; crash++) {
            // Little memory and a checkpoint now and then: files and checkpoints are crashed, too.
            try (Product product =
                    Product.up(
                            data,
                            "--only",
                            "events",
                            "--set",
                            "events.memory-bytes=8mb",
                            "--set",
                            "journal.checkpoint-bytes=4mb",
                            "--set",
                            "journal.checkpoint-seconds=0")) {
                KurrentDBClient client = connect(product);
                List<Thread> writers = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    int number = writer;
                    writers.add(Thread.ofPlatform().start(() -> write(client, number)));
                }
                Thread.sleep(ThreadLocalRandom.current().nextInt(1_000, 2_500));
                product.kill();
                for (Thread writer : writers) {
                    writer.join();
                }
                client.shutdown().get();
            }
        }
        try (Product product = Product.up(data, "--only", "events")) {
            KurrentDBClient client = connect(product);
            for (int writer = 0; writer < WRITERS; writer++) {
                check(client, writer);
            }
            checkAll(client);
            client.shutdown().get();
        }
    }

    private static String stream(int writer) {
        return "writer-" + writer;
    }

    /** Appends one after the other until the process is killed. */
    private void write(KurrentDBClient client, int writer) {
        try {
            long next = size(client, writer);
            assertTrue(next >= acknowledged.get(writer), "lost: " + stream(writer));
            while (true) {
                StreamState expected =
                        next == 0 ? StreamState.noStream() : StreamState.streamRevision(next - 1);
                byte[] json =
                        ("{\"n\":" + next + ",\"pad\":\"" + "x".repeat(2_000) + "\"}")
                                .getBytes(StandardCharsets.UTF_8);
                WriteResult result =
                        client.appendToStream(
                                        stream(writer),
                                        AppendToStreamOptions.get().streamState(expected),
                                        EventDataBuilder.json("t", json).build())
                                .get();
                assertEquals(StreamState.streamRevision(next), result.getNextExpectedRevision());
                next++;
                acknowledged.set(writer, next);
            }
        } catch (ExecutionException killed) {
            return; // What was not answered may be there or not.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static long size(KurrentDBClient client, int writer)
            throws InterruptedException, ExecutionException {
        try {
            return client.readStream(
                                    stream(writer),
                                    ReadStreamOptions.get().backwards().fromEnd().maxCount(1))
                            .get()
                            .getEvents()
                            .getFirst()
                            .getEvent()
                            .getRevision()
                    + 1;
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof StreamNotFoundException) {
                return 0;
            }
            throw failure;
        }
    }

    private void check(KurrentDBClient client, int writer) throws Exception {
        List<ResolvedEvent> events =
                client.readStream(
                                stream(writer),
                                ReadStreamOptions.get().fromStart().maxCount(1_000_000))
                        .get()
                        .getEvents();
        assertTrue(acknowledged.get(writer) > CRASHES, stream(writer) + ": " + acknowledged);
        assertTrue(events.size() >= acknowledged.get(writer), "lost: " + stream(writer));
        for (int i = 0; i < events.size(); i++) {
            assertEquals(i, events.get(i).getEvent().getRevision());
            String json =
                    new String(events.get(i).getEvent().getEventData(), StandardCharsets.UTF_8);
            assertTrue(json.startsWith("{\"n\":" + i + ","), json);
        }
    }

    /** Of each stream they come in its order, and no position comes twice. */
    private void checkAll(KurrentDBClient client) throws Exception {
        long[] next = new long[WRITERS];
        long before = 0;
        for (ResolvedEvent event :
                client.readAll(ReadAllOptions.get().fromStart().maxCount(10_000_000))
                        .get()
                        .getEvents()) {
            long position = event.getEvent().getPosition().getCommitUnsigned();
            assertTrue(position > before, position + " behind " + before);
            before = position;
            int writer = Integer.parseInt(event.getEvent().getStreamId().substring(7));
            assertEquals(next[writer]++, event.getEvent().getRevision());
        }
        for (int writer = 0; writer < WRITERS; writer++) {
            assertTrue(next[writer] >= acknowledged.get(writer), "lost: " + stream(writer));
        }
    }
}
