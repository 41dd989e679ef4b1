package dev.millrace.it.queue;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** NSQ's protocol as it stands in its specification, for what no client library does. */
final class NsqSocket implements Closeable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int MESSAGE_HEADER = 26;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    /**
     * A frame.
     *
     * @param type 0 a response, 1 an error, 2 a message
     * @param text what it says, or a message's body
     */
    record Frame(int type, String text, int attempts, String id) {}

    NsqSocket(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
        send("  V2");
    }

    void send(String latin) throws IOException {
        out.write(latin.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(String line, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        send(line + "\n");
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** The next frame that is no heartbeat. */
    Frame read() throws IOException {
        while (true) {
            int bytes = in.readInt();
            int type = in.readInt();
            String data =
                    new String(in.readNBytes(bytes - Integer.BYTES), StandardCharsets.ISO_8859_1);
            if (type == 2) {
                int attempts = data.charAt(8) << 8 | data.charAt(9);
                return new Frame(
                        type,
                        data.substring(MESSAGE_HEADER),
                        attempts,
                        data.substring(10, MESSAGE_HEADER));
            }
            if (!data.equals("_heartbeat_")) {
                return new Frame(type, data, 0, "");
            }
            send("NOP\n");
        }
    }

    /** Sends a line, and gives what the answer says. */
    String ask(String line) throws IOException {
        send(line + "\n");
        return read().text();
    }

    /** True if the server has closed the connection. */
    boolean isClosed() throws IOException {
        return in.read() < 0;
    }

    /** No more is sent; the server may still answer. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
