package dev.millrace.bench.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports of 127.0.0.1 for servers that are about to start. */
public final class Ports {
    private Ports() {}

    /**
     * One that nobody listens on. Another process may take it before the server does; then the
     * start fails and says so.
     */
    public static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
