package dev.millrace.queue.amqp.broker;

import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FieldValue;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.amqp.wire.Table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The routing keys that a publisher gives beside the one of its method (RabbitMQ, Sender-selected
 * Distribution): the headers {@code CC}, which every consumer sees, and {@code BCC}, which none
 * does.
 */
public final class CarbonCopies {
    private static final String OPEN = "CC";
    private static final String BLIND = "BCC";

    private CarbonCopies() {}

    /**
     * All keys that a message is routed by.
     *
     * @throws AmqpError if a header of these names is no list of texts
     */
    static List<String> keys(String routingKey, Properties properties) {
        if (!properties.mayHaveHeader(OPEN)) {
            return List.of(routingKey);
        }
        Table headers = properties.headers();
        List<String> keys = new ArrayList<>(List.of(routingKey));
        addTo(keys, headers, OPEN);
        addTo(keys, headers, BLIND);
        return keys;
    }

    /** The keys that consumers may know of. */
    static List<String> openKeys(String routingKey, Table headers) {
        List<String> keys = new ArrayList<>(List.of(routingKey));
        addTo(keys, headers, OPEN);
        return keys;
    }

    private static void addTo(List<String> keys, Table headers, String header) {
        Optional<FieldValue> value = headers.get(header);
        if (value.isEmpty()) {
            return;
        }
        if (!(value.get() instanceof FieldValue.Array(List<FieldValue> values))) {
            throw unacceptable(header, value.get());
        }
        for (FieldValue key : values) {
            if (!(key instanceof FieldValue.Text text)) {
                throw unacceptable(header, key);
            }
            keys.add(text.text());
        }
    }

    private static AmqpError unacceptable(String header, FieldValue value) {
        return AmqpError.preconditionFailed(
                "invalid message: {unacceptable_type_in_header,\"%s\",%s}"
                        .formatted(header, value.typeName()));
    }

    /** As the message is kept and delivered. */
    public static Properties withoutBlind(Properties properties) {
        if (!properties.mayHaveHeader(BLIND)) {
            return properties;
        }
        Table headers = properties.headers();
        return headers.get(BLIND).isPresent()
                ? properties.withHeaders(headers.without(BLIND))
                : properties;
    }

    /** Without the keys of a message that goes on by another one. */
    static Table withoutOpen(Table headers) {
        return headers.without(OPEN);
    }
}
