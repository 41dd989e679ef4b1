package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireReader;

/** What a client may send of the class {@code confirm}. */
public sealed interface ConfirmMethod extends Method {
    /** {@code confirm.select}. */
    record Select(boolean noWait) implements ConfirmMethod {
        static Select read(WireReader in) {
            return new Select(in.bit());
        }
    }
}
