package dev.millrace.queue.amqp.broker;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.backlog.Message;

import java.nio.charset.StandardCharsets;

/**
 * What is kept of an AMQP message beside its body.
 *
 * <pre>
 * expires ms u64 (0: never) | exchange bytes u8 | exchange | key bytes u8 | key | properties
 * </pre>
 *
 * @param expiresMillis since 1970; 0: never
 */
public record Meta(long expiresMillis, String exchange, String routingKey, Properties properties) {
    static Meta of(Message message) {
        long at = message.metaAddress();
        long end = at + message.metaBytes();
        long expires = Memory.getLong(at);
        at += Long.BYTES;
        String exchange = text(at);
        at += 1 + Memory.getUnsignedByte(at);
        String key = text(at);
        at += 1 + Memory.getUnsignedByte(at);
        Properties properties = Properties.of(Memory.bytes(at, (int) (end - at)));
        return new Meta(expires, exchange, key, properties);
    }

    /** Only when it expires. */
    static long expiresMillis(Message message) {
        return Memory.getLong(message.metaAddress());
    }

    /** Where exchange and key lie, as they stand on the wire. */
    public static long namesAddress(Message message) {
        return message.metaAddress() + Long.BYTES;
    }

    /** Where the properties lie; the names end there. */
    public static long propertiesAddress(Message message) {
        long at = namesAddress(message);
        at += 1 + Memory.getUnsignedByte(at);
        return at + 1 + Memory.getUnsignedByte(at);
    }

    private static String text(long at) {
        return new String(Memory.bytes(at + 1, Memory.getUnsignedByte(at)), StandardCharsets.UTF_8);
    }

    void write(NativeBuffer out) {
        out.putLong(expiresMillis);
        putText(out, exchange);
        putText(out, routingKey);
        out.put(properties.raw());
    }

    private static void putText(NativeBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putByte(bytes.length);
        out.put(bytes);
    }
}
