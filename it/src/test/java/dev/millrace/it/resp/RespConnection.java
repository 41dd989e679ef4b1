package dev.millrace.it.resp;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A bare client: words go out, replies come in, and nothing is hidden. What is sent and read is a
 * string of ISO 8859-1, one character a byte. Used by one thread at a time.
 */
public final class RespConnection implements AutoCloseable {
    /** How long a reply may take before it counts as missing. */
    private static final Duration REPLY_MAX = Duration.ofSeconds(20);

    private static final int BUFFER_BYTES = 1 << 16;

    private final Socket socket;
    private final FrameReader frames;
    private final OutputStream out;

    private RespConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.frames =
                new FrameReader(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
        this.out = socket.getOutputStream();
    }

    /** Connects to a port of this machine. */
    public static RespConnection open(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) REPLY_MAX.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new RespConnection(socket);
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    /** A command as RESP writes it. */
    public static String encode(List<String> words) {
        StringBuilder text = new StringBuilder();
        text.append('*').append(words.size()).append("\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString();
    }

    /** Sends bytes as they are. */
    public void write(String bytes) throws IOException {
        out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** Sends a command and does not wait. */
    public void send(List<String> words) throws IOException {
        write(encode(words));
    }

    /** Reads the next reply; throws EOFException if the peer closed. */
    public Frame read() throws IOException {
        return frames.next();
    }

    /** Sends a command and reads one reply. */
    public Frame call(List<String> words) throws IOException {
        send(words);
        return read();
    }

    /** Sends a command and reads one reply. */
    public Frame call(String... words) throws IOException {
        return call(List.of(words));
    }

    /** Whether anything has come that was not read. */
    public boolean hasMore() throws IOException {
        return socket.getInputStream().available() > 0;
    }

    /** Tells the peer that nothing more will be sent. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Whether the peer closes without saying anything more. */
    public boolean closedByPeer() throws IOException {
        try {
            read();
            return false;
        } catch (EOFException closed) {
            return true;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // A socket that cannot be closed is closed.
            assert socket.isClosed() : alreadyGone;
        }
    }
}
