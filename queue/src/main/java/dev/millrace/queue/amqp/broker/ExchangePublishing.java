package dev.millrace.queue.amqp.broker;

import dev.millrace.kernel.transaction.Verdict;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.Properties;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code basic.publish} for others of the process, as a part of their records: the same rules,
 * words and ways. A message that a queue would reject ({@code x-overflow}) is refused here, for
 * what it is a part of happens wholly or not at all. Under the store's lock.
 */
public final class ExchangePublishing {
    /** A key is a short string on the wire. */
    private static final int KEY_BYTES_MAX = 255;

    private final Broker broker;
    private final long messageBytesMax;

    /** What was allowed since {@link #begin}, to queues that take so much and no more. */
    private final Map<AmqpQueue, Allowed> allowed = new HashMap<>();

    private record Allowed(long messages, long bodyBytes) {
        static final Allowed NOTHING = new Allowed(0, 0);

        Allowed with(int bytes) {
            return new Allowed(messages + 1, bodyBytes + bytes);
        }
    }

    public ExchangePublishing(Broker broker, long messageBytesMax) {
        this.broker = broker;
        this.messageBytesMax = messageBytesMax;
    }

    /** Nothing is allowed yet: a record begins. */
    public void begin() {
        allowed.clear();
    }

    /** Whether a message can be published; see {@link dev.millrace.kernel.transaction.Messages}. */
    public Verdict check(String exchange, String routingKey, long body, int bodyBytes) {
        List<AmqpQueue> targets;
        try {
            requireSizes(routingKey, bodyBytes);
            targets = broker.route(broker.publishable(exchange), routingKey, Properties.NONE);
            for (AmqpQueue target : targets) {
                if (!target.isCounted()) {
                    return new Verdict.NotNow();
                }
                requireRoom(target, bodyBytes);
            }
        } catch (AmqpError refusal) {
            return new Verdict.Refused(refusal.replyText());
        }
        return new Verdict.Allowed(
                Broker.publishBytes((long) Broker.META_BYTES + bodyBytes, targets.size()),
                () -> publish(exchange, routingKey, body, bodyBytes, targets));
    }

    private void requireSizes(String routingKey, int bodyBytes) {
        int keyBytes = routingKey.getBytes(StandardCharsets.UTF_8).length;
        if (keyBytes > KEY_BYTES_MAX) {
            throw AmqpError.syntaxError(
                    "routing key: " + keyBytes + " bytes (expected: <= " + KEY_BYTES_MAX + ")");
        }
        if (bodyBytes > messageBytesMax) {
            throw AmqpError.messageTooLong(Integer.toString(bodyBytes), messageBytesMax);
        }
    }

    private void requireRoom(AmqpQueue target, int bodyBytes) {
        if (!target.arguments().rejectPublish()) {
            return;
        }
        Allowed all = allowed.getOrDefault(target, Allowed.NOTHING).with(bodyBytes);
        if (!target.takes(all.messages, all.bodyBytes)) {
            throw AmqpError.preconditionFailed(
                    Names.queue(target.name()) + " is full and rejects what is published");
        }
        allowed.put(target, all);
    }

    private long publish(
            String exchange, String routingKey, long body, int bodyBytes, List<AmqpQueue> targets) {
        if (!targets.isEmpty()) {
            broker.publish(exchange, routingKey, Properties.NONE, body, bodyBytes, targets);
        }
        return targets.size();
    }
}
