package dev.millrace.queue.amqp.broker;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.backlog.Message;

/**
 * A message on its way into queues: its meta and body, one after the other, in memory that is used
 * again for the next.
 */
final class Outgoing {
    /** What is kept from one message to the next. */
    private static final int BYTES = 16 * 1024;

    private final NativeBuffer bytes = new NativeBuffer(BYTES);
    private int metaBytes;
    private int bodyBytes;
    private Properties properties = Properties.NONE;

    /** Takes a message that a client published. */
    void take(String exchange, String key, Properties of, long body, int length) {
        begin(exchange, key, of);
        bytes.put(body, length);
        bodyBytes = length;
    }

    /** Takes one out of a queue, with another exchange, key and properties. */
    void take(String exchange, String key, Properties of, Message message) {
        take(exchange, key, of, message.bodyAddress(), message.bodyBytes());
    }

    private void begin(String exchange, String key, Properties of) {
        properties = of;
        bytes.clear();
        bytes.shrink();
        new Meta(0, exchange, key, of).write(bytes);
        metaBytes = (int) bytes.length();
    }

    Properties properties() {
        return properties;
    }

    void expires(long millis) {
        Memory.putLong(bytes.address(), millis);
    }

    long metaAddress() {
        return bytes.address();
    }

    int metaBytes() {
        return metaBytes;
    }

    long bodyAddress() {
        return bytes.address() + metaBytes;
    }

    int bodyBytes() {
        return bodyBytes;
    }

    /** What one copy of it takes in the journal, beside what any effect takes. */
    long bytes() {
        return (long) metaBytes + bodyBytes;
    }
}
