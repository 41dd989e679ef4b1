package dev.millrace.queue.amqp.exchange;

import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.ReplyCode;

import java.util.Locale;

/** How an exchange compares a message with its bindings. */
public enum ExchangeType {
    DIRECT,
    FANOUT,
    TOPIC,
    HEADERS;

    /** As clients write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The type of that name.
     *
     * @throws AmqpError if there is none
     */
    public static ExchangeType of(String text) {
        for (ExchangeType type : values()) {
            if (type.text().equals(text)) {
                return type;
            }
        }
        throw new AmqpError(ReplyCode.COMMAND_INVALID, "unknown exchange type '" + text + "'");
    }

    Matcher matcher() {
        return switch (this) {
            case DIRECT -> new DirectMatcher();
            case FANOUT -> new FanoutMatcher();
            case TOPIC -> new TopicMatcher();
            case HEADERS -> new HeadersMatcher();
        };
    }
}
