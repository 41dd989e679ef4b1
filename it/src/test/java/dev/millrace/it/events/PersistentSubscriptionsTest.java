package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.CreatePersistentSubscriptionToAllOptions;
import io.kurrent.dbclient.CreatePersistentSubscriptionToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBClientSettings;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.KurrentDBPersistentSubscriptionsClient;
import io.kurrent.dbclient.NackAction;
import io.kurrent.dbclient.NamedConsumerStrategy;
import io.kurrent.dbclient.PersistentSubscription;
import io.kurrent.dbclient.PersistentSubscriptionInfo;
import io.kurrent.dbclient.PersistentSubscriptionListener;
import io.kurrent.dbclient.PersistentSubscriptionToStreamInfo;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.ReplayParkedMessagesOptions;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.SubscribePersistentSubscriptionOptions;
import io.kurrent.dbclient.SubscriptionFilter;
import io.kurrent.dbclient.UpdatePersistentSubscriptionToStreamOptions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Persistent subscriptions, as KurrentDB's own Java client uses them. */
class PersistentSubscriptionsTest {
    private static final int PATIENCE_SECONDS = 30;

    @TempDir Path data;
    private Product product;
    private KurrentDBClient streams;
    private KurrentDBPersistentSubscriptionsClient client;

    /** Which are stopped in the end, for the client waits for them. */
    private final List<PersistentSubscription> running = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        product = Product.up(data, "--only", "events");
        KurrentDBClientSettings settings =
                KurrentDBConnectionString.parseOrThrow(
                        "kurrentdb://127.0.0.1:" + product.port("events.grpc.port") + "?tls=false");
        streams = KurrentDBClient.create(settings);
        client = KurrentDBPersistentSubscriptionsClient.create(settings);
    }

    @AfterEach
    void stop() throws Exception {
        running.forEach(PersistentSubscription::stop);
        running.clear();
        client.shutdown().get();
        streams.shutdown().get();
        product.close();
    }

    private void killAndStart() throws Exception {
        product.kill();
        stop();
        start();
    }

    private void append(String stream, int count) throws Exception {
        List<EventData> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(EventDataBuilder.json("t", "{}".getBytes(StandardCharsets.UTF_8)).build());
        }
        streams.appendToStream(
                        stream,
                        AppendToStreamOptions.get().streamState(StreamState.any()),
                        events.iterator())
                .get();
    }

    private static CreatePersistentSubscriptionToStreamOptions fromStart() {
        return CreatePersistentSubscriptionToStreamOptions.get().fromStart();
    }

    private static SubscribePersistentSubscriptionOptions buffer(int size) {
        return SubscribePersistentSubscriptionOptions.get().bufferSize(size);
    }

    private interface ThrowingCall {
        void run() throws Exception;
    }

    private static StatusRuntimeException failure(ThrowingCall call) {
        Throwable cause =
                Objects.requireNonNull(
                        assertThrows(ExecutionException.class, call::run).getCause());
        return assertInstanceOf(StatusRuntimeException.class, cause);
    }

    // ---- Consumers

    /** What came, as STREAM@REVISION:RETRIES; what is done with it is the test's to say. */
    private static final class Consumer extends PersistentSubscriptionListener {
        private final BlockingQueue<String> came = new LinkedBlockingQueue<>();
        private final BlockingQueue<ResolvedEvent> events = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

        @Override
        public void onEvent(PersistentSubscription subscription, int retries, ResolvedEvent event) {
            RecordedEvent original = event.getOriginalEvent();
            events.add(event);
            came.add(original.getStreamId() + "@" + original.getRevision() + ":" + retries);
        }

        @Override
        public void onCancelled(PersistentSubscription subscription, Throwable failure) {
            ended.add(String.valueOf(failure));
        }

        List<String> next(int count) throws InterruptedException {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(String.valueOf(came.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)));
            }
            return all;
        }

        ResolvedEvent event() throws InterruptedException {
            return Objects.requireNonNull(events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }

        ResolvedEvent[] events(int count) throws InterruptedException {
            ResolvedEvent[] all = new ResolvedEvent[count];
            for (int i = 0; i < count; i++) {
                all[i] = event();
            }
            return all;
        }
    }

    private static List<String> names(String stream, int from, int to, int retries) {
        List<String> all = new ArrayList<>();
        for (int i = from; i < to; i++) {
            all.add(stream + "@" + i + ":" + retries);
        }
        return all;
    }

    private PersistentSubscription subscribe(String stream, Consumer consumer, int size)
            throws Exception {
        PersistentSubscription made =
                client.subscribeToStream(stream, "g", buffer(size), consumer).get();
        running.add(made);
        return made;
    }

    private PersistentSubscriptionToStreamInfo info(String stream) throws Exception {
        return client.getInfoToStream(stream, "g").get().orElseThrow();
    }

    /** Waits until the node has seen to it. */
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, "not within " + PATIENCE_SECONDS + " s");
            Thread.sleep(20);
        }
    }

    @Test
    void a_consumer_has_at_most_what_it_has_room_for() throws Exception {
        append("s", 10);
        client.createToStream("s", "g", fromStart()).get();
        Consumer consumer = new Consumer();
        PersistentSubscription running = subscribe("s", consumer, 4);
        assertEquals("s::g", running.getSubscriptionId());
        assertEquals(names("s", 0, 4, 0), consumer.next(4));
        assertEquals(4, info("s").getStats().getTotalInFlightMessages());
        running.ack(consumer.event(), consumer.event());
        assertEquals(names("s", 4, 6, 0), consumer.next(2));
        running.stop();
        Consumer other = new Consumer();
        PersistentSubscription next = subscribe("s", other, 10);
        assertEquals(names("s", 2, 6, 1), other.next(4));
        assertEquals(names("s", 6, 10, 0), other.next(4));
        next.ack(other.events(8));
        append("s", 1);
        assertEquals(names("s", 10, 11, 0), other.next(1));
    }

    @Test
    void what_is_not_acknowledged_in_time_comes_again_and_is_parked_in_the_end() throws Exception {
        append("s", 2);
        client.createToStream("s", "g", fromStart().messageTimeoutInMs(200).maxRetryCount(1)).get();
        Consumer consumer = new Consumer();
        PersistentSubscription running = subscribe("s", consumer, 10);
        assertEquals(names("s", 0, 2, 0), consumer.next(2));
        running.ack(consumer.event());
        assertEquals(names("s", 1, 2, 1), consumer.next(1));
        await(() -> info("s").getStats().getParkedMessageCount() == 1);
        RecordedEvent link =
                streams.readStream(
                                "$persistentsubscription-s::g-parked",
                                ReadStreamOptions.get().fromStart())
                        .get()
                        .getEvents()
                        .getFirst()
                        .getEvent();
        assertEquals("$>", link.getEventType());
        assertEquals("1@s", new String(link.getEventData(), StandardCharsets.UTF_8));
        assertTrue(
                new String(link.getUserMetadata(), StandardCharsets.UTF_8)
                        .contains("Reached retry count of 1"));
    }

    @Test
    void refused_messages_are_retried_parked_or_skipped_and_parked_ones_replayed()
            throws Exception {
        append("s", 4);
        client.createToStream("s", "g", fromStart()).get();
        Consumer consumer = new Consumer();
        PersistentSubscription running = subscribe("s", consumer, 10);
        assertEquals(names("s", 0, 4, 0), consumer.next(4));
        running.nack(NackAction.Park, "no use", consumer.event());
        running.nack(NackAction.Park, "no use", consumer.event());
        running.nack(NackAction.Skip, "whatever", consumer.event());
        running.nack(NackAction.Retry, "later", consumer.event());
        assertEquals(names("s", 3, 4, 1), consumer.next(1));
        running.ack(consumer.event());
        await(() -> info("s").getStats().getParkedMessageCount() == 2);
        client.replayParkedMessagesToStream("s", "g", ReplayParkedMessagesOptions.get().stopAt(1))
                .get();
        String parked = "$persistentsubscription-s::g-parked";
        assertEquals(names(parked, 0, 1, 0), consumer.next(1));
        ResolvedEvent replayed = consumer.event();
        assertEquals(0, replayed.getEvent().getRevision());
        assertEquals("s", replayed.getEvent().getStreamId());
        running.ack(replayed);
        assertEquals(1, info("s").getStats().getParkedMessageCount());
        killAndStart();
        assertEquals(1, info("s").getStats().getParkedMessageCount());
        client.replayParkedMessagesToStream("s", "g").get();
        Consumer again = new Consumer();
        PersistentSubscription later = subscribe("s", again, 10);
        // Too little was done for a checkpoint: all of it comes again.
        List<String> came = again.next(5);
        assertTrue(came.containsAll(names("s", 0, 4, 0)), came::toString);
        assertTrue(came.contains(parked + "@1:0"), came::toString);
        later.ack(again.events(5));
        await(() -> info("s").getStats().getParkedMessageCount() == 0);
    }

    @Test
    void several_consumers_share_messages_as_the_strategy_says() throws Exception {
        for (int i = 0; i < 8; i++) {
            append("order-" + i, 5);
        }
        for (NamedConsumerStrategy strategy :
                List.of(
                        NamedConsumerStrategy.ROUND_ROBIN,
                        NamedConsumerStrategy.DISPATCH_TO_SINGLE,
                        NamedConsumerStrategy.PINNED,
                        NamedConsumerStrategy.PINNED_BY_CORRELATION)) {
            client.createToAll(
                            strategy.toString(),
                            CreatePersistentSubscriptionToAllOptions.get()
                                    .fromStart()
                                    .namedConsumerStrategy(strategy)
                                    .filter(
                                            SubscriptionFilter.newBuilder()
                                                    .addStreamNamePrefix("order-")
                                                    .build()))
                    .get();
            Set<String> all = new HashSet<>();
            List<Consumer> consumers = List.of(new Consumer(), new Consumer());
            for (Consumer consumer : consumers) {
                running.add(
                        client.subscribeToAll(strategy.toString(), buffer(100), consumer).get());
            }
            await(() -> consumers.stream().mapToInt(each -> each.came.size()).sum() == 40);
            consumers.forEach(consumer -> all.addAll(consumer.came));
            assertEquals(40, all.size());
        }
    }

    @Test
    void groups_are_created_listed_updated_and_deleted() throws Exception {
        client.createToStream(
                        "s",
                        "g",
                        CreatePersistentSubscriptionToStreamOptions.get()
                                .startFrom(3)
                                .maxSubscriberCount(1)
                                .enableExtraStatistics())
                .get();
        client.createToAll("g", CreatePersistentSubscriptionToAllOptions.get().fromStart()).get();
        client.createToStream("other", "g").get();
        assertEquals(
                List.of("$all", "other", "s"),
                client.listAll().get().stream()
                        .map(PersistentSubscriptionInfo::getEventSource)
                        .toList());
        assertEquals(1, client.listToAll().get().size());
        assertEquals(
                Status.Code.NOT_FOUND,
                failure(() -> client.listToStream("none").get()).getStatus().getCode());
        assertEquals(3, info("s").getSettings().getStartFrom().getPositionOrThrow());
        assertEquals(
                "Subscription group g on stream s exists.",
                failure(() -> client.createToStream("s", "g").get()).getStatus().getDescription());
        Consumer consumer = new Consumer();
        subscribe("s", consumer, 10);
        assertEquals(
                "Maximum subscriptions reached for subscription group g on stream s.",
                failure(() -> subscribe("s", new Consumer(), 10)).getStatus().getDescription());
        client.updateToStream(
                        "s",
                        "g",
                        UpdatePersistentSubscriptionToStreamOptions.get()
                                .startFrom(5)
                                .maxRetryCount(77))
                .get();
        assertTrue(
                String.valueOf(consumer.ended.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .contains("was dropped"));
        killAndStart();
        assertEquals(77, info("s").getSettings().getMaxRetryCount());
        Consumer last = new Consumer();
        subscribe("s", last, 10);
        append("s", 7);
        assertEquals(names("s", 5, 7, 0), last.next(2));
        client.deleteToStream("s", "g").get();
        assertTrue(
                String.valueOf(last.ended.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .contains("was dropped"));
        assertEquals(
                Status.Code.NOT_FOUND,
                failure(() -> client.deleteToStream("s", "g").get()).getStatus().getCode());
        assertEquals(
                "Subscription group g on stream s does not exist.",
                failure(() -> subscribe("s", new Consumer(), 10)).getStatus().getDescription());
        assertTrue(client.getInfoToStream("s", "g").get().isEmpty());
    }

    @Test
    void bad_settings_are_refused_in_kurrentdbs_words() throws Exception {
        StatusRuntimeException failure =
                failure(
                        () ->
                                client.createToStream(
                                                "s",
                                                "g",
                                                CreatePersistentSubscriptionToStreamOptions.get()
                                                        .readBatchSize(20)
                                                        .historyBufferSize(20))
                                        .get());
        assertTrue(
                String.valueOf(failure.getStatus().getDescription())
                        .contains(
                                "'ReadBatchSize may not be greater than or equal to BufferSize'"));
        assertTrue(
                failure(
                                () ->
                                        client.createToAll(
                                                        "g",
                                                        CreatePersistentSubscriptionToAllOptions
                                                                .get()
                                                                .startFrom(1 << 20, 1 << 20))
                                                .get())
                        .toString()
                        .contains("commit position must be less than or equal to the last"));
        assertTrue(
                failure(() -> client.createToStream("", "g").get())
                        .toString()
                        .contains("Bad stream name."));
    }

    @Test
    void links_lead_to_their_events() throws Exception {
        append("s", 2);
        streams.appendToStream(
                        "links",
                        AppendToStreamOptions.get(),
                        EventDataBuilder.binary("$>", "1@s".getBytes(StandardCharsets.UTF_8))
                                .build(),
                        EventDataBuilder.binary("$>", "9@s".getBytes(StandardCharsets.UTF_8))
                                .build())
                .get();
        client.createToStream("links", "g", fromStart().resolveLinkTos()).get();
        Consumer consumer = new Consumer();
        PersistentSubscription running = subscribe("links", consumer, 10);
        assertEquals(names("links", 0, 2, 0), consumer.next(2));
        ResolvedEvent first = consumer.event();
        assertEquals("s", first.getEvent().getStreamId());
        running.nack(NackAction.Retry, "", first);
        assertEquals(names("links", 0, 1, 1), consumer.next(1));
    }

    @Test
    void a_restart_of_the_subsystem_sends_consumers_away_to_come_again() throws Exception {
        append("s", 1);
        client.createToStream("s", "g", fromStart()).get();
        Consumer consumer = new Consumer();
        subscribe("s", consumer, 10);
        assertEquals(names("s", 0, 1, 0), consumer.next(1));
        client.restartSubsystem().get();
        assertTrue(
                String.valueOf(consumer.ended.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .contains("was dropped"));
        Consumer again = new Consumer();
        subscribe("s", again, 10);
        assertEquals(names("s", 0, 1, 0), again.next(1));
    }

    /** A consumer that reads nothing holds up itself, and the node no memory. */
    @Test
    void a_consumer_that_does_not_take_what_it_is_sent_holds_nobody_up() throws Exception {
        int count = 3_000;
        byte[] large = new byte[20_000];
        for (int i = 0; i < count / 100; i++) {
            List<EventData> events = new ArrayList<>();
            for (int j = 0; j < 100; j++) {
                events.add(EventDataBuilder.binary("large", large).build());
            }
            streams.appendToStream("s", AppendToStreamOptions.get(), events.iterator()).get();
        }
        client.createToStream("s", "g", fromStart()).get();
        CountDownLatch released = new CountDownLatch(1);
        PersistentSubscription stuck =
                client.subscribeToStream(
                                "s",
                                "g",
                                buffer(1_000_000),
                                new PersistentSubscriptionListener() {
                                    @Override
                                    public void onEvent(
                                            PersistentSubscription subscription,
                                            int retries,
                                            ResolvedEvent event) {
                                        await(released);
                                    }
                                })
                        .get();
        Set<String> seen = new HashSet<>();
        Consumer consumer = new Consumer();
        PersistentSubscription running = subscribe("s", consumer, 100);
        while (seen.size() < count / 2) {
            seen.addAll(consumer.next(1));
            running.ack(consumer.event());
        }
        stuck.stop();
        released.countDown();
        while (revisions(seen).size() < count) {
            seen.addAll(consumer.next(1));
            running.ack(consumer.event());
        }
    }

    private static Set<String> revisions(Set<String> names) {
        Set<String> all = new HashSet<>();
        names.forEach(name -> all.add(name.substring(0, name.indexOf(':'))));
        return all;
    }

    private static void await(CountDownLatch released) {
        try {
            assertTrue(released.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
