package dev.millrace.kv.migration;

import dev.millrace.kv.migration.Migrating.Credentials;
import dev.millrace.kv.resp.RequestWriter;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The server that keys go to. On a thread that may wait. */
record Target(
        String host,
        int port,
        int database,
        long timeoutMillis,
        Optional<Credentials> credentials,
        boolean replace) {
    private static final int LINE_BYTES_MAX = 64 * 1024;

    /** What came of it: the keys that the other has, and the first error it answered. */
    record Outcome(List<Migrated> taken, String error) {}

    /**
     * Sends the keys.
     *
     * @throws IOException if the other cannot be reached, or does not answer in time
     */
    Outcome send(List<Migrated> keys, long nowMillis) throws IOException {
        try (Socket socket = new Socket()) {
            int timeout = (int) Math.min(timeoutMillis, Integer.MAX_VALUE);
            socket.connect(new InetSocketAddress(host, port), timeout);
            socket.setSoTimeout(timeout);
            socket.setTcpNoDelay(true);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
            int greetings = greet(out);
            for (Migrated key : keys) {
                restore(out, key, nowMillis);
            }
            out.flush();
            return read(new BufferedInputStream(socket.getInputStream()), greetings, keys);
        }
    }

    private int greet(OutputStream out) throws IOException {
        int requests = 0;
        if (credentials.isPresent()) {
            Credentials given = credentials.get();
            if (given.user().isEmpty()) {
                request(out, utf8("AUTH"), utf8(given.password()));
            } else {
                request(out, utf8("AUTH"), utf8(given.user()), utf8(given.password()));
            }
            requests++;
        }
        request(out, utf8("SELECT"), utf8(Integer.toString(database)));
        return requests + 1;
    }

    private void restore(OutputStream out, Migrated key, long nowMillis) throws IOException {
        byte[] ttl = utf8(Long.toString(key.ttlMillis(nowMillis)));
        if (replace) {
            request(out, utf8("RESTORE"), key.name(), ttl, key.payload(), utf8("REPLACE"));
        } else {
            request(out, utf8("RESTORE"), key.name(), ttl, key.payload());
        }
    }

    private static Outcome read(InputStream in, int greetings, List<Migrated> keys)
            throws IOException {
        String error = "";
        for (int i = 0; i < greetings; i++) {
            String line = line(in);
            if (line.startsWith("-") && error.isEmpty()) {
                error = line.substring(1);
            }
        }
        List<Migrated> taken = new ArrayList<>();
        for (Migrated key : keys) {
            String line = line(in);
            if (line.startsWith("-")) {
                error = error.isEmpty() ? line.substring(1) : error;
            } else if (error.isEmpty() || !error.startsWith("ERR DB")) {
                taken.add(key);
            }
        }
        return new Outcome(taken, error);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("closed");
            }
            if (next != '\r') {
                line.append((char) next);
            }
            if (line.length() > LINE_BYTES_MAX) {
                throw new IOException("a line of " + line.length() + " bytes");
            }
        }
        return line.toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void request(OutputStream out, byte[]... words) throws IOException {
        out.write(RequestWriter.of(words));
    }
}
