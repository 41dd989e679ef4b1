package dev.millrace.events.wire;

import dev.millrace.kernel.memory.NativeBuffer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import java.util.function.Consumer;

/** Fields that are the same in many messages, as bytes; for as long as the process lives. */
public final class PreparedFields {
    private final NativeBuffer written;

    /** What this writes. */
    public PreparedFields(Consumer<MessageWriter> fields) {
        ByteBuf bytes = Unpooled.directBuffer();
        try {
            MessageWriter writer = new MessageWriter(bytes);
            fields.accept(writer);
            written = new NativeBuffer(writer.size());
            written.put(bytes.memoryAddress(), writer.size());
        } finally {
            bytes.release();
        }
    }

    long address() {
        return written.address();
    }

    int bytes() {
        return (int) written.length();
    }
}
