package dev.millrace.queue.amqp.broker;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.queue.amqp.exchange.Binding;
import dev.millrace.queue.amqp.exchange.Destination;
import dev.millrace.queue.amqp.exchange.Exchange;
import dev.millrace.queue.amqp.exchange.Topology;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.amqp.wire.ReplyCode;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.effect.Effects;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.server.QueueLoop;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The virtual host {@code /}: its exchanges, queues and bindings, which clients declare and delete.
 * What is durable is written down as definitions ({@link Records}); the rest is gone after a
 * restart. Every method is called within {@link QueueLoop#change}; those that change anything,
 * after {@link #DEFINITION_BYTES} were admitted, and what else they say.
 */
public final class Broker {
    /**
     * What a declaration, a binding or a deletion takes in the journal, beside what it is given.
     */
    public static final long DEFINITION_BYTES = 96 * 1024;

    /** More than exchange, key and what else stands before a message's properties can have. */
    public static final int META_BYTES = 640;

    private final QueueLoop loop;
    private final Topology topology = new Topology();
    private final Map<String, AmqpQueue> queues = new LinkedHashMap<>();
    private final Map<String, ReplyTarget> replyTargets = new HashMap<>();
    private final Records records;
    private final Outgoing published = new Outgoing();
    private final Outgoing deadLetter = new Outgoing();

    public Broker(QueueLoop loop) {
        this.loop = loop;
        this.records = new Records(loop.store());
    }

    public QueueLoop loop() {
        return loop;
    }

    Topology topology() {
        return topology;
    }

    Outgoing deadLetter() {
        return deadLetter;
    }

    /** Finds what an earlier process left, and lets go of what was not to outlive it. */
    public void restore() {
        loop.change(this::restoreNow);
    }

    private void restoreNow() {
        records.exchanges().forEach(topology::add);
        for (Records.StoredQueue stored : records.queues()) {
            if (stored.declared().outlivesRestart()) {
                add(stored.declared(), null, stored.ledgers());
            } else if (loop.store().admit(DEFINITION_BYTES) == Journal.Admission.ADMITTED) {
                drop(stored.declared().name(), stored.ledgers());
            }
        }
        records.bindings().forEach(topology::bind);
    }

    // ---- Exchanges

    /**
     * The exchange of that name.
     *
     * @throws AmqpError if there is none
     */
    public Exchange exchange(String name) {
        return topology.exchange(name).orElseThrow(() -> noExchange(name));
    }

    private static AmqpError noExchange(String name) {
        return AmqpError.notFound(Names.exchange(name));
    }

    /** The one that a client names in order to look at it. */
    public void requireExchange(String name) {
        requireNotDefault(name);
        exchange(name);
    }

    /** Declares an exchange, or finds that it is there and the same. */
    public void declare(Exchange.Declared wanted) {
        requireNotDefault(wanted.name());
        Optional<Exchange> found = topology.exchange(wanted.name());
        if (found.isPresent()) {
            requireSame(found.get().declared(), wanted);
            return;
        }
        Names.requireNotReserved("exchange", wanted.name());
        topology.add(wanted);
        if (wanted.durable()) {
            records.add(wanted);
        }
    }

    private static void requireSame(Exchange.Declared current, Exchange.Declared wanted) {
        String what = Names.exchange(wanted.name());
        Names.requireSame(what, "type", current.type().text(), wanted.type().text());
        Names.requireSame(what, "durable", current.durable(), wanted.durable());
        Names.requireSame(what, "auto_delete", current.autoDelete(), wanted.autoDelete());
        Names.requireSame(what, "internal", current.internal(), wanted.internal());
        Names.requireSame(
                what, List.of("alternate-exchange"), current.arguments(), wanted.arguments());
    }

    /** What is to be admitted for deleting an exchange, beyond {@link #DEFINITION_BYTES}. */
    public long deletionBytes(String name) {
        return topology.exchange(name)
                .map(
                        exchange ->
                                Records.bytes(exchange.bindings())
                                        + Records.bytes(
                                                topology.to(new Destination.ToExchange(name))))
                .orElse(0L);
    }

    /** Deletes an exchange, if it is there. */
    public void deleteExchange(String name, boolean ifUnused) {
        requireNotDefault(name);
        if (name.startsWith("amq.")) {
            throw AmqpError.accessRefused(
                    "deletion of system " + Names.exchange(name) + " not allowed");
        }
        Optional<Exchange> found = topology.exchange(name);
        if (found.isEmpty()) {
            return;
        }
        if (ifUnused && !found.get().bindings().isEmpty()) {
            throw AmqpError.preconditionFailed(Names.exchange(name) + " in use");
        }
        forget(topology.delete(found.get()));
    }

    private static void requireNotDefault(String exchange) {
        if (exchange.equals(Topology.DEFAULT)) {
            throw AmqpError.accessRefused("operation not permitted on the default exchange");
        }
    }

    private void forget(Topology.Gone gone) {
        gone.bindings().forEach(records::remove);
        gone.exchanges().forEach(exchange -> records.remove(exchange.declared()));
    }

    // ---- Bindings

    /** Binds a queue or an exchange to an exchange. */
    public void bind(Binding binding, Object client) {
        requireEnds(binding, client);
        if (topology.bind(binding) && isDurable(binding)) {
            records.add(binding);
        }
    }

    /** Takes a binding away, if it and what it binds are there. */
    public void unbind(Binding binding, Object client) {
        requireNoneDefault(binding);
        if (binding.destination() instanceof Destination.ToQueue(String name)
                && topology.to(binding.destination()).contains(binding)) {
            queue(name, client);
        }
        forget(topology.unbind(binding));
    }

    private void requireEnds(Binding binding, Object client) {
        requireNoneDefault(binding);
        exchange(binding.source());
        switch (binding.destination()) {
            case Destination.ToQueue(String name) -> queue(name, client);
            case Destination.ToExchange(String name) -> exchange(name);
        }
    }

    private static void requireNoneDefault(Binding binding) {
        if (binding.destination() instanceof Destination.ToExchange(String name)) {
            requireNotDefault(name);
        }
        requireNotDefault(binding.source());
    }

    private boolean isDurable(Binding binding) {
        boolean end =
                switch (binding.destination()) {
                    case Destination.ToQueue(String name) ->
                            Optional.ofNullable(queues.get(name))
                                    .map(queue -> queue.declared().outlivesRestart())
                                    .orElse(false);
                    case Destination.ToExchange(String name) -> exchange(name).declared().durable();
                };
        return end && exchange(binding.source()).declared().durable();
    }

    // ---- Queues

    public Collection<AmqpQueue> queues() {
        return List.copyOf(queues.values());
    }

    /**
     * The queue of that name.
     *
     * @throws AmqpError if there is none, or another connection has it for itself
     */
    public AmqpQueue queue(String name, Object client) {
        @Nullable AmqpQueue queue = queues.get(name);
        if (queue == null) {
            throw AmqpError.notFound(Names.queue(name));
        }
        if (queue.owner().isPresent() && !queue.owner().get().equals(client)) {
            throw locked(name);
        }
        return queue;
    }

    private static AmqpError locked(String queue) {
        return new AmqpError(
                ReplyCode.RESOURCE_LOCKED,
                "cannot obtain exclusive access to locked "
                        + Names.queue(queue)
                        + ". It could be originally declared on another connection or the exclusive"
                        + " property value does not match that of the original declaration.");
    }

    public boolean hasQueue(String name) {
        return queues.containsKey(name);
    }

    /** Declares a queue, or finds that it is there and the same. */
    public AmqpQueue declare(AmqpQueue.Declared wanted, Object client, boolean serverNamed) {
        @Nullable AmqpQueue found = queues.get(wanted.name());
        if (found != null) {
            requireSame(found, wanted, client);
            found.used();
            return found;
        }
        if (!serverNamed) {
            Names.requireNotReserved("queue", wanted.name());
        }
        QueueArguments arguments = QueueArguments.of(wanted.name(), wanted.arguments());
        List<Ledger> ledgers = new ArrayList<>();
        for (int priority = 0; priority <= arguments.maxPriority(); priority++) {
            Backlog backlog = loop.store().effects().addBacklog();
            ledgers.add(loop.store().effects().addLedger(backlog, 0));
        }
        records.add(wanted, ledgers);
        return add(wanted, wanted.exclusive() ? client : null, ledgers);
    }

    private AmqpQueue add(
            AmqpQueue.Declared declared, @Nullable Object owner, List<Ledger> ledgers) {
        QueueArguments arguments = QueueArguments.of(declared.name(), declared.arguments());
        AmqpQueue queue = new AmqpQueue(this, declared, arguments, owner, ledgers);
        queues.put(declared.name(), queue);
        return queue;
    }

    private static void requireSame(AmqpQueue found, AmqpQueue.Declared wanted, Object client) {
        String what = Names.queue(wanted.name());
        Optional<Object> owner = wanted.exclusive() ? Optional.of(client) : Optional.empty();
        if (!found.owner().equals(owner)) {
            throw locked(wanted.name());
        }
        AmqpQueue.Declared current = found.declared();
        Names.requireSame(what, "durable", current.durable(), wanted.durable());
        Names.requireSame(what, "auto_delete", current.autoDelete(), wanted.autoDelete());
        Names.requireSame(what, QueueArguments.COUNTING, current.arguments(), wanted.arguments());
    }

    /** What is to be admitted for deleting a queue, beyond {@link #DEFINITION_BYTES}. */
    public long deletionBytes(AmqpQueue queue) {
        return Records.bytes(topology.to(new Destination.ToQueue(queue.name())))
                + queue.purgeBytes();
    }

    /**
     * Deletes a queue with its messages.
     *
     * @return how many could have been delivered
     */
    public long delete(AmqpQueue queue, boolean ifUnused, boolean ifEmpty) {
        if (ifUnused && queue.consumerCount() > 0) {
            throw AmqpError.preconditionFailed(Names.queue(queue.name()) + " in use");
        }
        if (ifEmpty && queue.ready() > 0) {
            throw AmqpError.preconditionFailed(Names.queue(queue.name()) + " not empty");
        }
        long ready = queue.ready();
        if (queues.remove(queue.name(), queue)) {
            queue.end();
            forget(topology.forgetQueue(queue.name()));
            drop(queue.name(), queue.ledgers());
        }
        return ready;
    }

    private void drop(String name, List<Ledger> ledgers) {
        records.removeQueue(name);
        for (Ledger ledger : ledgers) {
            loop.store().effects().drop(ledger.backlog());
        }
    }

    /**
     * Deletes a queue that is not wanted any more, now or as soon as there is space for that. To be
     * called within or without a change.
     */
    public void release(AmqpQueue queue) {
        loop.change(
                () -> {
                    long bytes = DEFINITION_BYTES + deletionBytes(queue);
                    if (loop.admitOrRetry(bytes, () -> release(queue))) {
                        delete(queue, false, false);
                    }
                });
    }

    // ---- Direct reply-to

    /** Who waits for replies to messages that it publishes, without a queue. */
    public interface ReplyTarget {
        void reply(String exchange, String key, Properties properties, long body, int bodyBytes);
    }

    /** Replies that are published to that name go there. */
    public void replies(String name, ReplyTarget target) {
        replyTargets.put(name, target);
    }

    public void noReplies(String name) {
        replyTargets.remove(name);
    }

    /** Who waits for replies by that name. */
    public Optional<ReplyTarget> replyTarget(String name) {
        return Optional.ofNullable(replyTargets.get(name));
    }

    /** The queues that go with a connection. */
    public List<AmqpQueue> exclusiveTo(Object client) {
        List<AmqpQueue> found = new ArrayList<>();
        for (AmqpQueue queue : queues.values()) {
            if (queue.owner().isPresent() && queue.owner().get().equals(client)) {
                found.add(queue);
            }
        }
        return found;
    }

    // ---- Publishing

    /**
     * The exchange that a client may publish to.
     *
     * @throws AmqpError if there is none, or only other exchanges may
     */
    public Exchange publishable(String name) {
        Exchange exchange = exchange(name);
        if (exchange.declared().internal()) {
            throw AmqpError.accessRefused("cannot publish to internal " + Names.exchange(name));
        }
        return exchange;
    }

    /**
     * The queues that a message goes to, each once.
     *
     * @throws AmqpError if its headers name further keys and are not as they must be
     */
    public List<AmqpQueue> route(Exchange exchange, String routingKey, Properties properties) {
        List<String> keys = CarbonCopies.keys(routingKey, properties);
        if (exchange.name().equals(Topology.DEFAULT) && keys.size() == 1) {
            @Nullable AmqpQueue one = queues.get(routingKey);
            return one == null ? List.of() : List.of(one);
        }
        List<AmqpQueue> targets = new ArrayList<>();
        for (String name : topology.route(exchange, keys, properties::headers)) {
            @Nullable AmqpQueue target = queues.get(name);
            if (target != null) {
                targets.add(target);
            }
        }
        return targets;
    }

    /** What is to be admitted for {@link #publish}. */
    public static long publishBytes(long metaAndBodyBytes, int targets) {
        return (metaAndBodyBytes + 2L * Effects.BYTES_MAX) * targets;
    }

    static long publishBytes(Outgoing message, int targets) {
        return publishBytes(message.bytes(), targets);
    }

    /**
     * Puts a message into queues.
     *
     * @return false if one of them takes no more
     */
    public boolean publish(
            String exchange,
            String routingKey,
            Properties properties,
            long body,
            int bodyBytes,
            List<AmqpQueue> targets) {
        published.take(exchange, routingKey, properties, body, bodyBytes);
        long now = loop.nowMillis();
        boolean taken = true;
        for (AmqpQueue target : targets) {
            if (target.takes(published)) {
                target.append(published, now);
            } else {
                taken = false;
            }
        }
        return taken;
    }
}
