package dev.millrace.queue.nsq.session;

import dev.millrace.queue.nsq.wire.Body;
import dev.millrace.queue.nsq.wire.Line;
import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;

/** A command of NSQ's TCP protocol. Under the store's lock. */
interface Verb {
    /**
     * A line of it has come.
     *
     * @return what must follow
     * @throws Refusal when the line alone is enough to refuse it
     */
    default Body begin(Client client, Line line) throws Refusal {
        return Body.NONE;
    }

    /**
     * It is whole.
     *
     * @return false if it cannot be done now, and nothing was done: the client arranged for another
     *     try
     */
    boolean perform(Client client, Line line, ByteBuf body) throws Refusal;

    /** A verb and what it is called. */
    record Named(String name, Verb verb) {}
}
