package dev.millrace.it.input;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

/** Who says goodbye. Not against Redis: its end comes some microseconds after its reply. */
class QuitTest {
    private static final int ROUNDS = 300;
    private static final byte[] QUIT = "QUIT\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int OK_BYTES = "+OK\r\n".length();

    @Test
    void the_end_of_a_connection_is_there_with_its_last_reply() throws IOException {
        try (Server server = MillraceProcess.start(Setup.plain().withLoops(2))) {
            for (int round = 0; round < ROUNDS; round++) {
                assertEquals(-1, readAfterQuit(server.port()), "round " + round);
            }
        }
    }

    /** Reads once, without waiting, right after the reply: -1 is the end, 0 nothing as yet. */
    private static int readAfterQuit(int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (SocketChannel client = SocketChannel.open(address)) {
            client.write(ByteBuffer.wrap(QUIT));
            ByteBuffer reply = ByteBuffer.allocate(OK_BYTES);
            while (reply.hasRemaining() && client.read(reply) >= 0) {}
            assertEquals(0, reply.remaining());
            client.configureBlocking(false);
            return client.read(ByteBuffer.allocate(1));
        }
    }
}
