package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;

import dev.millrace.it.Product;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.kurrent.dbclient.proto.persistentsubscriptions.Persistent;
import io.kurrent.dbclient.proto.shared.Shared;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What no client of persistent subscriptions would send, and in no such order. */
class PersistentSubscriptionsBadInputTest {
    private static final int PATIENCE_SECONDS = 30;
    private static final String SERVICE =
            "event_store.client.persistent_subscriptions.PersistentSubscriptions/";
    private static final List<String> METHODS =
            List.of(
                    "Create",
                    "Update",
                    "Delete",
                    "Read",
                    "GetInfo",
                    "List",
                    "ReplayParked",
                    "RestartSubsystem");

    @TempDir Path data;
    private Product product;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        product = Product.up(data, "--only", "events");
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", product.port("events.grpc.port"))
                        .usePlaintext()
                        .build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow();
        product.close();
    }

    /** Messages as the bytes that they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    /** One call: what it is answered, and how it ended. */
    private static final class Called extends ClientCall.Listener<byte[]> {
        private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        private final BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
        private final ClientCall<byte[], byte[]> call;

        Called(ManagedChannel channel, String method) {
            MethodDescriptor<byte[], byte[]> described =
                    MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                            .setFullMethodName(SERVICE + method)
                            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                            .build();
            call = channel.newCall(described, CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.request(1_000);
        }

        Called send(Message message) {
            return send(message.toByteArray());
        }

        Called send(byte[] bytes) {
            call.sendMessage(bytes);
            return this;
        }

        Called halfClose() {
            call.halfClose();
            return this;
        }

        @Override
        public void onMessage(byte[] message) {
            messages.add(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            ended.add(status);
        }

        Status end() throws InterruptedException {
            Status status = ended.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(status, "it did not end");
            return status;
        }

        Persistent.ReadResp next() throws Exception {
            byte[] message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(message, "nothing came");
            return Persistent.ReadResp.parseFrom(message);
        }
    }

    private Called call(String method) {
        return new Called(channel, method);
    }

    private void assertInvalid(String expected, Called called) throws InterruptedException {
        Status status = called.end();
        assertEquals(Status.Code.INVALID_ARGUMENT, status.getCode(), status::toString);
        assertTrue(String.valueOf(status.getDescription()).contains(expected), status::toString);
    }

    private static Shared.StreamIdentifier stream() {
        return Shared.StreamIdentifier.newBuilder()
                .setStreamName(ByteString.copyFromUtf8("s"))
                .build();
    }

    private static Persistent.ReadReq.Builder options(String group, int slots) {
        return Persistent.ReadReq.newBuilder()
                .setOptions(
                        Persistent.ReadReq.Options.newBuilder()
                                .setStreamIdentifier(stream())
                                .setGroupName(group)
                                .setBufferSize(slots));
    }

    private void create() throws InterruptedException {
        Called called =
                call("Create")
                        .send(
                                Persistent.CreateReq.newBuilder()
                                        .setOptions(
                                                Persistent.CreateReq.Options.newBuilder()
                                                        .setGroupName("g")
                                                        .setStream(
                                                                Persistent.CreateReq.StreamOptions
                                                                        .newBuilder()
                                                                        .setStreamIdentifier(
                                                                                stream())
                                                                        .setStart(
                                                                                Shared.Empty
                                                                                        .getDefaultInstance()))
                                                        .setSettings(
                                                                Persistent.CreateReq.Settings
                                                                        .newBuilder()
                                                                        .setHistoryBufferSize(30)
                                                                        .setMessageTimeoutMs(
                                                                                60_000)))
                                        .build())
                        .halfClose();
        assertEquals(Status.Code.OK, called.end().getCode());
    }

    @Test
    void a_consumer_that_says_nothing_or_the_wrong_thing_is_told_so() throws Exception {
        create();
        assertEquals(Status.Code.OK, call("Read").halfClose().end().getCode());
        Persistent.ReadReq acknowledgement =
                Persistent.ReadReq.newBuilder()
                        .setAck(Persistent.ReadReq.Ack.getDefaultInstance())
                        .build();
        assertInvalid("before the options", call("Read").send(acknowledgement));
        assertInvalid("buffer_size: 0", call("Read").send(options("g", 0).build()));
        assertInvalid(
                "a second time",
                call("Read").send(options("g", 1).build()).send(options("g", 1).build()));
        assertInvalid(
                "neither a stream nor $all",
                call("Read")
                        .send(
                                Persistent.ReadReq.newBuilder()
                                        .setOptions(
                                                Persistent.ReadReq.Options.newBuilder()
                                                        .setBufferSize(1))
                                        .build()));
        assertInvalid(
                "action: 9",
                call("Read")
                        .send(options("g", 1).build())
                        .send(
                                Persistent.ReadReq.newBuilder()
                                        .setNack(
                                                Persistent.ReadReq.Nack.newBuilder()
                                                        .setActionValue(9))
                                        .build()));
        assertEquals(
                Status.Code.NOT_FOUND,
                call("Read").send(options("none", 1).build()).end().getCode());
    }

    @Test
    void acknowledgements_of_what_nobody_has_change_nothing() throws Exception {
        create();
        Called consumer = call("Read").send(options("g", 1).build());
        assertEquals("s::g", consumer.next().getSubscriptionConfirmation().getSubscriptionId());
        for (Persistent.ReadReq.Nack.Action action :
                List.of(
                        Persistent.ReadReq.Nack.Action.Park,
                        Persistent.ReadReq.Nack.Action.Retry,
                        Persistent.ReadReq.Nack.Action.Stop)) {
            consumer.send(
                    Persistent.ReadReq.newBuilder()
                            .setNack(
                                    Persistent.ReadReq.Nack.newBuilder()
                                            .setAction(action)
                                            .addIds(
                                                    Shared.UUID
                                                            .newBuilder()
                                                            .setString(
                                                                    "00000000-0000-0000-0000-000000000007")))
                            .build());
        }
        assertEquals(0, info().getParkedMessageCount());
        assertEquals(1, info().getConnectionsCount());
        consumer.call.cancel("done", null);
        while (info().getConnectionsCount() > 0) {
            Thread.sleep(10);
        }
    }

    private Persistent.SubscriptionInfo info() throws Exception {
        Called called =
                call("GetInfo")
                        .send(
                                Persistent.GetInfoReq.newBuilder()
                                        .setOptions(
                                                Persistent.GetInfoReq.Options.newBuilder()
                                                        .setStreamIdentifier(stream())
                                                        .setGroupName("g"))
                                        .build())
                        .halfClose();
        assertEquals(Status.Code.OK, called.end().getCode());
        return Persistent.GetInfoResp.parseFrom(called.messages.remove()).getSubscriptionInfo();
    }

    @Test
    void a_call_without_a_request_is_refused() throws Exception {
        for (String method : METHODS) {
            if (!method.equals("Read")) {
                assertInvalid("a call without a request", call(method).halfClose());
            }
        }
        assertInvalid("without settings", call("Create").send(new byte[0]).halfClose());
        assertInvalid("without settings", call("Update").send(new byte[0]).halfClose());
        assertInvalid("without options", call("List").send(new byte[0]).halfClose());
        Called negative =
                call("ReplayParked")
                        .send(
                                Persistent.ReplayParkedReq.newBuilder()
                                        .setOptions(
                                                Persistent.ReplayParkedReq.Options.newBuilder()
                                                        .setStreamIdentifier(stream())
                                                        .setGroupName("g")
                                                        .setStopAt(-1))
                                        .build())
                        .halfClose();
        assertTrue(
                negative.end()
                        .toString()
                        .contains("Cannot stop replaying parked message at a negative version."));
    }

    @Test
    void whatever_bytes_come_every_call_ends_and_the_node_serves_on() throws Exception {
        create();
        Random random = new Random(1);
        byte[] whole = options("g", 5).build().toByteArray();
        for (String method : METHODS) {
            for (int i = 0; i < 60; i++) {
                byte[] bytes = new byte[random.nextInt(60)];
                random.nextBytes(bytes);
                if (i % 2 == 0) {
                    bytes = Arrays.copyOf(whole, random.nextInt(whole.length));
                }
                Called called = call(method).send(bytes).halfClose();
                if (called.ended.poll(1, TimeUnit.SECONDS) == null) {
                    // A consumer that may still be sent something.
                    assertEquals("Read", method);
                    called.call.cancel("enough", null);
                    assertEquals(Status.Code.CANCELLED, called.end().getCode());
                }
            }
        }
        while (info().getConnectionsCount() > 0) {
            Thread.sleep(10);
        }
    }

    @Test
    void a_consumer_that_has_sent_all_it_will_is_still_sent_messages() throws Exception {
        create();
        Called consumer = call("Read").send(options("g", 10).build()).halfClose();
        assertTrue(consumer.next().hasSubscriptionConfirmation());
        assertEquals(1, info().getConnectionsCount());
        assertTrue(consumer.ended.isEmpty());
    }
}
