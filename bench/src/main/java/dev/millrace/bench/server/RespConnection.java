package dev.millrace.bench.server;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One blocking RESP2 connection, for what surrounds a measurement. Not for several threads. */
public final class RespConnection implements AutoCloseable {
    private static final int READ_MILLIS_MAX = 120_000;
    private static final int BUFFER_BYTES = 1 << 16;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RespConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
    }

    /** Connects to a port of 127.0.0.1. */
    public static RespConnection open(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_MILLIS_MAX);
        return new RespConnection(socket);
    }

    /**
     * Sends one command and reads its reply: a line with its type character ({@code +OK}, {@code
     * :3}, {@code -ERR …}), or a bulk string's text.
     */
    public String call(String... words) throws IOException {
        send(words);
        return reply();
    }

    /** Sends one command without reading its reply. */
    public void send(String... words) throws IOException {
        put(words);
        out.flush();
    }

    /** Sends requests without reading their replies; there are none left in it then. */
    public void send(RequestBytes requests) throws IOException {
        requests.moveTo(out);
        out.flush();
    }

    /** Hands requests over that were {@link #put}. */
    public void flush() throws IOException {
        out.flush();
    }

    /** Puts one command behind others; {@link #flush} sends them. */
    public void put(String... words) throws IOException {
        write("*" + words.length + "\r\n");
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            write("$" + bytes.length + "\r\n");
            out.write(bytes);
            write("\r\n");
        }
    }

    /** Reads one reply, in the form that {@link #call} gives. */
    public String reply() throws IOException {
        String line = line();
        if (!line.startsWith("$")) {
            return line;
        }
        int length = Integer.parseInt(line.substring(1));
        if (length < 0) {
            return "";
        }
        byte[] bytes = in.readNBytes(length + 2);
        if (bytes.length < length + 2) {
            throw new EOFException("bulk: " + bytes.length + " bytes (expected: " + length + ")");
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the server closed the connection after: " + line);
            }
            if (next == '\n') {
                return line.substring(0, line.length() - 1);
            }
            line.append((char) next);
        }
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Closes the socket. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
