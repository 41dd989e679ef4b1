package dev.millrace.queue.amqp.session;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.queue.amqp.method.BasicMethod;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FrameType;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.amqp.wire.WireReader;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * A message that a client is sending on a channel: its method, its header, its body in as many
 * frames as it likes (specification, section 2.3.5.2). One after another.
 */
final class Incoming {
    private static final int BASIC = 60;

    /** What is kept between messages; longer bodies take memory anew each time. */
    private static final int BODY_BYTES = 4096;

    private final long bytesMax;
    private @Nullable NativeBuffer body;
    private BasicMethod.@Nullable Publish publish;
    private final Repeated<Properties> repeated = new Repeated<>(Incoming::properties);
    private Properties properties = Properties.NONE;
    private boolean headed;
    private long left;

    /** Takes bodies of at most so many bytes. */
    Incoming(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** True between the method and the last of the body. */
    boolean isExpected() {
        return publish != null;
    }

    /** A message begins. */
    void begin(BasicMethod.Publish method) {
        publish = method;
        headed = false;
        left = 0;
    }

    /**
     * Takes its next frame.
     *
     * @return true if the message is whole; {@link #end} follows
     * @throws AmqpError if it is another one than must come now
     */
    boolean frame(int type, ByteBuf payload) {
        if (!headed) {
            header(type, payload);
            headed = true;
        } else {
            body(type, payload);
        }
        return left == 0;
    }

    private void header(int type, ByteBuf payload) {
        if (type != FrameType.HEADER) {
            throw AmqpError.unexpectedFrame(
                    "expected content header for class 60, got non content header frame instead");
        }
        WireReader in = new WireReader(payload);
        int classId = in.u16();
        if (classId != BASIC) {
            throw AmqpError.unexpectedFrame(
                    "expected content header for class 60, got one for class "
                            + classId
                            + " instead");
        }
        in.u16();
        left = in.u64();
        if (left < 0 || left > bytesMax) {
            String size = Long.toUnsignedString(left);
            end();
            throw AmqpError.messageTooLong(size, bytesMax);
        }
        properties = repeated.read(payload);
    }

    private static Properties properties(ByteBuf payload) {
        byte[] raw = new byte[payload.readableBytes()];
        payload.readBytes(raw);
        return Properties.of(raw);
    }

    private void body(int type, ByteBuf payload) {
        if (type != FrameType.BODY) {
            throw AmqpError.unexpectedFrame(
                    "expected content body, got non content body frame instead");
        }
        int bytes = payload.readableBytes();
        if (bytes > left) {
            throw AmqpError.frameError("content body frame exceeds remaining content size");
        }
        NativeBuffer buffer = buffer();
        if (payload.hasMemoryAddress()) {
            buffer.put(payload.memoryAddress() + payload.readerIndex(), bytes);
        } else {
            copy(payload, buffer);
        }
        left -= bytes;
    }

    private static void copy(ByteBuf payload, NativeBuffer buffer) {
        for (ByteBuffer part : payload.nioBuffers()) {
            int length = part.remaining();
            long at = buffer.room(length);
            Memory.copy(part, at);
            buffer.advance(length);
        }
    }

    private NativeBuffer buffer() {
        NativeBuffer open = body;
        if (open == null) {
            open = new NativeBuffer(BODY_BYTES);
            body = open;
        }
        return open;
    }

    BasicMethod.Publish publish() {
        BasicMethod.Publish begun = publish;
        if (begun == null) {
            throw new IllegalStateException("no message");
        }
        return begun;
    }

    Properties properties() {
        return properties;
    }

    /** Where the body lies until {@link #end}. */
    long address() {
        return buffer().address();
    }

    int bytes() {
        return (int) buffer().length();
    }

    /** The message was taken, or is not wanted. */
    void end() {
        publish = null;
        headed = false;
        left = 0;
        NativeBuffer open = body;
        if (open != null) {
            open.clear();
            open.shrink();
        }
    }

    /** The channel is no more. */
    void free() {
        end();
        NativeBuffer open = body;
        if (open != null) {
            open.free();
            body = null;
        }
    }
}
