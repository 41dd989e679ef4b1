package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.eventstore.dbclient.AppendToStreamOptions;
import com.eventstore.dbclient.EventData;
import com.eventstore.dbclient.EventDataBuilder;
import com.eventstore.dbclient.EventStoreDBClient;
import com.eventstore.dbclient.EventStoreDBConnectionString;
import com.eventstore.dbclient.ExpectedRevision;
import com.eventstore.dbclient.ReadStreamOptions;
import com.eventstore.dbclient.ResolvedEvent;
import com.eventstore.dbclient.SubscribeToAllOptions;
import com.eventstore.dbclient.Subscription;
import com.eventstore.dbclient.SubscriptionListener;
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
}
