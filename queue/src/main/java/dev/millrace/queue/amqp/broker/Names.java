package dev.millrace.queue.amqp.broker;

import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FieldValue;
import dev.millrace.queue.amqp.wire.Table;

import java.util.List;
import java.util.Optional;

/** What is said of queues and exchanges by name, and of their arguments, in RabbitMQ's words. */
final class Names {
    /** The one virtual host. */
    static final String VIRTUAL_HOST = "/";

    private static final String RESERVED = "amq.";

    private Names() {}

    static String queue(String name) {
        return "queue '" + name + "' in vhost '" + VIRTUAL_HOST + "'";
    }

    static String exchange(String name) {
        return "exchange '" + name + "' in vhost '" + VIRTUAL_HOST + "'";
    }

    /** Refuses a new thing whose name is the server's to give. */
    static void requireNotReserved(String kind, String name) {
        if (name.startsWith(RESERVED)) {
            throw AmqpError.accessRefused(
                    kind + " name '" + name + "' contains reserved prefix 'amq.*'");
        }
    }

    /** Refuses a declaration that differs from the first one. */
    static void requireSame(String what, String argument, Object current, Object received) {
        if (!current.equals(received)) {
            throw inequivalent(what, argument, "'" + current + "'", "'" + received + "'");
        }
    }

    /** Refuses arguments that differ, of those that count. */
    static void requireSame(String what, List<String> counting, Table current, Table received) {
        for (String argument : counting) {
            Optional<FieldValue> was = current.get(argument);
            Optional<FieldValue> is = received.get(argument);
            boolean same =
                    was.isPresent() == is.isPresent()
                            && (was.isEmpty() || was.get().sameAs(is.orElseThrow()));
            if (!same && was.isPresent() && is.isPresent()) {
                requireSame(what, argument, was.get().shown(), is.get().shown());
            }
            if (!same) {
                throw inequivalent(what, argument, shown(was), shown(is));
            }
        }
    }

    private static AmqpError inequivalent(
            String what, String argument, String current, String received) {
        return AmqpError.preconditionFailed(
                "inequivalent arg '%s' for %s: received %s but current is %s"
                        .formatted(argument, what, received, current));
    }

    private static String shown(Optional<FieldValue> value) {
        return value.map(
                        there ->
                                "the value '%s' of type '%s'"
                                        .formatted(there.shown(), there.typeName()))
                .orElse("none");
    }
}
