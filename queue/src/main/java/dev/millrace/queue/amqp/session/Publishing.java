package dev.millrace.queue.amqp.session;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.queue.amqp.broker.AmqpQueue;
import dev.millrace.queue.amqp.broker.Broker;
import dev.millrace.queue.amqp.broker.CarbonCopies;
import dev.millrace.queue.amqp.exchange.Exchange;
import dev.millrace.queue.amqp.exchange.Topology;
import dev.millrace.queue.amqp.method.BasicMethod;
import dev.millrace.queue.amqp.method.BasicReply;
import dev.millrace.queue.amqp.method.TxMethod;
import dev.millrace.queue.amqp.method.TxReply;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.amqp.wire.ReplyCode;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a channel publishes, at once or when its transaction is committed. */
final class Publishing {
    /** RabbitMQ's: ten years, as it counts them. */
    private static final BigInteger EXPIRATION_MILLIS_MAX = BigInteger.valueOf(315_360_000_000L);

    private final Session session;
    private final Confirms confirms;
    private final Settlements settlements;

    /** What a transaction has published; null outside of one. */
    private @Nullable List<Publication> pending;

    /** Bodies of {@link #pending}, one behind the other. */
    private @Nullable NativeBuffer bodies;

    /**
     * A message and where it goes.
     *
     * @param start of the body in {@link #bodies}
     */
    private record Publication(
            BasicMethod.Publish method,
            Properties properties,
            long start,
            int bodyBytes,
            List<AmqpQueue> targets) {
        /** What is to be admitted; or a target does not know yet what it has. */
        long bytes() {
            for (AmqpQueue target : targets) {
                if (!target.isCounted()) {
                    return Connection.NOT_LOADED;
                }
            }
            return Broker.publishBytes(
                    (long) Broker.META_BYTES + properties.raw().length + bodyBytes, targets.size());
        }
    }

    Publishing(Session session, Confirms confirms, Settlements settlements) {
        this.session = session;
        this.confirms = confirms;
        this.settlements = settlements;
    }

    private Broker broker() {
        return session.broker();
    }

    /** A message is whole. */
    void publish(Incoming incoming) {
        BasicMethod.Publish method = incoming.publish();
        if (method.immediate()) {
            throw AmqpError.notImplemented("immediate=true");
        }
        Exchange exchange = broker().publishable(method.exchange());
        Properties properties = checked(incoming.properties());
        Optional<Broker.ReplyTarget> reply = replyTarget(method);
        if (reply.isPresent() && pending == null) {
            reply.get()
                    .reply(
                            method.exchange(),
                            method.routingKey(),
                            properties,
                            incoming.address(),
                            incoming.bytes());
            incoming.end();
            confirms.published(true);
            return;
        }
        List<AmqpQueue> targets = broker().route(exchange, method.routingKey(), properties);
        Properties kept = CarbonCopies.withoutBlind(properties);
        Publication publication = new Publication(method, kept, 0, incoming.bytes(), targets);
        if (pending != null) {
            keep(publication, incoming);
            return;
        }
        session.connection()
                .attempt(
                        session,
                        publication::bytes,
                        () -> {
                            session.connection().dependOnChange();
                            boolean taken = put(publication, incoming.address());
                            incoming.end();
                            confirms.published(taken);
                        });
    }

    private Optional<Broker.ReplyTarget> replyTarget(BasicMethod.Publish method) {
        return method.exchange().equals(Topology.DEFAULT)
                        && method.routingKey().startsWith(Subscriptions.REPLY_TO)
                ? broker().replyTarget(method.routingKey())
                : Optional.empty();
    }

    private Properties checked(Properties properties) {
        properties
                .userId()
                .filter(user -> !user.equals(session.connection().user()))
                .ifPresent(
                        user -> {
                            throw AmqpError.preconditionFailed(
                                    "user_id property set to '%s' but authenticated user was '%s'"
                                            .formatted(user, session.connection().user()));
                        });
        properties.expiration().ifPresent(Publishing::requireExpiration);
        if (!properties.replyTo().equals(Optional.of(Subscriptions.REPLY_TO))) {
            return properties;
        }
        return properties.withReplyTo(
                session.subscriptions()
                        .replyName()
                        .orElseThrow(
                                () ->
                                        AmqpError.preconditionFailed(
                                                "fast reply consumer does not exist")));
    }

    private static void requireExpiration(String text) {
        int end = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        int start = end;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        if (end == start) {
            throw invalidExpiration(text, "no_integer");
        }
        if (end < text.length()) {
            throw invalidExpiration(text, "{leftover_string,\"" + text.substring(end) + "\"}");
        }
        BigInteger millis = new BigInteger(text);
        if (millis.signum() < 0) {
            throw invalidExpiration(text, "{value_negative," + millis + "}");
        }
        if (millis.compareTo(EXPIRATION_MILLIS_MAX) > 0) {
            throw invalidExpiration(text, "{value_too_large," + millis + "}");
        }
    }

    private static AmqpError invalidExpiration(String text, String why) {
        return AmqpError.preconditionFailed("invalid expiration '" + text + "': " + why);
    }

    /** Puts a message where it goes, or returns it; true if all took it. */
    private boolean put(Publication publication, long body) {
        session.connection().published();
        BasicMethod.Publish method = publication.method;
        if (publication.targets.isEmpty()) {
            if (method.mandatory()) {
                returned(publication, body);
            }
            return true;
        }
        return broker().publish(
                        method.exchange(),
                        method.routingKey(),
                        publication.properties,
                        body,
                        publication.bodyBytes,
                        publication.targets);
    }

    private void returned(Publication publication, long body) {
        session.outbox()
                .content(
                        new BasicReply.Return(
                                ReplyCode.NO_ROUTE.code(),
                                ReplyCode.NO_ROUTE.name(),
                                publication.method.exchange(),
                                publication.method.routingKey()),
                        publication.properties,
                        body,
                        publication.bodyBytes);
    }

    // ---- Transactions

    boolean isTransactional() {
        return pending != null;
    }

    void handle(TxMethod method) {
        switch (method) {
            case TxMethod.Select _ -> select();
            case TxMethod.Commit _ -> commit();
            case TxMethod.Rollback _ -> rollback();
        }
    }

    private void select() {
        if (confirms.isSelected()) {
            throw AmqpError.preconditionFailed("cannot switch from confirm to tx mode");
        }
        if (pending == null) {
            pending = new ArrayList<>();
        }
        settlements.begin();
        session.send(new TxReply.SelectOk());
    }

    private void keep(Publication publication, Incoming incoming) {
        NativeBuffer kept = bodies();
        long start = kept.length();
        kept.put(incoming.address(), incoming.bytes());
        waiting()
                .add(
                        new Publication(
                                publication.method,
                                publication.properties,
                                start,
                                publication.bodyBytes,
                                publication.targets));
        incoming.end();
    }

    /** All of it is one record, so that it happens wholly or not at all. */
    private void commit() {
        requireTransactional();
        session.connection().attempt(session, this::commitBytes, this::commitNow);
    }

    private long commitBytes() {
        long bytes = settlements.commitBytes();
        if (bytes == Connection.NOT_LOADED) {
            return bytes;
        }
        for (Publication publication : waiting()) {
            long some = publication.bytes();
            if (some == Connection.NOT_LOADED) {
                return some;
            }
            bytes += some;
        }
        return bytes;
    }

    private void commitNow() {
        session.connection().dependOnChange();
        for (Publication publication : waiting()) {
            put(publication, bodies().address() + publication.start);
        }
        settlements.commit();
        session.send(new TxReply.CommitOk());
        clear();
    }

    private void rollback() {
        requireTransactional();
        settlements.rollback();
        session.send(new TxReply.RollbackOk());
        clear();
    }

    private void requireTransactional() {
        if (pending == null) {
            throw AmqpError.preconditionFailed("channel is not transactional");
        }
    }

    private void clear() {
        waiting().clear();
        bodies().clear();
        bodies().shrink();
    }

    private List<Publication> waiting() {
        List<Publication> begun = pending;
        return begun == null ? new ArrayList<>() : begun;
    }

    private NativeBuffer bodies() {
        NativeBuffer open = bodies;
        if (open == null) {
            open = new NativeBuffer(1024);
            bodies = open;
        }
        return open;
    }

    /** The channel ends: what was not committed is not published. */
    void release() {
        NativeBuffer open = bodies;
        if (open != null) {
            open.free();
            bodies = null;
        }
        pending = null;
    }
}
