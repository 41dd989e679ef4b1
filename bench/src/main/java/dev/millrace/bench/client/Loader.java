package dev.millrace.bench.client;

import dev.millrace.bench.server.RespConnection;

import java.io.IOException;

/** Fills a server with keys before a measurement: pipelined SETs on one connection. */
public final class Loader {
    private static final int BATCH = 1000;

    private Loader() {}

    /** Sets the keys numbered {@code from} to {@code to - 1} to one value. */
    public static void load(int port, Keys keys, int from, int to, String value)
            throws IOException {
        try (RespConnection connection = RespConnection.open(port)) {
            for (int first = from; first < to; first += BATCH) {
                int end = Math.min(first + BATCH, to);
                for (int number = first; number < end; number++) {
                    connection.put("SET", keys.key(number), value);
                }
                connection.flush();
                for (int number = first; number < end; number++) {
                    expect(connection.reply(), "+OK", "SET " + keys.key(number));
                }
            }
        }
    }

    /** Reads the keys numbered 0 to {@code count - 1}. */
    public static void read(int port, Keys keys, int count) throws IOException {
        try (RespConnection connection = RespConnection.open(port)) {
            for (int first = 0; first < count; first += BATCH) {
                int end = Math.min(first + BATCH, count);
                for (int number = first; number < end; number++) {
                    connection.put("GET", keys.key(number));
                }
                connection.flush();
                for (int number = first; number < end; number++) {
                    connection.reply();
                }
            }
        }
    }

    /** Sets all of them. */
    public static void load(int port, Keys keys, String value) throws IOException {
        load(port, keys, 0, keys.count(), value);
    }

    /** Fails unless the server holds so many keys. */
    public static void expectCount(int port, int count) throws IOException {
        try (RespConnection connection = RespConnection.open(port)) {
            expect(connection.call("DBSIZE"), ":" + count, "DBSIZE");
        }
    }

    private static void expect(String reply, String expected, String command) throws IOException {
        if (!reply.equals(expected)) {
            throw new IOException(command + ": " + reply + " (expected: " + expected + ")");
        }
    }
}
