package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireReader;

/** What a client may send of the class {@code access}. */
public sealed interface AccessMethod extends Method {
    /** {@code access.request}. */
    record Request() implements AccessMethod {
        static Request read(WireReader in) {
            in.shortText();
            in.bit();
            in.bit();
            in.bit();
            in.bit();
            in.bit();
            return new Request();
        }
    }
}
