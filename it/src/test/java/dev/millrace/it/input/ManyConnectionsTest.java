package dev.millrace.it.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.ResidentMemory;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Many clients that say nothing, and one too many. */
class ManyConnectionsTest {
    private static final int IDLE = 10_000;
    private static final int SPARE = 500;
    private static final long BYTES_PER_CONNECTION_MAX = 48 * 1024;

    @Test
    void ten_thousand_idle_connections_hinder_nobody() throws IOException {
        Assumptions.assumeTrue(
                openFilesMax() >= IDLE + SPARE, "needs ulimit -n of " + (IDLE + SPARE));
        Setup setup = Setup.plain().withConnections(IDLE + SPARE);
        List<SocketChannel> idle = new ArrayList<>();
        try (Server server = SystemUnderTest.start(setup);
                RespConnection busy = RespConnection.open(server.port())) {
            assertEquals("+PONG\r\n", busy.call("PING").raw());
            long before = ResidentMemory.bytes(server);
            try {
                while (idle.size() < IDLE) {
                    idle.add(connect(server));
                    if (idle.size() % 100 == 0) {
                        assertEquals("+PONG\r\n", busy.call("PING").raw());
                    }
                }
                try (RespConnection late = RespConnection.open(server.port())) {
                    assertEquals("+OK\r\n", late.call("SET", "k", "v").raw());
                }
                assertEquals("$1\r\nv\r\n", busy.call("GET", "k").raw());
                long each = (ResidentMemory.bytes(server) - before) / IDLE;
                assertTrue(each <= BYTES_PER_CONNECTION_MAX, () -> each + " bytes a connection");
            } finally {
                for (SocketChannel channel : idle) {
                    channel.close();
                }
            }
        }
    }

    @Test
    void one_client_too_many_is_told_so() throws IOException {
        try (Server server = SystemUnderTest.start(Setup.plain());
                RespConnection first = RespConnection.open(server.port())) {
            assertEquals("+OK\r\n", first.call("CONFIG", "SET", "maxclients", "2").raw());
            try (RespConnection second = RespConnection.open(server.port());
                    RespConnection third = RespConnection.open(server.port())) {
                assertEquals("+PONG\r\n", second.call("PING").raw());
                assertEquals("-ERR max number of clients reached\r\n", third.read().raw());
                assertTrue(third.closedByPeer());
                assertEquals("+PONG\r\n", first.call("PING").raw());
            }
            assertEquals("+OK\r\n", first.call("CONFIG", "SET", "maxclients", "100").raw());
            try (RespConnection again = RespConnection.open(server.port())) {
                assertEquals("+PONG\r\n", again.call("PING").raw());
            }
        }
    }

    private static SocketChannel connect(Server server) throws IOException {
        return SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    }

    private static long openFilesMax() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                String soft = line.replaceFirst("Max open files\\s+(\\S+).*", "$1");
                return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
            }
        }
        return Long.MAX_VALUE;
    }
}
