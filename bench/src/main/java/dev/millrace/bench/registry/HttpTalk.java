package dev.millrace.bench.registry;

import dev.millrace.bench.client.Talk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One keep-alive connection of HTTP/1.1, as lean as a load client has to be. */
final class HttpTalk implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final String LENGTH = "content-length: ";

    private final Talk talk;

    HttpTalk(int port) throws IOException {
        talk = new Talk(port, BUFFER_BYTES);
    }

    static byte[] get(String path) {
        return ("GET /v1/" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] put(String path, String body) {
        return ("PUT /v1/"
                        + path
                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    void send(byte[] request) throws IOException {
        talk.out().put(request);
        talk.send();
    }

    /**
     * Waits for one answer.
     *
     * @return bytes of its body
     * @throws IOException if it is not 200
     */
    int receive() throws IOException {
        ByteBuffer in = talk.in();
        int end = headEnd(in);
        while (end < 0) {
            talk.receive();
            end = headEnd(in);
        }
        byte[] head = new byte[end];
        in.get(head);
        String text = new String(head, StandardCharsets.US_ASCII);
        int at = text.toLowerCase(Locale.ROOT).indexOf(LENGTH);
        if (!text.startsWith("HTTP/1.1 200") || at < 0) {
            throw new IOException("answer: " + text + " (expected: 200 and a length)");
        }
        int from = at + LENGTH.length();
        int bytes = Integer.parseInt(text.substring(from, text.indexOf('\r', from)));
        talk.receive(bytes);
        in.position(in.position() + bytes);
        return bytes;
    }

    private static int headEnd(ByteBuffer in) {
        for (int at = in.position(); at + 4 <= in.limit(); at++) {
            if (in.get(at) == '\r'
                    && in.get(at + 1) == '\n'
                    && in.get(at + 2) == '\r'
                    && in.get(at + 3) == '\n') {
                return at + 4 - in.position();
            }
        }
        return -1;
    }

    int ask(byte[] request) throws IOException {
        send(request);
        return receive();
    }

    @Override
    public void close() throws IOException {
        talk.close();
    }
}
