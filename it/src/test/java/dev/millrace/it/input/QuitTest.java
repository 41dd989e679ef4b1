package dev.millrace.it.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.Frame;
import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Who says goodbye. Not against Redis: its end comes some microseconds after its reply. So it does
 * over the transport nio, which cannot hold the reply back until the end goes with it; there it is
 * waited for.
 */
class QuitTest {
    private static final int ROUNDS = 300;
    private static final byte[] QUIT = "QUIT\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int OK_BYTES = "+OK\r\n".length();
    private static final byte[] INFO = "INFO server\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int INFO_BYTES_MAX = 1 << 16;

    @Test
    void the_end_of_a_connection_is_there_with_its_last_reply() throws IOException {
        try (Server server = MillraceProcess.start(Setup.plain().withLoops(2))) {
            boolean waits = isOverNio(server.port());
            for (int round = 0; round < ROUNDS; round++) {
                assertEquals(-1, readAfterQuit(server.port(), waits), "round " + round);
            }
        }
    }

    @Test
    void who_has_quit_is_not_counted_any_more() throws IOException {
        try (Server server = MillraceProcess.start(Setup.plain());
                RespConnection other = RespConnection.open(server.port())) {
            for (int round = 0; round < ROUNDS; round++) {
                try (RespConnection leaving = RespConnection.open(server.port())) {
                    leaving.call("PSUBSCRIBE", "news*");
                    leaving.call("QUIT");
                    assertTrue(leaving.closedByPeer());
                    assertEquals(0, number(other.call("PUBLISH", "news", "1")), "round " + round);
                    assertEquals(0, number(other.call("PUBSUB", "NUMPAT")), "round " + round);
                }
            }
        }
    }

    @Test
    void who_is_killed_is_not_counted_any_more_by_who_is_told_so() throws IOException {
        try (Server server = MillraceProcess.start(Setup.plain().withLoops(2));
                RespConnection other = RespConnection.open(server.port())) {
            for (int round = 0; round < ROUNDS; round++) {
                try (RespConnection killed = RespConnection.open(server.port())) {
                    String id = "" + number(killed.call("CLIENT", "ID"));
                    killed.call("SUBSCRIBE", "news");
                    other.send(List.of("CLIENT", "KILL", "ID", id));
                    other.send(List.of("PUBLISH", "news", "1"));
                    assertEquals(1, number(other.read()));
                    assertEquals(0, number(other.read()), "round " + round);
                    assertTrue(killed.closedByPeer());
                }
            }
        }
    }

    private static long number(Frame frame) {
        return assertInstanceOf(Reply.Whole.class, frame.reply()).number();
    }

    private static SocketChannel connect(int port) throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private static boolean isOverNio(int port) throws IOException {
        try (SocketChannel client = connect(port)) {
            client.write(ByteBuffer.wrap(INFO));
            client.write(ByteBuffer.wrap(QUIT));
            ByteBuffer info = ByteBuffer.allocate(INFO_BYTES_MAX);
            while (client.read(info) >= 0) {
                // All of it, up to the end of the connection.
            }
            String text = new String(info.array(), 0, info.position(), StandardCharsets.US_ASCII);
            return text.contains("multiplexing_api:nio");
        }
    }

    /** Reads once right after the reply: -1 is the end, 0 nothing as yet for who does not wait. */
    private static int readAfterQuit(int port, boolean waits) throws IOException {
        try (SocketChannel client = connect(port)) {
            client.write(ByteBuffer.wrap(QUIT));
            ByteBuffer reply = ByteBuffer.allocate(OK_BYTES);
            while (reply.hasRemaining() && client.read(reply) >= 0) {}
            assertEquals(0, reply.remaining());
            client.configureBlocking(waits);
            return client.read(ByteBuffer.allocate(1));
        }
    }
}
