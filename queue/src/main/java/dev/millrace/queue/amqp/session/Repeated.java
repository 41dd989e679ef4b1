package dev.millrace.queue.amqp.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.util.function.Function;

/**
 * What was read last, and the bytes that it was read from: a publisher mostly says the same again,
 * and what bytes say they say the second time as well.
 */
final class Repeated<T> {
    private final Function<ByteBuf, T> reader;
    private ByteBuf last = Unpooled.EMPTY_BUFFER;
    private @Nullable T said;

    /**
     * @param reader takes all that is readable; what it throws is the caller's
     */
    Repeated(Function<ByteBuf, T> reader) {
        this.reader = reader;
    }

    /** What the readable bytes say; they are read. */
    T read(ByteBuf bytes) {
        T again = said;
        if (again != null && last.equals(bytes)) {
            bytes.skipBytes(bytes.readableBytes());
            return again;
        }
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.getBytes(bytes.readerIndex(), copy);
        T fresh = reader.apply(bytes);
        last = Unpooled.wrappedBuffer(copy);
        said = fresh;
        return fresh;
    }
}
