package dev.millrace.it.amqp;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** An AMQP client that sends what nobody should. */
final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int HEARTBEAT = 8;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    /** Writes the fields of a method. */
    @FunctionalInterface
    interface Fields {
        void write(DataOutputStream out) throws IOException;
    }

    /** One frame; of a method, its number is {@code class * 1000 + method}. */
    record Frame(int type, int channel, byte[] payload) {
        int method() {
            return u16(0) * 1000 + u16(2);
        }

        int u16(int at) {
            return (payload[at] & 0xff) << 8 | payload[at + 1] & 0xff;
        }

        /** Of a close: its code and text. */
        String closeText() {
            int length = payload[6] & 0xff;
            return u16(4) + " " + new String(payload, 7, length, StandardCharsets.UTF_8);
        }
    }

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    /** One that is in, with channel 1 open, and without heartbeats. */
    static RawClient opened(int port) throws IOException {
        return opened(port, 0);
    }

    static RawClient opened(int port, int heartbeatSeconds) throws IOException {
        RawClient client = new RawClient(port);
        client.header();
        client.expect(10_010);
        client.startOk();
        client.expect(10_030);
        client.tuneOk(131_072, heartbeatSeconds);
        client.open();
        client.expect(10_041);
        client.channelOpen();
        client.expect(20_011);
        return client;
    }

    void bytes(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void header() throws IOException {
        bytes(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
    }

    void startOk() throws IOException {
        method(
                0,
                10,
                11,
                fields -> {
                    fields.writeInt(0);
                    shortText(fields, "PLAIN");
                    byte[] response = "\0guest\0guest".getBytes(StandardCharsets.UTF_8);
                    fields.writeInt(response.length);
                    fields.write(response);
                    shortText(fields, "en_US");
                });
    }

    void tuneOk(int frameMax) throws IOException {
        tuneOk(frameMax, 0);
    }

    private void tuneOk(int frameMax, int heartbeatSeconds) throws IOException {
        method(
                0,
                10,
                31,
                fields -> {
                    fields.writeShort(10);
                    fields.writeInt(frameMax);
                    fields.writeShort(heartbeatSeconds);
                });
    }

    void open() throws IOException {
        method(
                0,
                10,
                40,
                fields -> {
                    shortText(fields, "/");
                    shortText(fields, "");
                    fields.writeByte(0);
                });
    }

    void channelOpen() throws IOException {
        method(1, 20, 10, fields -> shortText(fields, ""));
    }

    /** {@code basic.publish} to the default exchange. */
    void publish(String key) throws IOException {
        method(
                1,
                60,
                40,
                fields -> {
                    fields.writeShort(0);
                    shortText(fields, "");
                    shortText(fields, key);
                    fields.writeByte(0);
                });
    }

    /** {@code basic.get}, to be acknowledged. */
    void get(String queue) throws IOException {
        method(
                1,
                60,
                70,
                fields -> {
                    fields.writeShort(0);
                    shortText(fields, queue);
                    fields.writeByte(0);
                });
    }

    /** The fields of a close, of a channel or a connection, for no reason. */
    static void writeClose(DataOutputStream out) throws IOException {
        out.writeShort(200);
        shortText(out, "");
        out.writeInt(0);
    }

    void contentHeader(int classId, long size) throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(payload);
        fields.writeShort(classId);
        fields.writeShort(0);
        fields.writeLong(size);
        fields.writeShort(0);
        frame(2, 1, payload.toByteArray());
    }

    static void shortText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeByte(bytes.length);
        out.write(bytes);
    }

    void method(int channel, int classId, int methodId, Fields fields) throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        DataOutputStream written = new DataOutputStream(payload);
        written.writeShort(classId);
        written.writeShort(methodId);
        fields.write(written);
        frame(1, channel, payload.toByteArray());
    }

    void frame(int type, int channel, byte[] payload) throws IOException {
        out.writeByte(type);
        out.writeShort(channel);
        out.writeInt(payload.length);
        out.write(payload);
        out.writeByte(0xce);
        out.flush();
    }

    Frame next() throws IOException {
        int type = in.readUnsignedByte();
        int channel = in.readUnsignedShort();
        byte[] payload = new byte[in.readInt()];
        in.readFully(payload);
        if (in.readUnsignedByte() != 0xce) {
            throw new AssertionError("a frame without its end");
        }
        return new Frame(type, channel, payload);
    }

    /** The next frame; null if the server has ended the connection in between. */
    @Nullable Frame nextOrEnd() throws IOException {
        try {
            return next();
        } catch (EOFException | SocketException ended) {
            return null;
        }
    }

    /** The next of a method, and whatever content follows it is left. */
    Frame expectPastHeartbeats(int method) throws IOException {
        Frame frame = next();
        while (frame.type() == HEARTBEAT) {
            frame = next();
        }
        assertMethod(frame, method);
        return frame;
    }

    Frame expect(int method) throws IOException {
        Frame frame = next();
        assertMethod(frame, method);
        return frame;
    }

    private static void assertMethod(Frame frame, int method) {
        if (frame.type() != 1 || frame.method() != method) {
            throw new AssertionError("method " + frame.method() + " (expected: " + method + ")");
        }
    }

    byte[] read(int count) throws IOException {
        byte[] bytes = new byte[count];
        in.readFully(bytes);
        return bytes;
    }

    /** True if the server ends the connection and says nothing more. */
    boolean ends() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException ended) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
