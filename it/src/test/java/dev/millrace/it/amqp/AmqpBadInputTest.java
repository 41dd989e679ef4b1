package dev.millrace.it.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Each mistake gets the protocol's own error, and ends only what it must. */
class AmqpBadInputTest {
    private static final int CLOSE = 10_050;
    private static final int CHANNEL_CLOSE = 20_040;
    private static final List<AmqpNode> NODES = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        NODES.add(new AmqpNode());
    }

    @AfterAll
    static void end() throws IOException {
        NODES.getFirst().close();
    }

    @AfterEach
    void others_are_served() throws IOException {
        try (RawClient fine = opened()) {
            fine.publish("nowhere");
        }
    }

    private static RawClient opened() throws IOException {
        return RawClient.opened(NODES.getFirst().port());
    }

    private static RawClient stranger() throws IOException {
        return new RawClient(NODES.getFirst().port());
    }

    @Test
    void who_speaks_another_protocol_is_told_which_is_spoken() throws IOException {
        try (RawClient client = stranger()) {
            client.bytes("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertArrayEquals(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1}, client.read(8));
            assertTrue(client.ends());
        }
    }

    @Test
    void a_method_out_of_turn_is_a_channel_error() throws IOException {
        try (RawClient client = stranger()) {
            client.header();
            client.expect(10_010);
            client.startOk();
            client.expect(10_030);
            client.open();
            assertEquals(
                    "504 CHANNEL_ERROR - unexpected method in connection state tuning",
                    client.expect(CLOSE).closeText());
        }
    }

    @Test
    void a_channel_before_the_connection_is_open_is_an_unexpected_frame() throws IOException {
        try (RawClient client = stranger()) {
            client.header();
            client.expect(10_010);
            client.startOk();
            client.expect(10_030);
            client.channelOpen();
            assertTrue(client.expect(CLOSE).closeText().startsWith("505 UNEXPECTED_FRAME - "));
        }
    }

    @Test
    void a_frame_max_below_the_least_is_not_allowed() throws IOException {
        try (RawClient client = stranger()) {
            client.header();
            client.expect(10_010);
            client.startOk();
            client.expect(10_030);
            client.tuneOk(100);
            assertEquals(
                    "530 NOT_ALLOWED - negotiated frame_max = 100 is lower than the minimum allowed"
                            + " value (4096)",
                    client.expect(CLOSE).closeText());
        }
    }

    @Test
    void a_channel_that_was_not_opened_is_a_channel_error() throws IOException {
        try (RawClient client = opened()) {
            client.method(2, 60, 110, fields -> fields.writeByte(1));
            assertEquals(
                    "504 CHANNEL_ERROR - expected 'channel.open'",
                    client.expect(CLOSE).closeText());
            client.method(0, 10, 51, fields -> {});
            assertTrue(client.ends());
        }
    }

    @Test
    void an_oversized_frame_ends_the_connection_by_its_length() throws IOException {
        try (RawClient client = opened()) {
            client.bytes(new byte[] {3, 0, 1, 0x7f, 0, 0, 0});
            assertTrue(client.expect(CLOSE).closeText().startsWith("501 FRAME_ERROR - "));
        }
    }

    @Test
    void a_frame_without_its_end_ends_the_connection() throws IOException {
        try (RawClient client = opened()) {
            client.bytes(new byte[] {8, 0, 0, 0, 0, 0, 0, 0});
            assertEquals(
                    "501 FRAME_ERROR - type 8, all octets = <<>>: {invalid_frame_end_marker,0}",
                    client.expect(CLOSE).closeText());
        }
    }

    @Test
    void an_unknown_method_is_refused() throws IOException {
        try (RawClient client = opened()) {
            client.method(1, 60, 999, fields -> {});
            assertEquals(
                    "503 COMMAND_INVALID - unimplemented method 60.999",
                    client.expect(CLOSE).closeText());
        }
    }

    @Test
    void a_method_that_ends_early_cannot_be_decoded() throws IOException {
        try (RawClient client = opened()) {
            client.method(1, 60, 80, fields -> fields.writeByte(1));
            assertEquals("501 FRAME_ERROR - cannot decode <<1>>", client.expect(CLOSE).closeText());
        }
    }

    @Test
    void a_frame_of_an_unknown_type_ends_the_connection() throws IOException {
        try (RawClient client = opened()) {
            client.frame(7, 1, "abc".getBytes(StandardCharsets.US_ASCII));
            assertEquals(
                    "501 FRAME_ERROR - type 7, all octets = <<\"abc\">>: unknown_frame",
                    client.expect(CLOSE).closeText());
        }
        try (RawClient client = opened()) {
            client.frame(8, 0, new byte[] {0});
            assertEquals(
                    "501 FRAME_ERROR - type 8, all octets = <<0>>: unknown_frame",
                    client.expect(CLOSE).closeText());
        }
    }

    @Test
    void a_method_on_the_wrong_channel_ends_the_connection() throws IOException {
        try (RawClient client = opened()) {
            client.method(0, 60, 110, fields -> fields.writeByte(1));
            assertEquals(
                    "504 CHANNEL_ERROR - unexpected method in connection state running",
                    client.expect(CLOSE).closeText());
        }
        try (RawClient client = opened()) {
            client.method(1, 10, 51, fields -> {});
            assertEquals(
                    "503 COMMAND_INVALID - unimplemented method", client.expect(CLOSE).closeText());
        }
        try (RawClient client = opened()) {
            client.frame(3, 1, new byte[3]);
            assertEquals(
                    "505 UNEXPECTED_FRAME - expected method frame, got non method frame instead",
                    client.expect(CLOSE).closeText());
        }
    }

    @Test
    void a_soft_error_ends_its_channel_only() throws IOException {
        try (RawClient client = opened()) {
            client.get("missing");
            assertEquals(
                    "404 NOT_FOUND - no queue 'missing' in vhost '/'",
                    client.expect(CHANNEL_CLOSE).closeText());
            // Until it says that it knows, all that it sends on the channel is passed over.
            client.publish("q");
            client.contentHeader(60, 3);
            client.frame(3, 1, new byte[3]);
            client.get("missing");
            client.method(1, 20, 41, fields -> {});
            client.channelOpen();
            client.expect(20_011);
        }
    }

    @Test
    void content_that_is_not_what_was_announced_is_an_unexpected_frame() throws IOException {
        try (RawClient client = opened()) {
            client.publish("q");
            client.method(1, 60, 110, fields -> fields.writeByte(1));
            assertEquals(
                    "505 UNEXPECTED_FRAME - expected content header for class 60, got non content"
                            + " header frame instead",
                    client.expect(CLOSE).closeText());
        }
        try (RawClient client = opened()) {
            client.publish("q");
            client.contentHeader(60, 3);
            client.frame(3, 1, new byte[4]);
            assertEquals(
                    "501 FRAME_ERROR - content body frame exceeds remaining content size",
                    client.expect(CLOSE).closeText());
        }
    }

    @Test
    void a_message_that_is_too_long_ends_its_channel_and_its_body_is_passed_over()
            throws IOException {
        try (RawClient client = opened()) {
            client.publish("q");
            client.contentHeader(60, 1L << 40);
            assertTrue(
                    client.expect(CHANNEL_CLOSE)
                            .closeText()
                            .startsWith("406 PRECONDITION_FAILED - message size 1099511627776"));
            client.frame(3, 1, new byte[100]);
            client.method(1, 20, 41, fields -> {});
            client.channelOpen();
            client.expect(20_011);
        }
    }

    @Test
    void a_client_that_leaves_in_the_middle_of_a_message_harms_nobody() throws IOException {
        try (RawClient client = opened()) {
            client.publish("q");
            client.contentHeader(60, 1_000_000);
            client.frame(3, 1, new byte[100_000]);
        }
    }
}
