package dev.millrace.events.wire;

import dev.millrace.kernel.memory.NativeBuffer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import java.util.function.Consumer;

/**
 * Fields that are the same in many messages, as bytes; for as long as the process lives.
 *
 * <p>A record, for its fields are constants to the compiler if it is one itself: the copy becomes a
 * store or two.
 */
public record PreparedFields(long address, int bytes) {
    /** What this writes. */
    public static PreparedFields of(Consumer<MessageWriter> fields) {
        ByteBuf scratch = Unpooled.directBuffer();
        try {
            MessageWriter writer = new MessageWriter(scratch);
            fields.accept(writer);
            NativeBuffer kept = new NativeBuffer(writer.size());
            kept.put(scratch.memoryAddress(), writer.size());
            return new PreparedFields(kept.address(), writer.size());
        } finally {
            scratch.release();
        }
    }
}
