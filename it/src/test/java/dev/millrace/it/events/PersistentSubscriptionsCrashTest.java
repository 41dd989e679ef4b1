package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;

import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.CreatePersistentSubscriptionToStreamOptions;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBClientSettings;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.KurrentDBPersistentSubscriptionsClient;
import io.kurrent.dbclient.NackAction;
import io.kurrent.dbclient.PersistentSubscription;
import io.kurrent.dbclient.PersistentSubscriptionListener;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.SubscribePersistentSubscriptionOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** SIGKILL while one appends and several consumers process what comes. */
class PersistentSubscriptionsCrashTest {
    private static final int CRASHES = 4;
    private static final int CONSUMERS = 3;

    /** So many are appended, at least, before the node is killed. */
    private static final int APPENDED_MIN = 100;

    private static final int PATIENCE_SECONDS = 60;

    @TempDir Path data;

    /** How many events were acknowledged to the one who appends. */
    private final AtomicLong appended = new AtomicLong();

    private final AtomicLong tried = new AtomicLong();

    /** Revisions that were acknowledged, or parked, by a consumer. */
    private final Set<Long> processed = ConcurrentHashMap.newKeySet();

    private static KurrentDBClientSettings settings(Product product) throws Exception {
        return KurrentDBConnectionString.parseOrThrow(
                "kurrentdb://127.0.0.1:"
                        + product.port("events.grpc.port")
                        + "?tls=false&maxDiscoverAttempts=1&defaultDeadline=3000");
    }

    private Product start() throws Exception {
        // Little memory and a checkpoint now and then: files and checkpoints are crashed, too.
        return Product.up(
                data,
                "--only",
                "events",
                "--set",
                "events.memory-bytes=8mb",
                "--set",
                "journal.checkpoint-bytes=4mb",
                "--set",
                "journal.checkpoint-seconds=0");
    }

    /** Acknowledges most of what comes, refuses some, parks a little, and forgets some. */
    private final class Consumer extends PersistentSubscriptionListener {
        @Override
        public void onEvent(PersistentSubscription subscription, int retries, ResolvedEvent event) {
            RecordedEvent recorded = event.getEvent();
            switch (ThreadLocalRandom.current().nextInt(20)) {
                case 0 -> subscription.nack(NackAction.Retry, "later", event);
                case 1 -> {
                    processed.add(recorded.getRevision());
                    subscription.nack(NackAction.Park, "never", event);
                }
                case 2 -> {
                    // The server takes it back in a while.
                }
                default -> {
                    processed.add(recorded.getRevision());
                    subscription.ack(event);
                }
            }
        }
    }

    private void subscribe(KurrentDBPersistentSubscriptionsClient client) throws Exception {
        for (int i = 0; i < CONSUMERS; i++) {
            client.subscribeToStream(
                            "s",
                            "g",
                            SubscribePersistentSubscriptionOptions.get().bufferSize(50),
                            new Consumer())
                    .get();
        }
    }

    private void append(KurrentDBClient client) {
        byte[] json = ("{\"pad\":\"" + "x".repeat(2_000) + "\"}").getBytes(StandardCharsets.UTF_8);
        try {
            while (true) {
                tried.incrementAndGet();
                client.appendToStream(
                                "s",
                                AppendToStreamOptions.get(),
                                EventDataBuilder.json("t", json).build())
                        .get();
                appended.incrementAndGet();
            }
        } catch (ExecutionException killed) {
            return; // What was not answered may be there or not.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void every_message_is_processed_by_somebody_whatever_is_killed() throws Exception {
        for (int crash = 0; crash < CRASHES; crash++) {
            try (Product product = start()) {
                KurrentDBClient streams = KurrentDBClient.create(settings(product));
                KurrentDBPersistentSubscriptionsClient client =
                        KurrentDBPersistentSubscriptionsClient.create(settings(product));
                if (crash == 0) {
                    client.createToStream(
                                    "s",
                                    "g",
                                    CreatePersistentSubscriptionToStreamOptions.get()
                                            .fromStart()
                                            .messageTimeoutInMs(500)
                                            .maxRetryCount(1_000)
                                            .checkpointAfterInMs(100)
                                            .checkpointUpperBound(40))
                            .get();
                }
                subscribe(client);
                Thread writer = Thread.ofPlatform().start(() -> append(streams));
                awaitAppended(crash * APPENDED_MIN + APPENDED_MIN);
                Thread.sleep(ThreadLocalRandom.current().nextInt(100, 1_500));
                product.kill();
                writer.join();
                client.shutdown().get();
                streams.shutdown().get();
            }
        }
        finish();
    }

    private void awaitAppended(long count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (appended.get() < count) {
            assertTrue(System.nanoTime() < end, () -> "appended: " + appended);
            Thread.sleep(10);
        }
    }

    /** Nobody appends any more: what is there is processed to the end. */
    private void finish() throws Exception {
        try (Product product = start()) {
            KurrentDBPersistentSubscriptionsClient client =
                    KurrentDBPersistentSubscriptionsClient.create(settings(product));
            subscribe(client);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (processed.size() < appended.get()) {
                assertTrue(System.nanoTime() < end, () -> "never processed: " + missing());
                Thread.sleep(20);
            }
            client.shutdown().get();
        }
        assertTrue(processed.size() <= tried.get(), "more than was ever appended");
    }

    private List<Long> missing() {
        Set<Long> all = new HashSet<>();
        for (long revision = 0; revision < appended.get(); revision++) {
            all.add(revision);
        }
        all.removeAll(processed);
        return new ArrayList<>(all);
    }
}
