package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireWriter;

/** A method that a server sends. */
@FunctionalInterface
public interface Reply {
    /** Writes its frame. */
    void write(WireWriter out, int channel);
}
