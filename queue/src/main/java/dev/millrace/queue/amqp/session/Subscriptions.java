package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.broker.AmqpQueue;
import dev.millrace.queue.amqp.method.BasicMethod;
import dev.millrace.queue.amqp.method.BasicReply;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FieldValue;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.dispatch.Delivery;
import dev.millrace.queue.dispatch.Group;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The consumers of a channel, {@code basic.get}, and direct reply-to. */
final class Subscriptions {
    /** The queue that is none (RabbitMQ, Direct Reply-to). */
    static final String REPLY_TO = "amq.rabbitmq.reply-to";

    private static final String PRIORITY = "x-priority";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Session session;
    private final Map<String, Subscription> byTag = new LinkedHashMap<>();
    private int prefetch;
    private Optional<Replies> replies = Optional.empty();

    /** The consumer of replies: its tag, and the name that repliers publish to. */
    private record Replies(String tag, String name) {}

    Subscriptions(Session session) {
        this.session = session;
    }

    /** Of consumers from now on; 0: any number. */
    void prefetch(int count) {
        prefetch = count;
    }

    List<AmqpQueue> queues() {
        return byTag.values().stream().map(Subscription::queue).toList();
    }

    /** What stands for {@link #REPLY_TO} in a message that is sent; empty: nobody waits. */
    Optional<String> replyName() {
        return replies.map(Replies::name);
    }

    /** A name that nobody guesses. */
    static String unique(String prefix) {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    // ---- Consumers

    void consume(BasicMethod.Consume consume) {
        String tag = consume.consumerTag().isEmpty() ? unique("amq.ctag-") : consume.consumerTag();
        if (byTag.containsKey(tag) || replies.map(one -> one.tag().equals(tag)).orElse(false)) {
            throw AmqpError.notAllowed("attempt to reuse consumer tag '" + tag + "'");
        }
        if (consume.queue().equals(REPLY_TO)) {
            consumeReplies(consume, tag);
            return;
        }
        AmqpQueue queue =
                session.broker().queue(session.named(consume.queue()), session.connection());
        if (!queue.isFreeFor(consume.exclusive())) {
            throw AmqpError.accessRefused(
                    "queue '" + queue.name() + "' in vhost '/' in exclusive use");
        }
        int priority = priority(queue, consume.arguments());
        Subscription subscription =
                new Subscription(session, tag, queue, consume.noAck(), priority, prefetch);
        byTag.put(tag, subscription);
        if (!consume.noWait()) {
            session.send(new BasicReply.ConsumeOk(tag));
        }
        queue.settle();
        queue.add(subscription, consume.exclusive());
    }

    private static int priority(AmqpQueue queue, Table arguments) {
        Optional<FieldValue> given = arguments.get(PRIORITY);
        if (given.isEmpty()) {
            return 0;
        }
        if (!(given.get() instanceof FieldValue.Whole whole)) {
            throw AmqpError.preconditionFailed(
                    "invalid arg '%s' for queue '%s' in vhost '/': \"expected integer, got %s\""
                            .formatted(PRIORITY, queue.name(), given.get().typeName()));
        }
        return Math.clamp(whole.value(), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    void cancel(BasicMethod.Cancel cancel) {
        Subscription subscription = byTag.remove(cancel.consumerTag());
        if (subscription != null) {
            remove(subscription);
        } else if (replies.map(one -> one.tag().equals(cancel.consumerTag())).orElse(false)) {
            endReplies();
        }
        if (!cancel.noWait()) {
            session.send(new BasicMethod.CancelOk(cancel.consumerTag()));
        }
    }

    private void remove(Subscription subscription) {
        if (subscription.queue().remove(subscription)) {
            session.broker().release(subscription.queue());
        }
    }

    /** Its queue is gone. */
    void forget(Subscription subscription) {
        byTag.remove(subscription.tag());
    }

    /** The channel ends. */
    void release() {
        List<Subscription> all = new ArrayList<>(byTag.values());
        byTag.clear();
        all.forEach(this::remove);
        endReplies();
    }

    // ---- One message

    void get(BasicMethod.Get get) {
        AmqpQueue queue = session.broker().queue(session.named(get.queue()), session.connection());
        session.connection()
                .attempt(session, () -> takeBytes(queue), () -> take(queue, get.noAck()));
    }

    private static long takeBytes(AmqpQueue queue) {
        return queue.isCounted() ? 2L * Group.BYTES_MAX : Connection.NOT_LOADED;
    }

    private void take(AmqpQueue queue, boolean noAck) {
        if (queue.isGone() || !queue.settle()) {
            session.send(new BasicReply.GetEmpty());
            return;
        }
        if (queue.ready() > 0 && !queue.isLoaded()) {
            session.connection()
                    .attempt(
                            session,
                            () -> queue.isLoaded() ? 2L * Group.BYTES_MAX : Connection.NOT_LOADED,
                            () -> take(queue, noAck));
            return;
        }
        Delivery taken =
                queue.take(
                        noAck,
                        (delivery, message) -> {
                            session.connection().dependOn(delivery.position());
                            long tag = session.nextTag();
                            session.outbox()
                                    .getOk(tag, delivery.isRedelivered(), message, queue.ready());
                            if (!noAck) {
                                session.settlements().sent(tag, queue, delivery, null);
                            }
                        });
        if (taken == null) {
            session.send(new BasicReply.GetEmpty());
        }
    }

    // ---- Direct reply-to

    private void consumeReplies(BasicMethod.Consume consume, String tag) {
        if (!consume.noAck()) {
            throw AmqpError.preconditionFailed("reply consumer cannot acknowledge");
        }
        if (replies.isPresent()) {
            throw AmqpError.preconditionFailed("reply consumer already set");
        }
        Replies made = new Replies(tag, unique(REPLY_TO + "."));
        replies = Optional.of(made);
        session.broker().replies(made.name(), this::reply);
        if (!consume.noWait()) {
            session.send(new BasicReply.ConsumeOk(tag));
        }
    }

    private void reply(
            String exchange, String key, Properties properties, long body, int bodyBytes) {
        replies.ifPresent(
                waiting ->
                        session.outbox()
                                .content(
                                        new BasicReply.Deliver(
                                                waiting.tag(),
                                                session.nextTag(),
                                                false,
                                                exchange,
                                                key),
                                        properties,
                                        body,
                                        bodyBytes));
    }

    private void endReplies() {
        replies.ifPresent(ended -> session.broker().noReplies(ended.name()));
        replies = Optional.empty();
    }
}
