package dev.millrace.bench.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Ports of 127.0.0.1 for servers that are about to start. */
public final class Ports {
    private static final int LOOK_MILLIS = 5;
    private static final int LOOKS_MAX = 12_000;

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

    /**
     * Waits until a server takes connections.
     *
     * @throws IOException if it ends before, or takes a minute
     */
    public static void awaitOpen(int port, Process server, String name)
            throws IOException, InterruptedException {
        for (int looks = 0; ; looks++) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException notYet) {
                if (looks > LOOKS_MAX || !server.isAlive()) {
                    throw new IOException(name + ": does not serve", notYet);
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }
}
