package dev.millrace.queue.amqp.broker;

import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FieldValue;
import dev.millrace.queue.amqp.wire.Table;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the arguments of {@code queue.declare} ask for.
 *
 * @param messageTtlMillis after which a message is gone
 * @param expiresMillis after which the queue is gone if nobody uses it
 * @param maxLength of ready messages
 * @param maxBytes of ready messages' bodies
 * @param rejectPublish what is too much is refused, where otherwise the oldest go
 * @param deadLetterExchange where messages go that were rejected, or too old, or too many
 * @param deadLetterKey in place of their own routing key
 * @param maxPriority 0: there are none
 * @param singleActive only the first of its consumers is served
 */
record QueueArguments(
        OptionalLong messageTtlMillis,
        OptionalLong expiresMillis,
        OptionalLong maxLength,
        OptionalLong maxBytes,
        boolean rejectPublish,
        Optional<String> deadLetterExchange,
        Optional<String> deadLetterKey,
        int maxPriority,
        boolean singleActive) {

    private static final String TTL = "x-message-ttl";
    private static final String EXPIRES = "x-expires";
    private static final String LENGTH = "x-max-length";
    private static final String BYTES = "x-max-length-bytes";
    private static final String OVERFLOW = "x-overflow";
    private static final String DLX = "x-dead-letter-exchange";
    private static final String DLX_KEY = "x-dead-letter-routing-key";
    private static final String PRIORITY = "x-max-priority";
    private static final String SINGLE = "x-single-active-consumer";
    private static final String MODE = "x-queue-mode";
    private static final String TYPE = "x-queue-type";

    /** Those that must be the same when a queue is declared again, as RabbitMQ looks at them. */
    static final List<String> COUNTING =
            List.of(EXPIRES, TTL, DLX, DLX_KEY, LENGTH, BYTES, PRIORITY, OVERFLOW, MODE, SINGLE);

    private static final Set<String> MODES = Set.of("default", "lazy");

    private static final Set<String> OVERFLOWS =
            Set.of("drop-head", "reject-publish", "reject-publish-dlx");

    private static final int PRIORITY_MAX = 255;

    /** RabbitMQ's; ten years or so. */
    private static final long EXPIRY_MILLIS_MAX = 315_360_000_000L;

    /**
     * Reads them.
     *
     * @throws AmqpError if one is not what it must be
     */
    static QueueArguments of(String queue, Table table) {
        Reading reading = new Reading(queue, table);
        Optional<String> deadLetter = reading.deadLetterExchange();
        // In RabbitMQ's order, so that of several mistakes the same one is told.
        OptionalLong expires = reading.whole(EXPIRES, EXPIRY_MILLIS_MAX);
        if (expires.isPresent() && expires.getAsLong() == 0) {
            throw reading.invalid(EXPIRES, "{value_zero,0}");
        }
        OptionalLong ttl = reading.whole(TTL, EXPIRY_MILLIS_MAX);
        Optional<String> key = reading.text(DLX_KEY);
        if (key.isPresent() && deadLetter.isEmpty()) {
            throw reading.invalid(DLX_KEY, "routing_key_but_no_dlx_defined");
        }
        OptionalLong length = reading.whole(LENGTH, Long.MAX_VALUE);
        OptionalLong bytes = reading.whole(BYTES, Long.MAX_VALUE);
        OptionalLong priority = reading.whole(PRIORITY, PRIORITY_MAX);
        String overflow = reading.one(OVERFLOW, OVERFLOWS, "invalid_overflow", "drop-head");
        // Messages that wait lie on the disk anyhow, so that all modes come to the same.
        reading.one(MODE, MODES, "invalid_queue_mode", "default");
        boolean single = reading.truth(SINGLE);
        reading.requireClassic();
        return new QueueArguments(
                ttl,
                expires,
                length,
                bytes,
                overflow.startsWith("reject-publish"),
                deadLetter,
                key,
                (int) priority.orElse(0),
                single);
    }

    private record Reading(String queue, Table table) {
        AmqpError invalid(String argument, String why) {
            return AmqpError.preconditionFailed(
                    "invalid arg '%s' for %s: %s".formatted(argument, Names.queue(queue), why));
        }

        OptionalLong whole(String argument, long max) {
            Optional<FieldValue> value = table.get(argument);
            if (value.isEmpty()) {
                return OptionalLong.empty();
            }
            if (!(value.get() instanceof FieldValue.Whole whole)) {
                throw invalid(argument, "\"expected integer, got " + value.get().typeName() + "\"");
            }
            if (whole.value() < 0) {
                throw invalid(argument, "{value_negative," + whole.value() + "}");
            }
            if (whole.value() > max) {
                throw invalid(argument, "{max_value_exceeded," + whole.value() + "}");
            }
            return OptionalLong.of(whole.value());
        }

        Optional<String> text(String argument) {
            Optional<FieldValue> value = table.get(argument);
            if (value.isPresent() && !(value.get() instanceof FieldValue.Text)) {
                throw invalid(argument, "{unacceptable_type," + value.get().typeName() + "}");
            }
            return table.text(argument);
        }

        /** The same for the one that RabbitMQ reads before the others, and refuses otherwise. */
        Optional<String> deadLetterExchange() {
            Optional<FieldValue> value = table.get(DLX);
            if (value.isPresent() && !(value.get() instanceof FieldValue.Text)) {
                throw AmqpError.preconditionFailed(
                        "invalid type '%s' for arg '%s' in %s"
                                .formatted(value.get().typeName(), DLX, Names.queue(queue)));
            }
            return table.text(DLX);
        }

        /** One of a few words. */
        String one(String argument, Set<String> words, String otherwise, String standard) {
            String word = text(argument).orElse(standard);
            if (!words.contains(word)) {
                throw invalid(argument, "{%s,<<\"%s\">>}".formatted(otherwise, word));
            }
            return word;
        }

        boolean truth(String argument) {
            Optional<FieldValue> value = table.get(argument);
            if (value.isPresent() && !(value.get() instanceof FieldValue.Truth)) {
                throw invalid(argument, "{unacceptable_type," + value.get().typeName() + "}");
            }
            return table.isTrue(argument);
        }

        void requireClassic() {
            String type = text(TYPE).orElse("classic");
            if (!type.equals("classic")) {
                throw invalid(TYPE, "{unsupported_queue_type,<<\"" + type + "\">>}");
            }
        }
    }
}
