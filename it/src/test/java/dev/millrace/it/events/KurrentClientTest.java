package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Certificates;
import dev.millrace.it.Product;

import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.DeleteStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.ReadAllOptions;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamMetadata;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.SubscribeToAllOptions;
import io.kurrent.dbclient.SubscribeToStreamOptions;
import io.kurrent.dbclient.Subscription;
import io.kurrent.dbclient.SubscriptionFilter;
import io.kurrent.dbclient.SubscriptionListener;
import io.kurrent.dbclient.WriteResult;
import io.kurrent.dbclient.WrongExpectedVersionException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** KurrentDB's own Java client, unchanged. */
class KurrentClientTest {
    private static final int PATIENCE_SECONDS = 30;

    @TempDir Path data;
    @TempDir Path scratch;
    private Product product;
    private KurrentDBClient client;

    @BeforeEach
    void start() throws Exception {
        product = Product.up(data, "--only", "events");
        client = connect(product);
    }

    private static KurrentDBClient connect(Product to) throws Exception {
        return KurrentDBClient.create(
                KurrentDBConnectionString.parseOrThrow(
                        "kurrentdb://127.0.0.1:" + to.port("events.grpc.port") + "?tls=false"));
    }

    @AfterEach
    void stop() throws Exception {
        client.shutdown().get();
        product.close();
    }

    private void restart() throws Exception {
        client.shutdown().get();
        product.kill();
        product.close();
        start();
    }

    private static EventData event(String type, String json) {
        return EventDataBuilder.json(type, json.getBytes(StandardCharsets.UTF_8)).build();
    }

    private WriteResult append(String stream, StreamState expected, EventData... events)
            throws Exception {
        return client.appendToStream(
                        stream,
                        AppendToStreamOptions.get().streamState(expected),
                        List.of(events).iterator())
                .get();
    }

    private List<RecordedEvent> read(String stream, ReadStreamOptions options) throws Exception {
        return client.readStream(stream, options).get().getEvents().stream()
                .map(ResolvedEvent::getEvent)
                .toList();
    }

    private static ReadStreamOptions everything() {
        return ReadStreamOptions.get().fromStart().maxCount(1_000_000);
    }

    private static String text(RecordedEvent event) {
        return new String(event.getEventData(), StandardCharsets.UTF_8);
    }

    private List<String> texts(String stream) throws Exception {
        return read(stream, everything()).stream().map(KurrentClientTest::text).toList();
    }

    private Throwable failure(ThrowingCall call) {
        return Objects.requireNonNull(assertThrows(ExecutionException.class, call::run).getCause());
    }

    private interface ThrowingCall {
        void run() throws Exception;
    }

    @Test
    void what_was_appended_is_read_with_all_that_belongs_to_it() throws Exception {
        UUID id = UUID.randomUUID();
        EventData event =
                EventDataBuilder.json(id, "placed", "{\"n\":1}".getBytes(StandardCharsets.UTF_8))
                        .metadataAsBytes("{\"by\":\"me\"}".getBytes(StandardCharsets.UTF_8))
                        .build();
        byte[] binary = {0, 1, (byte) 0xff};
        append(
                "order-1",
                StreamState.noStream(),
                event,
                EventDataBuilder.binary("paid", binary).build());
        List<RecordedEvent> found = read("order-1", everything());
        RecordedEvent placed = found.getFirst();
        assertEquals(id, placed.getEventId());
        assertEquals("placed", placed.getEventType());
        assertEquals("application/json", placed.getContentType());
        assertEquals("{\"n\":1}", text(placed));
        assertEquals(
                "{\"by\":\"me\"}", new String(placed.getUserMetadata(), StandardCharsets.UTF_8));
        assertEquals("order-1", placed.getStreamId());
        assertEquals(0, placed.getRevision());
        assertTrue(
                Math.abs(placed.getCreated().toEpochMilli() - System.currentTimeMillis())
                        < TimeUnit.MINUTES.toMillis(5));
        RecordedEvent paid = found.get(1);
        assertEquals("application/octet-stream", paid.getContentType());
        assertEquals(List.of(0, 1, 255), unsigned(paid.getEventData()));
        assertEquals(1, paid.getRevision());
    }

    private static List<Integer> unsigned(byte[] bytes) {
        List<Integer> all = new ArrayList<>();
        for (byte each : bytes) {
            all.add(each & 0xff);
        }
        return all;
    }

    @Test
    void an_expected_revision_is_exact_and_a_repeated_append_changes_nothing() throws Exception {
        EventData first = event("a", "{}");
        EventData second = event("b", "{}");
        WriteResult written = append("exact", StreamState.noStream(), first, second);
        assertEquals(StreamState.streamRevision(1), written.getNextExpectedRevision());
        WrongExpectedVersionException wrong =
                assertInstanceOf(
                        WrongExpectedVersionException.class,
                        failure(
                                () ->
                                        append(
                                                "exact",
                                                StreamState.streamRevision(0),
                                                event("c", "{}"))));
        assertEquals(StreamState.streamRevision(1), wrong.getActualState());
        assertInstanceOf(
                WrongExpectedVersionException.class,
                failure(() -> append("none", StreamState.streamExists(), event("c", "{}"))));
        assertEquals(
                StreamState.streamRevision(1),
                append("exact", StreamState.noStream(), first, second).getNextExpectedRevision());
        assertEquals(
                StreamState.streamRevision(1),
                append("exact", StreamState.any(), first, second).getNextExpectedRevision());
        assertEquals(2, read("exact", everything()).size());
        assertEquals(
                StreamState.streamRevision(2),
                append("exact", StreamState.streamRevision(1), event("c", "{}"))
                        .getNextExpectedRevision());
    }

    @Test
    void streams_are_read_both_ways_from_anywhere_also_after_a_kill() throws Exception {
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            List<EventData> events = new ArrayList<>();
            for (int j = 0; j < 50; j++) {
                String json =
                        "{\"n\":" + written.size() + ",\"pad\":\"" + "x".repeat(9_000) + "\"}";
                written.add(json);
                events.add(event("t", json));
            }
            append("long", StreamState.any(), events.toArray(EventData[]::new));
            append("other-" + i % 3, StreamState.any(), event("t", "{}"));
        }
        assertEquals(written, texts("long"));
        restart();
        assertEquals(written, texts("long"));
        List<String> backwards =
                read("long", ReadStreamOptions.get().backwards().fromEnd().maxCount(3_000)).stream()
                        .map(KurrentClientTest::text)
                        .toList();
        List<String> reversed = new ArrayList<>(written);
        Collections.reverse(reversed);
        assertEquals(reversed, backwards);
        assertEquals(
                written.subList(700, 710),
                read("long", ReadStreamOptions.get().fromRevision(700).maxCount(10)).stream()
                        .map(KurrentClientTest::text)
                        .toList());
        List<ResolvedEvent> all =
                client.readAll(ReadAllOptions.get().fromStart().maxCount(10_000)).get().getEvents();
        assertEquals(2_040, all.size());
        assertEquals(
                written,
                all.stream()
                        .map(ResolvedEvent::getEvent)
                        .filter(event -> event.getStreamId().equals("long"))
                        .map(KurrentClientTest::text)
                        .toList());
        assertInstanceOf(
                StreamNotFoundException.class, failure(() -> read("nothing", everything())));
    }

    @Test
    void a_deleted_stream_begins_again_and_a_tombstoned_one_never() throws Exception {
        append("gone", StreamState.any(), event("a", "{\"n\":0}"), event("a", "{\"n\":1}"));
        client.deleteStream("gone", DeleteStreamOptions.get()).get();
        assertInstanceOf(StreamNotFoundException.class, failure(() -> read("gone", everything())));
        assertEquals(
                StreamState.streamRevision(2),
                append("gone", StreamState.noStream(), event("a", "{\"n\":2}"))
                        .getNextExpectedRevision());
        assertEquals(List.of("{\"n\":2}"), texts("gone"));
        client.tombstoneStream("gone", DeleteStreamOptions.get()).get();
        restart();
        assertTrue(
                failure(() -> append("gone", StreamState.any(), event("a", "{}")))
                        .toString()
                        .contains("eleted"));
        assertTrue(failure(() -> read("gone", everything())).toString().contains("is deleted"));
    }

    @Test
    void metadata_limits_what_is_seen() throws Exception {
        append("limited", StreamState.any(), event("a", "0"), event("a", "1"), event("a", "2"));
        StreamMetadata metadata = new StreamMetadata();
        metadata.setMaxCount(2L);
        client.setStreamMetadata("limited", metadata).get();
        assertEquals(List.of("1", "2"), texts("limited"));
        assertEquals(2L, client.getStreamMetadata("limited").get().getMaxCount());
        metadata.setMaxCount(null);
        metadata.setTruncateBefore(2L);
        client.setStreamMetadata("limited", metadata).get();
        restart();
        assertEquals(List.of("2"), texts("limited"));
    }

    @Test
    void links_lead_to_their_events() throws Exception {
        append("target", StreamState.any(), event("a", "{\"n\":0}"), event("a", "{\"n\":1}"));
        append(
                "links",
                StreamState.any(),
                EventDataBuilder.binary("$>", "1@target".getBytes(StandardCharsets.UTF_8)).build(),
                EventDataBuilder.binary("$>", "9@target".getBytes(StandardCharsets.UTF_8)).build());
        List<ResolvedEvent> found =
                client.readStream("links", everything().resolveLinkTos()).get().getEvents();
        assertEquals("{\"n\":1}", text(found.getFirst().getEvent()));
        assertEquals("links", found.getFirst().getLink().getStreamId());
        assertEquals(2, found.size());
    }

    // ---- Subscriptions

    private static final class Heard extends SubscriptionListener {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public void onEvent(Subscription subscription, ResolvedEvent event) {
            RecordedEvent recorded = event.getEvent();
            events.add(recorded.getStreamId() + "@" + recorded.getRevision());
        }

        @Override
        public void onCancelled(Subscription subscription, Throwable failure) {
            events.add("cancelled: " + failure);
        }

        List<String> next(int count) throws InterruptedException {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(String.valueOf(events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)));
            }
            return all;
        }
    }

    @Test
    void a_subscription_gets_what_was_and_what_comes() throws Exception {
        append("s", StreamState.any(), event("a", "{}"), event("a", "{}"));
        Heard heard = new Heard();
        Subscription running =
                client.subscribeToStream("s", heard, SubscribeToStreamOptions.get().fromStart())
                        .get();
        assertEquals(List.of("s@0", "s@1"), heard.next(2));
        append("s", StreamState.any(), event("a", "{}"));
        assertEquals(List.of("s@2"), heard.next(1));
        running.stop();
        Heard later = new Heard();
        client.subscribeToStream("s", later, SubscribeToStreamOptions.get().fromRevision(1)).get();
        assertEquals(List.of("s@2"), later.next(1));
        Heard unborn = new Heard();
        client.subscribeToStream("not-yet", unborn, SubscribeToStreamOptions.get().fromStart())
                .get();
        append("not-yet", StreamState.any(), event("a", "{}"));
        assertEquals(List.of("not-yet@0"), unborn.next(1));
    }

    @Test
    void a_filtered_subscription_gets_what_it_wants_of_all() throws Exception {
        append("order-1", StreamState.any(), event("placed", "{}"), event("paid", "{}"));
        append("user-1", StreamState.any(), event("placed", "{}"));
        Heard byStream = new Heard();
        Heard byType = new Heard();
        client.subscribeToAll(
                        byStream,
                        SubscribeToAllOptions.get()
                                .fromStart()
                                .filter(
                                        SubscriptionFilter.newBuilder()
                                                .addStreamNamePrefix("order-")
                                                .build()))
                .get();
        client.subscribeToAll(
                        byType,
                        SubscribeToAllOptions.get()
                                .fromStart()
                                .filter(
                                        SubscriptionFilter.newBuilder()
                                                .withEventTypeRegularExpression("^pla.ed$")
                                                .build()))
                .get();
        assertEquals(List.of("order-1@0", "order-1@1"), byStream.next(2));
        assertEquals(List.of("order-1@0", "user-1@0"), byType.next(2));
        append("order-2", StreamState.any(), event("placed", "{}"));
        assertEquals(List.of("order-2@0"), byStream.next(1));
        assertEquals(List.of("order-2@0"), byType.next(1));
    }

    @Test
    void a_slow_reader_holds_nobody_up_and_misses_nothing() throws Exception {
        int count = 3_000;
        BlockingQueue<Long> revisions = new LinkedBlockingQueue<>();
        client.subscribeToStream(
                        "busy",
                        new SubscriptionListener() {
                            @Override
                            public void onEvent(Subscription subscription, ResolvedEvent event) {
                                revisions.add(event.getEvent().getRevision());
                                if (event.getEvent().getRevision() % 500 == 0) {
                                    pause();
                                }
                            }
                        },
                        SubscribeToStreamOptions.get().fromStart())
                .get();
        for (int i = 0; i < count / 100; i++) {
            EventData[] events = new EventData[100];
            for (int j = 0; j < events.length; j++) {
                events[j] = event("t", "{\"pad\":\"" + "x".repeat(2_000) + "\"}");
            }
            append("busy", StreamState.any(), events);
        }
        for (long expected = 0; expected < count; expected++) {
            assertEquals(expected, revisions.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void an_event_of_sixteen_mebibytes_is_refused_and_the_connection_serves_on() throws Exception {
        EventData huge = EventDataBuilder.binary("huge", new byte[16 << 20]).build();
        assertTrue(
                failure(() -> append("big", StreamState.any(), huge))
                        .toString()
                        .contains("Maximum Append Size"));
        EventData large = EventDataBuilder.binary("large", new byte[3 << 20]).build();
        append("big", StreamState.any(), large);
        assertEquals(3 << 20, read("big", everything()).getFirst().getEventData().length);
    }

    @Test
    void a_client_that_wants_tls_gets_it() throws Exception {
        Certificates certificates = new Certificates(scratch, "nobody");
        List<String> options = new ArrayList<>(List.of("--only", "events"));
        for (String setting : certificates.serverSettings()) {
            options.addAll(List.of("--set", setting));
        }
        options.addAll(List.of("--set", "events.grpc.tls=true"));
        Path other = Files.createDirectory(scratch.resolve("data"));
        try (Product secured = Product.up(other, options.toArray(String[]::new))) {
            KurrentDBClient trusting =
                    KurrentDBClient.create(
                            KurrentDBConnectionString.parseOrThrow(
                                    "kurrentdb://127.0.0.1:"
                                            + secured.port("events.grpc.port")
                                            + "?tls=true&tlsCaFile="
                                            + certificates.serverCertificate()));
            WriteResult written =
                    trusting.appendToStream("s", AppendToStreamOptions.get(), event("a", "{}"))
                            .get();
            assertEquals(StreamState.streamRevision(0), written.getNextExpectedRevision());
            trusting.shutdown().get();
        }
    }
}
