package dev.millrace.it.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What no client library sends: each gets NSQ's own error, and closes only what it must. */
class NsqBadInputTest {
    @TempDir static Path data;
    private static Product product;

    @BeforeAll
    static void start() throws IOException {
        product = Product.up(data, "--only", "queue", "--set", "queue.nsq.heartbeat=1s");
    }

    @AfterAll
    static void stop() throws IOException {
        product.close();
    }

    private static NsqSocket connect() throws IOException {
        return new NsqSocket(product.port("queue.nsq.port"));
    }

    private static void refused(String sent, String error) throws IOException {
        try (NsqSocket bystander = connect();
                NsqSocket socket = connect()) {
            socket.send(sent);
            assertEquals(error, socket.read().text());
            assertTrue(socket.isClosed(), sent);
            bystander.send("PUB good", "x");
            assertEquals("OK", bystander.read().text());
        }
    }

    @Test
    void frames_that_are_too_long_or_too_short_end_the_connection() throws IOException {
        refused("PUB t\n\0\0\0\0", "E_BAD_MESSAGE PUB invalid message body size 0");
        refused(
                "PUB t\n\u00ff\u00ff\u00ff\u00ff",
                "E_BAD_MESSAGE PUB invalid message body size -1");
        refused("PUB t\n\0\u0010\0\u0001", "E_BAD_MESSAGE PUB message too big 1048577 > 1048576");
        refused("MPUB t\n\0P\0\u0001", "E_BAD_BODY MPUB body too big 5242881 > 5242880");
        refused(
                "IDENTIFY\n\u007f\u00ff\u00ff\u00ff",
                "E_BAD_BODY IDENTIFY body too big 2147483647 > 5242880");
        refused("IDENTIFY\n\0\0\0\u0001{", "E_BAD_BODY IDENTIFY failed to decode JSON body");
    }

    @Test
    void what_is_not_known_or_not_now_ends_the_connection() throws IOException {
        refused("HELLO\n", "E_INVALID invalid command HELLO");
        refused("FIN 0123456789abcdef\n", "E_INVALID cannot FIN in current state");
        refused("SUB t\n", "E_INVALID SUB insufficient number of parameters");
    }

    @Test
    void a_line_without_an_end_is_not_gathered() throws IOException {
        try (NsqSocket socket = connect()) {
            socket.send("x".repeat(20_000));
            assertTrue(socket.isClosed());
        }
    }

    @Test
    void bytes_behind_identify_are_not_taken_for_what_the_new_form_protects() throws IOException {
        try (NsqSocket socket = connect()) {
            String wanted = "{\"feature_negotiation\":true,\"snappy\":true}";
            socket.send("IDENTIFY\n\0\0\0" + (char) wanted.length() + wanted + "PUB t\n");
            assertTrue(socket.read().text().contains("\"snappy\":true"));
            while (!socket.isClosed()) {
                // What is left is the OK in the new form.
            }
        }
    }

    @Test
    void who_says_nothing_is_asked_and_then_let_go() throws IOException {
        try (NsqSocket socket = connect()) {
            StringBuilder said = new StringBuilder();
            int read = 0;
            while (!socket.isClosed()) {
                read++;
            }
            said.append(read);
            // At least one heartbeat came before: a frame of 19 bytes.
            assertTrue(read >= 18, said.toString());
        }
    }

    @Test
    void a_client_that_ends_its_output_leaves_nothing_behind() throws IOException {
        List<NsqSocket> halfOpen = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            NsqSocket socket = connect();
            socket.send("PUB t\n\0\0\0\u0005he");
            socket.endOutput();
            halfOpen.add(socket);
        }
        for (NsqSocket socket : halfOpen) {
            assertTrue(socket.isClosed());
            socket.close();
        }
    }
}
