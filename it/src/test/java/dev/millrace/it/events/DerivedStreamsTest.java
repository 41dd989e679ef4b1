package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.it.Product;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamMetadata;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.SubscribeToStreamOptions;
import io.kurrent.dbclient.Subscription;
import io.kurrent.dbclient.SubscriptionListener;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** KurrentDB's system projections, as its Java client sees them. */
class DerivedStreamsTest {
    private static final int PATIENCE_SECONDS = 30;

    @TempDir Path data;
    private Product product;
    private KurrentDBClient client;

    @BeforeEach
    void start() throws Exception {
        start("true");
    }

    private void start(String projections) throws Exception {
        product =
                Product.up(data, "--only", "events", "--set", "events.projections=" + projections);
        client =
                KurrentDBClient.create(
                        KurrentDBConnectionString.parseOrThrow(
                                "kurrentdb://127.0.0.1:"
                                        + product.port("events.grpc.port")
                                        + "?tls=false"));
    }

    @AfterEach
    void stop() throws Exception {
        client.shutdown().get();
        product.close();
    }

    private void restart(String projections) throws Exception {
        client.shutdown().get();
        product.kill();
        product.close();
        start(projections);
    }

    private void append(String stream, String... types) throws Exception {
        for (String type : types) {
            byte[] json = ("{\"in\":\"" + stream + "\"}").getBytes(StandardCharsets.UTF_8);
            client.appendToStream(
                            stream,
                            AppendToStreamOptions.get().streamState(StreamState.any()),
                            List.<EventData>of(EventDataBuilder.json(type, json).build())
                                    .iterator())
                    .get();
        }
    }

    private List<ResolvedEvent> read(String stream, ReadStreamOptions options) throws Exception {
        return client.readStream(stream, options).get().getEvents();
    }

    private List<String> links(String stream) throws Exception {
        return read(stream, ReadStreamOptions.get().fromStart().maxCount(1_000)).stream()
                .map(event -> text(event))
                .toList();
    }

    private static String text(ResolvedEvent event) {
        return new String(event.getOriginalEvent().getEventData(), StandardCharsets.UTF_8);
    }

    private void appendSome() throws Exception {
        append("order-1", "placed", "paid");
        append("customer-7", "placed");
        append("order-1-copy", "paid");
        append("alone", "paid");
    }

    private void expectSome() throws Exception {
        assertEquals(List.of("0@order-1", "1@order-1", "0@order-1-copy"), links("$ce-order"));
        assertEquals(List.of("0@customer-7"), links("$ce-customer"));
        assertEquals(List.of("0@order-1", "0@customer-7"), links("$et-placed"));
        assertEquals(List.of("1@order-1", "0@order-1-copy", "0@alone"), links("$et-paid"));
        assertEquals(
                List.of("0@order-1", "0@customer-7", "0@order-1-copy", "0@alone"),
                links("$streams"));
        assertEquals(List.of("order-1", "order-1-copy"), links("$category-order"));
    }

    @Test
    void categories_types_and_streams_are_there_without_a_projection_that_runs() throws Exception {
        appendSome();
        expectSome();
        ResolvedEvent link =
                read("$ce-order", ReadStreamOptions.get().fromEnd().backwards().maxCount(1))
                        .getFirst();
        assertEquals("$ce-order", link.getOriginalEvent().getStreamId());
        assertEquals("$>", link.getOriginalEvent().getEventType());
        assertEquals(2, link.getOriginalEvent().getRevision());
        restart("true");
        expectSome();
    }

    @Test
    void links_are_resolved_and_what_is_gone_is_a_link_to_nothing() throws Exception {
        appendSome();
        client.deleteStream("order-1").get();
        List<ResolvedEvent> found =
                read(
                        "$ce-order",
                        ReadStreamOptions.get().fromStart().maxCount(10).resolveLinkTos());
        assertEquals(
                List.of("0@order-1", "1@order-1", "0@order-1-copy", "0@$$order-1"),
                found.stream()
                        .map(
                                each ->
                                        new String(
                                                each.getLink().getEventData(),
                                                StandardCharsets.UTF_8))
                        .toList());
        assertNull(found.get(0).getEvent());
        assertEquals("order-1-copy", found.get(2).getEvent().getStreamId());
        assertEquals(List.of("0@order-1"), links("$et-$deleted"));
    }

    @Test
    void a_subscription_to_a_category_gets_what_comes() throws Exception {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        client.subscribeToStream(
                        "$ce-order",
                        new SubscriptionListener() {
                            @Override
                            public void onEvent(Subscription subscription, ResolvedEvent event) {
                                got.add(
                                        event.getLink().getRevision()
                                                + ": "
                                                + event.getEvent().getRevision()
                                                + "@"
                                                + event.getEvent().getStreamId());
                            }
                        },
                        SubscribeToStreamOptions.get().fromStart().resolveLinkTos())
                .get();
        append("order-1", "placed", "paid");
        append("customer-7", "placed");
        append("order-2", "placed");
        for (String wanted : List.of("0: 0@order-1", "1: 1@order-1", "2: 0@order-2")) {
            assertEquals(wanted, got.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void nobody_appends_to_a_derived_stream_and_its_metadata_limits_it() throws Exception {
        appendSome();
        Throwable refused =
                assertThrows(ExecutionException.class, () -> append("$ce-order", "mine"))
                        .getCause();
        assertEquals(
                Status.Code.PERMISSION_DENIED,
                assertInstanceOf(StatusRuntimeException.class, refused).getStatus().getCode());
        StreamMetadata metadata = new StreamMetadata();
        metadata.setMaxCount(1L);
        client.setStreamMetadata("$ce-order", metadata).get();
        assertEquals(List.of("0@order-1-copy"), links("$ce-order"));
        restart("true");
        assertEquals(List.of("0@order-1-copy"), links("$ce-order"));
    }

    @Test
    void what_was_appended_without_them_is_in_them_when_they_are_turned_on() throws Exception {
        restart("false");
        appendSome();
        Throwable missing =
                assertThrows(ExecutionException.class, () -> links("$ce-order")).getCause();
        assertInstanceOf(StreamNotFoundException.class, missing);
        restart("true");
        expectSome();
    }
}
