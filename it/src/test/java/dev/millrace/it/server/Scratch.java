package dev.millrace.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** What a server under test needs of the machine: a free port and a directory of its own. */
public final class Scratch {
    private static final int PORT_FIRST = 10_000;

    /** Where Linux begins with those of connections (ip_local_port_range). */
    private static final int PORT_END = 32_768;

    private static final int PORT_ATTEMPTS_MAX = 1_000;

    private Scratch() {}

    /**
     * A loopback port that nobody listened on a moment ago. It lies below those that the system
     * gives to connections: one of those may be taken by any client before the server listens, and
     * by the very client that tries whether the server is there, which is then connected to itself.
     */
    public static int freePort() {
        for (int attempt = 0; attempt < PORT_ATTEMPTS_MAX; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(PORT_FIRST, PORT_END);
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // Somebody listens there: another is drawn.
            }
        }
        throw new IllegalStateException(
                "free ports from " + PORT_FIRST + " to " + PORT_END + ": none found");
    }

    public static Path folder(String prefix) {
        try {
            return Files.createTempDirectory("millrace-it-" + prefix + "-");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Deletes a folder and all below it; nothing to do if it is gone. */
    public static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
