package dev.millrace.queue.amqp.broker;

import dev.millrace.queue.amqp.exchange.Exchange;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.backlog.Message;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A message on its way from a queue to the queue's dead-letter exchange: copied when it is made,
 * for its place in the queue may be gone when it is sent. Only one is under way at a time.
 */
final class DeadLetter {
    private static final DeadLetter NONE = new DeadLetter(Optional.empty(), List.of());

    private final Optional<Broker> broker;
    private final List<AmqpQueue> targets;

    private DeadLetter(Optional<Broker> broker, List<AmqpQueue> targets) {
        this.broker = broker;
        this.targets = targets;
    }

    /** What becomes of a message of a queue. */
    static DeadLetter of(Broker broker, AmqpQueue queue, Message message, Death death) {
        Optional<Exchange> exchange =
                queue.arguments().deadLetterExchange().flatMap(broker.topology()::exchange);
        if (exchange.isEmpty()) {
            return NONE;
        }
        Meta meta = Meta.of(message);
        Properties recorded = death.recorded(queue.name(), meta, broker.loop().nowMillis());
        Optional<String> otherKey = queue.arguments().deadLetterKey();
        if (otherKey.isPresent()) {
            recorded = recorded.withHeaders(CarbonCopies.withoutOpen(recorded.headers()));
        }
        String key = otherKey.orElse(meta.routingKey());
        List<AmqpQueue> targets = new ArrayList<>();
        for (AmqpQueue target : broker.route(exchange.get(), key, recorded)) {
            if (!death.isCircle(recorded, target.name())) {
                targets.add(target);
            }
        }
        if (targets.isEmpty()) {
            return NONE;
        }
        broker.deadLetter().take(exchange.get().name(), key, recorded, message);
        return new DeadLetter(Optional.of(broker), targets);
    }

    /** What is to be admitted for it. */
    long bytes() {
        return broker.map(of -> Broker.publishBytes(of.deadLetter(), targets.size())).orElse(0L);
    }

    void send() {
        broker.ifPresent(
                of -> {
                    long now = of.loop().nowMillis();
                    for (AmqpQueue target : targets) {
                        if (target.takes(of.deadLetter())) {
                            target.append(of.deadLetter(), now);
                        }
                    }
                });
    }
}
