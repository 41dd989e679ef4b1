package dev.millrace.bench.events;

import dev.millrace.bench.client.Talk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One call of gRPC on a connection of its own, as lean as a client can speak it: HTTP/2 with prior
 * knowledge (RFC 9113), header fields as literals (RFC 7541, section 6.2.2), messages behind their
 * lengths.
 */
final class GrpcTalk implements AutoCloseable {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int FRAME_HEADER_BYTES = 9;
    private static final int FRAME_BYTES_MAX = 16_384;
    private static final int MESSAGE_HEADER_BYTES = 5;
    private static final int WINDOW_BYTES = 65_535;

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int STREAM = 1;

    /** What a ReadResp begins with that is an event. */
    private static final int EVENT = 1 << 3 | 2;

    private final Talk talk;
    private long connectionWindow = WINDOW_BYTES;
    private long streamWindow = WINDOW_BYTES;
    private int serversWindow = WINDOW_BYTES;

    /** Of the message that comes: what of its length has been read, and what of it is to come. */
    private int prefixRead;

    private int messageLeft;
    private long messages;
    private long events;
    private boolean begins;
    private boolean ended;

    /** Begins a call of this method, for example {@code /package.Service/Method}. */
    GrpcTalk(int port, String method) throws IOException {
        this(new Talk(port), port, method);
    }

    /** The same on a connection with buffers of its own size. */
    GrpcTalk(Talk talk, int port, String method) throws IOException {
        this.talk = talk;
        talk.text(PREFACE);
        frame(6, SETTINGS, 0, 0);
        talk.out().putShort((short) INITIAL_WINDOW_SIZE).putInt(Integer.MAX_VALUE);
        frame(4, WINDOW_UPDATE, 0, 0);
        talk.out().putInt(Integer.MAX_VALUE - WINDOW_BYTES);
        ByteBuffer fields = ByteBuffer.allocate(1024);
        fields.put((byte) 0x83).put((byte) 0x86); // :method POST, :scheme http
        literal(fields, 4, method); // :path
        literal(fields, 1, "127.0.0.1:" + port); // :authority
        literal(fields, "content-type", "application/grpc");
        literal(fields, "te", "trailers");
        fields.flip();
        frame(fields.remaining(), HEADERS, END_HEADERS, STREAM);
        talk.out().put(fields);
        talk.send();
    }

    private static void literal(ByteBuffer to, int nameIndex, String value) {
        to.put((byte) nameIndex);
        text(to, value);
    }

    private static void literal(ByteBuffer to, String name, String value) {
        to.put((byte) 0);
        text(to, name);
        text(to, value);
    }

    private static void text(ByteBuffer to, String value) {
        to.put((byte) value.length()).put(value.getBytes(StandardCharsets.US_ASCII));
    }

    private void frame(int length, int type, int flags, int stream) {
        ByteBuffer out = talk.out();
        out.put((byte) (length >>> 16)).putShort((short) length);
        out.put((byte) type).put((byte) flags).putInt(stream);
    }

    /** Sends a message, once the server has room for it. */
    void send(byte[] message, boolean last) throws IOException {
        ByteBuffer whole = ByteBuffer.allocate(MESSAGE_HEADER_BYTES + message.length);
        whole.put((byte) 0).putInt(message.length).put(message).flip();
        while (whole.hasRemaining()) {
            long window = Math.min(connectionWindow, streamWindow);
            int bytes = (int) Math.min(Math.min(FRAME_BYTES_MAX, window), whole.remaining());
            if (bytes == 0) {
                talk.send();
                awaitFrame();
                continue;
            }
            boolean ends = last && bytes == whole.remaining();
            frame(bytes, DATA, ends ? END_STREAM : 0, STREAM);
            talk.out().put(talk.out().position(), whole, whole.position(), bytes);
            talk.out().position(talk.out().position() + bytes);
            whole.position(whole.position() + bytes);
            connectionWindow -= bytes;
            streamWindow -= bytes;
        }
        talk.send();
    }

    /** Waits for a message more; how many have come by now. */
    long received() throws IOException {
        long before = messages;
        while (messages == before && !ended) {
            awaitFrame();
        }
        return messages;
    }

    /** Waits for an event more, of a subscription; how many have come by now. */
    long receivedEvents() throws IOException {
        long before = events;
        while (events == before && !ended) {
            awaitFrame();
        }
        return events;
    }

    /** Waits for the end of the answer; how many messages it had. */
    long receivedAll() throws IOException {
        while (!ended) {
            awaitFrame();
        }
        return messages;
    }

    private void awaitFrame() throws IOException {
        ByteBuffer in = talk.in();
        talk.receive(FRAME_HEADER_BYTES);
        int start = in.position();
        int length = (in.get(start) & 0xff) << 16 | in.getShort(start + 1) & 0xffff;
        talk.receive(FRAME_HEADER_BYTES + length);
        int at = in.position() + FRAME_HEADER_BYTES;
        take(in, in.get(at - 6), in.get(at - 5), at, length);
        in.position(at + length);
    }

    private void take(ByteBuffer in, int type, int flags, int at, int length) throws IOException {
        switch (type) {
            case DATA -> count(in, at, at + length);
            case SETTINGS -> {
                if ((flags & ACK) == 0) {
                    settings(in, at, at + length);
                }
            }
            case WINDOW_UPDATE -> windowUpdate(in.getInt(at - 4), in.getInt(at));
            case PING -> {
                if ((flags & ACK) == 0) {
                    frame(length, PING, ACK, 0);
                    talk.out().putLong(in.getLong(at));
                    talk.send();
                }
            }
            case RST_STREAM, GOAWAY -> throw new IOException("the call was ended by the server");
            default -> {}
        }
        if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
            ended = true;
        }
    }

    private void settings(ByteBuffer in, int from, int end) throws IOException {
        for (int at = from; at < end; at += 6) {
            if (in.getShort(at) == INITIAL_WINDOW_SIZE) {
                streamWindow += in.getInt(at + 2) - serversWindow;
                serversWindow = in.getInt(at + 2);
            }
        }
        frame(0, SETTINGS, ACK, 0);
        talk.send();
    }

    private void windowUpdate(int stream, int bytes) {
        if (stream == 0) {
            connectionWindow += bytes;
        } else {
            streamWindow += bytes;
        }
    }

    private void count(ByteBuffer in, int from, int end) {
        int at = from;
        while (at < end) {
            if (prefixRead < MESSAGE_HEADER_BYTES) {
                int octet = in.get(at++) & 0xff;
                messageLeft = prefixRead == 0 ? 0 : messageLeft << 8 | octet;
                prefixRead++;
                begins = true;
            } else {
                if (begins) {
                    begins = false;
                    events += in.get(at) == EVENT ? 1 : 0;
                }
                int some = Math.min(messageLeft, end - at);
                at += some;
                messageLeft -= some;
            }
            if (prefixRead == MESSAGE_HEADER_BYTES && messageLeft == 0) {
                prefixRead = 0;
                messages++;
            }
        }
    }

    @Override
    public void close() throws IOException {
        talk.close();
    }
}
