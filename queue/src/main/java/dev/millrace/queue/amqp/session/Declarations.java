package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.broker.AmqpQueue;
import dev.millrace.queue.amqp.broker.Broker;
import dev.millrace.queue.amqp.exchange.Binding;
import dev.millrace.queue.amqp.exchange.Destination;
import dev.millrace.queue.amqp.exchange.Exchange;
import dev.millrace.queue.amqp.exchange.ExchangeType;
import dev.millrace.queue.amqp.method.ExchangeMethod;
import dev.millrace.queue.amqp.method.ExchangeReply;
import dev.millrace.queue.amqp.method.QueueMethod;
import dev.millrace.queue.amqp.method.QueueReply;
import dev.millrace.queue.amqp.method.Reply;
import dev.millrace.queue.amqp.wire.AmqpError;

/** The methods of a channel that declare, bind and delete. */
final class Declarations {
    /** Definitions may hold a method's fields twice, in hexadecimal. */
    private static final int FIELDS_FACTOR = 6;

    private final Session session;

    /** The queue that an empty name means (specification, section 1.7.2.1). */
    private String lastQueue = "";

    Declarations(Session session) {
        this.session = session;
    }

    private Broker broker() {
        return session.broker();
    }

    /** What stands for an empty name. */
    String named(String queue) {
        if (!queue.isEmpty()) {
            return queue;
        }
        if (lastQueue.isEmpty()) {
            throw AmqpError.notFound("previously declared queue");
        }
        return lastQueue;
    }

    private void attempt(long bytes, Runnable action) {
        session.connection()
                .attempt(
                        session,
                        () -> Broker.DEFINITION_BYTES + bytes,
                        () -> {
                            session.connection().dependOnChange();
                            action.run();
                        });
    }

    private void answer(boolean noWait, Reply reply) {
        if (!noWait) {
            session.send(reply);
        }
    }

    // ---- Exchanges

    void handle(ExchangeMethod method, int methodBytes) {
        long bytes = (long) FIELDS_FACTOR * methodBytes;
        switch (method) {
            case ExchangeMethod.Declare declare when declare.passive() -> declare(declare);
            case ExchangeMethod.Declare declare -> attempt(bytes, () -> declare(declare));
            case ExchangeMethod.Delete delete ->
                    attempt(broker().deletionBytes(delete.exchange()), () -> delete(delete));
            case ExchangeMethod.Bind bind -> attempt(bytes, () -> bind(bind));
            case ExchangeMethod.Unbind unbind ->
                    attempt(broker().deletionBytes(unbind.source()), () -> unbind(unbind));
        }
    }

    private void declare(ExchangeMethod.Declare declare) {
        if (declare.passive()) {
            broker().requireExchange(declare.exchange());
        } else {
            broker().declare(
                            new Exchange.Declared(
                                    declare.exchange(),
                                    ExchangeType.of(declare.type()),
                                    declare.durable(),
                                    declare.autoDelete(),
                                    declare.internal(),
                                    declare.arguments()));
        }
        answer(declare.noWait(), new ExchangeReply.DeclareOk());
    }

    private void delete(ExchangeMethod.Delete delete) {
        broker().deleteExchange(delete.exchange(), delete.ifUnused());
        answer(delete.noWait(), new ExchangeReply.DeleteOk());
    }

    private void bind(ExchangeMethod.Bind bind) {
        Binding binding =
                new Binding(
                        bind.source(),
                        new Destination.ToExchange(bind.destination()),
                        bind.routingKey(),
                        bind.arguments());
        broker().bind(binding, session.connection());
        answer(bind.noWait(), new ExchangeReply.BindOk());
    }

    private void unbind(ExchangeMethod.Unbind unbind) {
        Binding binding =
                new Binding(
                        unbind.source(),
                        new Destination.ToExchange(unbind.destination()),
                        unbind.routingKey(),
                        unbind.arguments());
        broker().unbind(binding, session.connection());
        answer(unbind.noWait(), new ExchangeReply.UnbindOk());
    }

    // ---- Queues

    void handle(QueueMethod method, int methodBytes) {
        long bytes = (long) FIELDS_FACTOR * methodBytes;
        switch (method) {
            case QueueMethod.Declare declare when declare.passive() -> declare(declare);
            case QueueMethod.Declare declare -> attempt(bytes, () -> declare(declare));
            case QueueMethod.Bind bind -> attempt(bytes, () -> bind(bind));
            case QueueMethod.Unbind unbind ->
                    attempt(broker().deletionBytes(unbind.exchange()), () -> unbind(unbind));
            case QueueMethod.Purge purge -> purge(purge);
            case QueueMethod.Delete delete -> delete(delete);
        }
    }

    private void declare(QueueMethod.Declare declare) {
        if (declare.queue().startsWith(Subscriptions.REPLY_TO)) {
            declareReplies(declare);
            return;
        }
        boolean serverNamed = declare.queue().isEmpty() && !declare.passive();
        String name = serverNamed ? Subscriptions.unique("amq.gen-") : named(declare.queue());
        AmqpQueue queue =
                declare.passive()
                        ? broker().queue(name, session.connection())
                        : broker().declare(
                                        new AmqpQueue.Declared(
                                                name,
                                                declare.durable() && !declare.exclusive(),
                                                declare.exclusive(),
                                                declare.autoDelete(),
                                                declare.arguments()),
                                        session.connection(),
                                        serverNamed);
        lastQueue = name;
        queue.settle();
        answer(
                declare.noWait(),
                new QueueReply.DeclareOk(name, queue.ready(), queue.consumerCount()));
    }

    /** Who replies may look whether anybody still waits. */
    private void declareReplies(QueueMethod.Declare declare) {
        boolean own = declare.queue().equals(Subscriptions.REPLY_TO);
        boolean there =
                own
                        ? session.subscriptions().replyName().isPresent()
                        : broker().replyTarget(declare.queue()).isPresent();
        if (!there) {
            throw AmqpError.notFound("queue '" + declare.queue() + "' in vhost '/'");
        }
        answer(declare.noWait(), new QueueReply.DeclareOk(declare.queue(), 0, 1));
    }

    private void bind(QueueMethod.Bind bind) {
        Binding binding =
                new Binding(
                        bind.exchange(),
                        new Destination.ToQueue(named(bind.queue())),
                        key(bind.queue(), bind.routingKey()),
                        bind.arguments());
        broker().bind(binding, session.connection());
        answer(bind.noWait(), new QueueReply.BindOk());
    }

    /** Who names neither queue nor key means the queue's name by both. */
    private String key(String queue, String key) {
        return queue.isEmpty() && key.isEmpty() ? named(queue) : key;
    }

    private void unbind(QueueMethod.Unbind unbind) {
        Binding binding =
                new Binding(
                        unbind.exchange(),
                        new Destination.ToQueue(named(unbind.queue())),
                        key(unbind.queue(), unbind.routingKey()),
                        unbind.arguments());
        broker().unbind(binding, session.connection());
        session.send(new QueueReply.UnbindOk());
    }

    private void purge(QueueMethod.Purge purge) {
        AmqpQueue queue = broker().queue(named(purge.queue()), session.connection());
        attempt(
                queue.purgeBytes(),
                () -> {
                    queue.settle();
                    answer(purge.noWait(), new QueueReply.PurgeOk(queue.purge()));
                });
    }

    private void delete(QueueMethod.Delete delete) {
        String name = named(delete.queue());
        if (!broker().hasQueue(name)) {
            answer(delete.noWait(), new QueueReply.DeleteOk(0));
            return;
        }
        AmqpQueue queue = broker().queue(name, session.connection());
        attempt(
                broker().deletionBytes(queue),
                () -> {
                    queue.settle();
                    long ready = broker().delete(queue, delete.ifUnused(), delete.ifEmpty());
                    answer(delete.noWait(), new QueueReply.DeleteOk(ready));
                });
    }
}
