package dev.millrace.queue.nsq.session;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The plainest client: says what it is told to, and reads frames. */
public final class NsqConnection implements Closeable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    /**
     * A frame.
     *
     * @param text of a response or an error, or a message's body
     */
    public record Frame(int type, String text, int attempts, String id) {
        @Override
        public String toString() {
            return switch (type) {
                case 0 -> text;
                case 1 -> "error " + text;
                default -> text + " (" + attempts + ")";
            };
        }
    }

    NsqConnection(int port, String magic) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
        out.write(latin(magic));
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Sends bytes as they are. */
    public NsqConnection raw(String latin) throws IOException {
        out.write(latin(latin));
        return this;
    }

    /** Says a command without a body. */
    public NsqConnection say(String line) throws IOException {
        return raw(line + "\n");
    }

    /** Says one with a body. */
    public NsqConnection say(String line, String body) throws IOException {
        return raw(sized(line, body));
    }

    private static String sized(String line, String body) {
        return line + "\n" + u32(body.length()) + body;
    }

    static String u32(int value) {
        return ""
                + (char) (value >>> 24 & 0xff)
                + (char) (value >>> 16 & 0xff)
                + (char) (value >>> 8 & 0xff)
                + (char) (value & 0xff);
    }

    static String batch(String... messages) {
        StringBuilder body = new StringBuilder(u32(messages.length));
        for (String message : messages) {
            body.append(u32(message.length())).append(message);
        }
        return body.toString();
    }

    /** The next frame, heartbeats too. */
    public Frame read() throws IOException {
        int bytes = in.readInt();
        int type = in.readInt();
        byte[] data = in.readNBytes(bytes - 4);
        if (type != 2) {
            return new Frame(type, new String(data, StandardCharsets.UTF_8), 0, "");
        }
        String latin = new String(data, StandardCharsets.ISO_8859_1);
        int attempts = latin.charAt(8) << 8 | latin.charAt(9);
        return new Frame(type, latin.substring(26), attempts, latin.substring(10, 26));
    }

    /** Its text. */
    public String next() throws IOException {
        return read().toString();
    }

    /** True if the server closed the connection, and said nothing before. */
    public boolean isClosed() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
