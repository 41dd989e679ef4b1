package dev.millrace.bench.client;

import dev.millrace.bench.server.RequestBytes;
import dev.millrace.bench.server.RespConnection;

import java.io.IOException;

/** Fills a server before a measurement: pipelined requests on one connection. */
public final class Loader {
    private static final int BATCH = 1000;

    private Loader() {}

    /** Puts the things numbered {@code from} to {@code to - 1}. */
    public static void load(int port, Filling filling, int from, int to) throws IOException {
        pipeline(port, filling.perRequest(), from, to, filling::put);
    }

    /** Looks at the things numbered 0 to {@code count - 1}. */
    public static void look(int port, Filling filling, int count) throws IOException {
        pipeline(port, 1, 0, count, (from, to, out) -> filling.look(from, out));
    }

    /** Fails unless the server holds so many things. */
    public static void expectCount(int port, Filling filling, int count) throws IOException {
        try (RespConnection connection = RespConnection.open(port)) {
            String reply = connection.call(filling.count().toArray(String[]::new));
            if (!reply.equals(":" + count)) {
                throw new IOException(
                        filling.count() + ": " + reply + " (expected: :" + count + ")");
            }
        }
    }

    @FunctionalInterface
    private interface Writer {
        void write(int from, int to, RequestBytes out);
    }

    // One batch is on its way while the replies of the one before are read.
    private static void pipeline(int port, int perRequest, int from, int to, Writer writer)
            throws IOException {
        RequestBytes batch = new RequestBytes();
        try (RespConnection connection = RespConnection.open(port)) {
            int unread = 0;
            int next = from;
            while (next < to) {
                int sent = 0;
                for (; sent < Math.max(1, BATCH / perRequest) && next < to; sent++) {
                    int end = Math.min(next + perRequest, to);
                    writer.write(next, end, batch);
                    next = end;
                }
                connection.send(batch);
                expect(connection, unread);
                unread = sent;
            }
            expect(connection, unread);
        }
    }

    private static void expect(RespConnection connection, int replies) throws IOException {
        for (int read = 0; read < replies; read++) {
            String reply = connection.reply();
            if (reply.startsWith("-")) {
                throw new IOException("loading: " + reply);
            }
        }
    }
}
