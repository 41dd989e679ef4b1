package dev.millrace.it.amqp;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** An AMQP client that sends what nobody should. */
final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

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

    /** One that is in, with channel 1 open. */
    static RawClient opened(int port) throws IOException {
        RawClient client = new RawClient(port);
        client.header();
        client.expect(10_010);
        client.startOk();
        client.expect(10_030);
        client.tuneOk(131_072);
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
        method(
                0,
                10,
                31,
                fields -> {
                    fields.writeShort(10);
                    fields.writeInt(frameMax);
                    fields.writeShort(0);
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

    Frame expect(int method) throws IOException {
        Frame frame = next();
        if (frame.type() != 1 || frame.method() != method) {
            throw new AssertionError("method " + frame.method() + " (expected: " + method + ")");
        }
        return frame;
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
