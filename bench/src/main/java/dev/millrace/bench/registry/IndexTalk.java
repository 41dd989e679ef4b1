package dev.millrace.bench.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Asks for the index of an answer. */
final class IndexTalk implements AutoCloseable {
    private static final String INDEX = "x-consul-index: ";
    private final Socket socket;

    IndexTalk(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
    }

    long index(String path) throws IOException {
        socket.getOutputStream()
                .write(
                        ("GET /v1/" + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        String answer = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        int at = answer.toLowerCase(Locale.ROOT).indexOf(INDEX);
        if (at < 0) {
            throw new IOException("answer: " + answer + " (expected: an index)");
        }
        int from = at + INDEX.length();
        return Long.parseLong(answer.substring(from, answer.indexOf('\r', from)));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
