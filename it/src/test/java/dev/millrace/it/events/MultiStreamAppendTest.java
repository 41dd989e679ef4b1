package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;

import io.kurrent.dbclient.AppendStreamRequest;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.MultiStreamAppendResponse;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.StreamTombstonedException;
import io.kurrent.dbclient.TransactionMaxSizeExceededException;
import io.kurrent.dbclient.WrongExpectedVersionException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Appends to several streams in one transaction, by KurrentDB's Java client. */
class MultiStreamAppendTest {
    @TempDir Path data;
    private Product product;
    private KurrentDBClient client;

    @BeforeEach
    void start() throws Exception {
        product = Product.up(data, "--only", "events");
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

    private static EventData event(String type, int bytes) {
        return EventDataBuilder.binary(type, new byte[bytes]).build();
    }

    private static AppendStreamRequest to(
            String stream, StreamState expected, EventData... events) {
        return new AppendStreamRequest(stream, List.of(events).iterator(), expected);
    }

    private MultiStreamAppendResponse append(AppendStreamRequest... requests) throws Exception {
        return client.multiStreamAppend(List.of(requests).iterator()).get();
    }

    private static Throwable failure(ThrowingCall call) {
        return Objects.requireNonNull(assertThrows(ExecutionException.class, call::run).getCause());
    }

    private interface ThrowingCall {
        void run() throws Exception;
    }

    private List<RecordedEvent> read(String stream) throws Exception {
        return client
                .readStream(stream, ReadStreamOptions.get().fromStart().maxCount(1_000_000))
                .get()
                .getEvents()
                .stream()
                .map(ResolvedEvent::getEvent)
                .toList();
    }

    private void expectNothing(String stream) {
        assertInstanceOf(StreamNotFoundException.class, failure(() -> read(stream)));
    }

    @Test
    void events_of_several_streams_are_appended_with_what_belongs_to_them() throws Exception {
        EventData described =
                EventDataBuilder.json("placed", "{\"n\":1}".getBytes(StandardCharsets.UTF_8))
                        .metadataAsBytes("{\"by\":\"me\"}".getBytes(StandardCharsets.UTF_8))
                        .build();
        MultiStreamAppendResponse answer =
                append(
                        to("order-1", StreamState.noStream(), described, event("paid", 3)),
                        to("stock-7", StreamState.any(), event("taken", 0)));
        assertEquals(2, answer.getResults().size());
        List<RecordedEvent> order = read("order-1");
        assertEquals("placed", order.getFirst().getEventType());
        assertEquals(described.getEventId(), order.getFirst().getEventId());
        assertEquals("application/json", order.getFirst().getContentType());
        assertEquals(
                "{\"by\":\"me\",\"$schema.name\":\"placed\",\"$schema.format\":\"Json\"}",
                new String(order.getFirst().getUserMetadata(), StandardCharsets.UTF_8));
        assertEquals(3, order.get(1).getEventData().length);
        RecordedEvent last = read("stock-7").getFirst();
        assertEquals(last.getPosition().getCommitUnsigned(), answer.getPosition());
    }

    @Test
    void one_wrong_expectation_and_nothing_is_appended() throws Exception {
        append(to("there", StreamState.noStream(), event("a", 1)));
        Throwable wrong =
                failure(
                        () ->
                                append(
                                        to("new", StreamState.noStream(), event("a", 1)),
                                        to("there", StreamState.streamRevision(4), event("a", 1))));
        WrongExpectedVersionException conflict =
                assertInstanceOf(WrongExpectedVersionException.class, wrong);
        assertEquals("there", conflict.getStreamName());
        assertEquals(StreamState.streamRevision(0), conflict.getActualState());
        expectNothing("new");
        client.tombstoneStream("there").get();
        assertInstanceOf(
                StreamTombstonedException.class,
                failure(
                        () ->
                                append(
                                        to("new", StreamState.any(), event("a", 1)),
                                        to("there", StreamState.any(), event("a", 1)))));
        expectNothing("new");
    }

    @Test
    void a_transaction_that_is_too_large_is_refused_whole() {
        EventData[] many = new EventData[6];
        for (int i = 0; i < many.length; i++) {
            many[i] = event("large", 3 << 20);
        }
        AppendStreamRequest[] requests = new AppendStreamRequest[many.length];
        for (int i = 0; i < many.length; i++) {
            requests[i] = to("s-" + i, StreamState.any(), many[i]);
        }
        assertInstanceOf(
                TransactionMaxSizeExceededException.class, failure(() -> append(requests)));
        expectNothing("s-0");
    }

    @Test
    void a_stream_may_be_in_a_transaction_once_and_a_transaction_must_have_one() {
        assertTrue(
                failure(
                                () ->
                                        append(
                                                to("s", StreamState.any(), event("a", 1)),
                                                to("s", StreamState.any(), event("a", 1))))
                        .toString()
                        .contains("ABORTED"));
        assertTrue(failure(() -> append()).toString().contains("FAILED_PRECONDITION"));
        expectNothing("s");
    }

    @Test
    void a_repeated_transaction_changes_nothing() throws Exception {
        EventData one = event("a", 1);
        EventData two = event("a", 2);
        for (int i = 0; i < 2; i++) {
            MultiStreamAppendResponse answer =
                    append(
                            to("one", StreamState.noStream(), one),
                            to("two", StreamState.any(), two));
            assertEquals(2, answer.getResults().size());
        }
        assertEquals(1, read("one").size());
        assertEquals(1, read("two").size());
        assertInstanceOf(
                WrongExpectedVersionException.class,
                failure(
                        () ->
                                append(
                                        to("one", StreamState.noStream(), one),
                                        to("three", StreamState.noStream(), event("a", 3)))));
        expectNothing("three");
    }

    @Test
    void after_a_kill_each_transaction_is_there_whole_or_not_at_all() throws Exception {
        AtomicInteger acknowledged = new AtomicInteger();
        Thread writer =
                Thread.startVirtualThread(
                        () -> {
                            try {
                                while (true) {
                                    append(
                                            to("left", StreamState.any(), event("a", 100)),
                                            to("right", StreamState.any(), event("a", 5_000)));
                                    acknowledged.incrementAndGet();
                                }
                            } catch (Exception killed) {
                                return;
                            }
                        });
        while (acknowledged.get() < 200) {
            Thread.onSpinWait();
        }
        product.kill();
        writer.join();
        client.shutdown().get();
        product.close();
        start();
        int left = read("left").size();
        assertEquals(left, read("right").size());
        assertTrue(left >= acknowledged.get(), () -> left + " of " + acknowledged);
    }
}
