package dev.millrace.bench.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A client's socket with its buffers. One thread may send while another receives; neither allocates
 * anything. A load client must be lean: it has the same two cores as what it measures.
 */
public final class Talk implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final SocketChannel channel;
    private final ByteBuffer out;

    /** What came and was not taken lies between position and limit. */
    private final ByteBuffer in;

    public Talk(int port) throws IOException {
        this(port, BUFFER_BYTES);
    }

    /**
     * @param bufferBytes what may be sent, or come, at once
     */
    public Talk(int port, int bufferBytes) throws IOException {
        out = ByteBuffer.allocateDirect(bufferBytes);
        in = ByteBuffer.allocateDirect(bufferBytes).limit(0);
        channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** Where to write what {@link #send} sends. */
    public ByteBuffer out() {
        return out;
    }

    public void text(String ascii) {
        out.put(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends what was written. */
    public void send() throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
    }

    /** Sends something at once, from the thread that receives; between two {@link #send}. */
    public void answer(byte[] bytes) throws IOException {
        channel.write(ByteBuffer.wrap(bytes));
    }

    public ByteBuffer in() {
        return in;
    }

    /** Waits until there is more in {@link #in}. */
    public void receive() throws IOException {
        in.compact();
        int count = channel.read(in);
        in.flip();
        if (count < 0) {
            throw new EOFException("the server has closed the connection");
        }
    }

    /** Waits until so many bytes are in {@link #in}. */
    public void receive(int bytes) throws IOException {
        while (in.remaining() < bytes) {
            receive();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
