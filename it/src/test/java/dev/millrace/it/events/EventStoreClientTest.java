package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.CreatePersistentSubscriptionToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventDataBuilder;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBClientSettings;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.EventStoreDBPersistentSubscriptionsClient;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.NackAction;
import com.eventstore.dbclient.NamedConsumerStrategy;
import com.eventstore.dbclient.PersistentSubscription;
import com.eventstore.dbclient.PersistentSubscriptionListener;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.RecordedEvent;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.Subscription;
import com.eventstore.dbclient.SubscriptionListener;
import com.eventstore.dbclient.UpdatePersistentSubscriptionToStreamOptions;
import com.eventstore.dbclient.WrongExpectedVersionException;

import dev.millrace.it.Product;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The Java client of the time when KurrentDB was EventStoreDB, unchanged; it finds its node by
 * gossip.
 */
class EventStoreClientTest {
    @TempDir Path data;

    private static EventData event(String json) {
        return EventDataBuilder.json("t", json.getBytes(StandardCharsets.UTF_8)).build();
    }

    @Test
    void it_appends_reads_and_subscribes() throws Exception {
        try (Product product = Product.up(data, "--only", "events")) {
            EventStoreDBClient client =
                    EventStoreDBClient.create(
                            EventStoreDBConnectionString.parseOrThrow(
                                    "esdb+discover://127.0.0.1:"
                                            + product.port("events.grpc.port")
                                            + "?tls=false"));
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            client.subscribeToAll(
                            new SubscriptionListener() {
                                @Override
                                public void onEvent(
                                        Subscription subscription, ResolvedEvent event) {
                                    heard.add(
                                            new String(
                                                    event.getEvent().getEventData(),
                                                    StandardCharsets.UTF_8));
                                }
                            },
                            SubscribeToAllOptions.get().fromStart())
                    .get();
            AppendToStreamOptions none =
                    AppendToStreamOptions.get().expectedRevision(ExpectedRevision.noStream());
            client.appendToStream("s", none, event("1"), event("2")).get();
            assertInstanceOf(
                    WrongExpectedVersionException.class,
                    assertThrows(
                                    ExecutionException.class,
                                    () -> client.appendToStream("s", none, event("3")).get())
                            .getCause());
            List<ResolvedEvent> found =
                    client.readStream("s", ReadStreamOptions.get().backwards().fromEnd())
                            .get()
                            .getEvents();
            assertEquals(
                    List.of(1L, 0L), found.stream().map(e -> e.getEvent().getRevision()).toList());
            assertEquals("1", heard.poll(30, TimeUnit.SECONDS));
            assertEquals("2", heard.poll(30, TimeUnit.SECONDS));
            client.shutdown().get();
        }
    }

    private static EventStoreDBClientSettings settings(Product product) throws Exception {
        return EventStoreDBConnectionString.parseOrThrow(
                "esdb+discover://127.0.0.1:" + product.port("events.grpc.port") + "?tls=false");
    }

    /** Parks what comes for the first time, and acknowledges what is replayed. */
    private static final class Parking extends PersistentSubscriptionListener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        @Override
        public void onEvent(PersistentSubscription subscription, int retries, ResolvedEvent event) {
            RecordedEvent original = event.getOriginalEvent();
            if (original.getStreamId().equals("s")) {
                subscription.nack(NackAction.Park, "because", event);
            } else {
                subscription.ack(event);
            }
            heard.add(original.getStreamId() + "@" + original.getRevision());
        }

        String next() throws InterruptedException {
            return String.valueOf(heard.poll(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void it_has_persistent_subscriptions() throws Exception {
        try (Product product = Product.up(data, "--only", "events")) {
            EventStoreDBClient streams = EventStoreDBClient.create(settings(product));
            EventStoreDBPersistentSubscriptionsClient client =
                    EventStoreDBPersistentSubscriptionsClient.create(settings(product));
            streams.appendToStream("s", event("1"), event("2")).get();
            client.createToStream(
                            "s", "g", CreatePersistentSubscriptionToStreamOptions.get().fromStart())
                    .get();
            client.createToAll("g").get();
            assertEquals(2, client.listAll().get().size());
            Parking parking = new Parking();
            PersistentSubscription running = client.subscribeToStream("s", "g", parking).get();
            assertEquals("s@0", parking.next());
            assertEquals("s@1", parking.next());
            while (client.getInfoToStream("s", "g")
                            .get()
                            .orElseThrow()
                            .getStats()
                            .getParkedMessageCount()
                    < 2) {
                Thread.sleep(10);
            }
            client.replayParkedMessagesToStream("s", "g").get();
            assertEquals("$persistentsubscription-s::g-parked@0", parking.next());
            assertEquals("$persistentsubscription-s::g-parked@1", parking.next());
            running.stop();
            client.updateToStream(
                            "s",
                            "g",
                            UpdatePersistentSubscriptionToStreamOptions.get()
                                    .namedConsumerStrategy(NamedConsumerStrategy.PINNED))
                    .get();
            assertEquals(
                    "Pinned",
                    client.getInfoToStream("s", "g")
                            .get()
                            .orElseThrow()
                            .getSettings()
                            .getNamedConsumerStrategy()
                            .toString());
            client.restartSubsystem().get();
            client.deleteToStream("s", "g").get();
            client.deleteToAll("g").get();
            assertEquals(0, client.listAll().get().size());
            client.shutdown().get();
            streams.shutdown().get();
        }
    }
}
