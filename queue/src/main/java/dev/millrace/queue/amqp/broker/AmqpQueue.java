package dev.millrace.queue.amqp.broker;

import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;
import dev.millrace.queue.dispatch.Group;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.server.QueueLoop;

import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A queue: for each priority a backlog with one ledger, all of them one {@link Group}, and its
 * consumers. Under the store's lock.
 *
 * <p>What goes out of it goes from its head only, as with RabbitMQ: a message that is too old is
 * gone when it comes to the head, one too many is the oldest. Both are done when the queue is
 * {@link #settle settled}, which is before anybody looks, and soon after anything changed.
 */
public final class AmqpQueue {
    /** So many messages are passed on in one turn of the loop. */
    private static final int TURN_MAX = 256;

    private final Broker broker;
    private final QueueLoop loop;
    private final Declared declared;
    private final QueueArguments arguments;

    /** The connection that alone may use it. */
    private final @Nullable Object owner;

    /** By priority. */
    private final List<Ledger> ledgers;

    private final Group group;
    private final List<Consumer> consumers = new ArrayList<>();

    /** Who is served next. */
    private int turn;

    /** Whether consumers differ in priority. */
    private boolean ranked;

    private @Nullable Consumer exclusiveConsumer;
    private boolean hadConsumer;
    private boolean gone;
    private long readyBytes;

    /** What an earlier process left is still to be counted; nobody is served before. */
    private @Nullable Census census;

    /** True once a message came that expires. */
    private boolean expiring;

    private @Nullable ScheduledFuture<?> expiry;
    private long expiryMillis;
    private @Nullable ScheduledFuture<?> disuse;

    /**
     * What a client said when it declared it.
     *
     * @param exclusive only the connection that declared it may use it, and it goes with that one
     * @param autoDelete it goes with its last consumer
     */
    public record Declared(
            String name, boolean durable, boolean exclusive, boolean autoDelete, Table arguments) {
        boolean outlivesRestart() {
            return durable && !exclusive;
        }
    }

    AmqpQueue(
            Broker broker,
            Declared declared,
            QueueArguments arguments,
            @Nullable Object owner,
            List<Ledger> ledgers) {
        this.broker = broker;
        this.loop = broker.loop();
        this.declared = declared;
        this.arguments = arguments;
        this.owner = owner;
        this.ledgers = ledgers;
        this.group = loop.group("amqp:" + ledgers.getFirst().id(), this::pump);
        for (int priority = 0; priority < ledgers.size(); priority++) {
            group.add(ledgers.get(priority), ledgers.size() - priority);
        }
        this.expiring = group.ready() > 0;
        if (arguments.maxBytes().isPresent() && group.ready() > 0) {
            census = new Census(ledgers, loop.store().state().shelf());
        }
        used();
    }

    public Declared declared() {
        return declared;
    }

    public String name() {
        return declared.name();
    }

    QueueArguments arguments() {
        return arguments;
    }

    Optional<Object> owner() {
        return Optional.ofNullable(owner);
    }

    List<Ledger> ledgers() {
        return ledgers;
    }

    Group group() {
        return group;
    }

    // ---- What is in it

    /** How many messages could be delivered; settle first. */
    public long ready() {
        return group.ready();
    }

    public int consumerCount() {
        return consumers.size();
    }

    /** True if it takes one more; it takes any if what is too much goes at the head. */
    boolean takes(Outgoing message) {
        return takes(1, message.bodyBytes());
    }

    /** True if it takes so many more, of so many bytes together. */
    boolean takes(long messages, long bodyBytes) {
        if (gone) {
            return false;
        }
        if (!arguments.rejectPublish()) {
            return true;
        }
        return ready() + messages <= arguments.maxLength().orElse(Long.MAX_VALUE)
                && readyBytes + bodyBytes <= arguments.maxBytes().orElse(Long.MAX_VALUE);
    }

    /** Appends a message, for which {@link Broker#publishBytes} were admitted. */
    void append(Outgoing message, long now) {
        long expires = expiresMillis(message, now);
        expiring |= expires != 0;
        message.expires(expires);
        Ledger ledger = ledgers.get(Math.min(message.properties().priority(), ledgers.size() - 1));
        loop.store()
                .effects()
                .append(
                        ledger.backlog(),
                        new Envelope(loop.store().effects().newId(), now * 1_000_000, 0, 0),
                        message.metaAddress(),
                        message.metaBytes(),
                        message.bodyAddress(),
                        message.bodyBytes());
        readyBytes += message.bodyBytes();
        loop.ready(group);
    }

    private long expiresMillis(Outgoing message, long now) {
        long ttl = arguments.messageTtlMillis().orElse(Long.MAX_VALUE);
        Optional<String> own = message.properties().expiration();
        if (own.isPresent()) {
            ttl = Math.min(ttl, Long.parseLong(own.get()));
        }
        return ttl == Long.MAX_VALUE ? 0 : now + ttl;
    }

    /** False while the lengths of an earlier process's messages are being read. */
    public boolean isCounted() {
        Census counting = census;
        if (counting == null) {
            return true;
        }
        if (!counting.isComplete()) {
            return false;
        }
        readyBytes += counting.bytes();
        census = null;
        return true;
    }

    // ---- Settling

    /**
     * Lets go of what is too old or too much at the head.
     *
     * @return false if there is no space for that at the moment
     */
    public boolean settle() {
        return isCounted() && expire() && shorten();
    }

    private boolean expire() {
        if (!expiring) {
            return true;
        }
        long now = loop.nowMillis();
        for (Message head = group.peek(); head != null; head = group.peek()) {
            long expires = Meta.expiresMillis(head);
            if (expires == 0 || expires > now) {
                watchExpiry(expires);
                return true;
            }
            if (!dropHead(head, Death.EXPIRED)) {
                return false;
            }
        }
        return true;
    }

    private void watchExpiry(long expires) {
        if (expires == expiryMillis) {
            return;
        }
        expiryMillis = expires;
        ScheduledFuture<?> before = expiry;
        if (before != null) {
            before.cancel(false);
        }
        if (expires != 0) {
            long delay = Math.max(1, expires - loop.nowMillis());
            expiry = loop.executor().schedule(this::expiryDue, delay, TimeUnit.MILLISECONDS);
        }
    }

    private void expiryDue() {
        expiryMillis = 0;
        loop.ready(group);
    }

    private boolean shorten() {
        if (arguments.maxLength().isEmpty() && arguments.maxBytes().isEmpty()) {
            return true;
        }
        while (isTooMuch()) {
            Message head = group.peek();
            if (head == null) {
                return true;
            }
            if (!dropHead(head, Death.MAXLEN)) {
                return false;
            }
        }
        return true;
    }

    private boolean isTooMuch() {
        return ready() > arguments.maxLength().orElse(Long.MAX_VALUE)
                || readyBytes > arguments.maxBytes().orElse(Long.MAX_VALUE) && ready() > 0;
    }

    private boolean dropHead(Message head, Death death) {
        DeadLetter letter = DeadLetter.of(broker, this, head, death);
        if (!admit(letter.bytes() + 2L * Group.BYTES_MAX)) {
            return false;
        }
        Delivery taken = group.take();
        if (taken == null) {
            return false;
        }
        took(group.message());
        group.acknowledge(taken);
        letter.send();
        return true;
    }

    private boolean admit(long bytes) {
        return loop.admitOrRetry(bytes, () -> loop.ready(group));
    }

    private void took(Message message) {
        readyBytes -= message.bodyBytes();
    }

    // ---- Delivering

    /** Called when there is something, or somebody, new. */
    private void pump(Group same) {
        if (gone || !isCounted() || !expire()) {
            return;
        }
        for (int i = 0; ready() > 0; i++) {
            Consumer consumer = next();
            if (consumer == null) {
                break;
            }
            if (i == TURN_MAX) {
                loop.ready(group);
                return;
            }
            if (!expire() || !admit(2L * Group.BYTES_MAX)) {
                return;
            }
            Delivery delivery = group.take();
            if (delivery == null) {
                break;
            }
            give(consumer, delivery);
        }
        shorten();
    }

    private void give(Consumer consumer, Delivery delivery) {
        Message message = group.message();
        took(message);
        consumer.deliver(this, delivery, message);
        if (consumer.noAck()) {
            group.acknowledge(delivery);
        }
    }

    /** The consumer that is served next: round and round among those of the highest priority. */
    private @Nullable Consumer next() {
        if (arguments.singleActive()) {
            return !consumers.isEmpty() && consumers.getFirst().mayTake()
                    ? consumers.getFirst()
                    : null;
        }
        Consumer best = null;
        int at = 0;
        for (int i = 0; i < consumers.size(); i++) {
            int index = (turn + i) % consumers.size();
            Consumer one = consumers.get(index);
            if (one.mayTake() && (best == null || one.priority() > best.priority())) {
                best = one;
                at = index;
                if (!ranked) {
                    break;
                }
            }
        }
        if (best != null) {
            turn = at + 1;
        }
        return best;
    }

    /** A consumer may be able to take again. */
    public void wake() {
        loop.ready(group);
    }

    /**
     * Takes the next message for {@code basic.get}; two {@link Group#BYTES_MAX} were admitted.
     *
     * @return null if there is none at hand
     */
    public @Nullable Delivery take(boolean noAck, Taker taker) {
        used();
        Delivery delivery = group.take();
        if (delivery == null) {
            return null;
        }
        Message message = group.message();
        took(message);
        taker.taken(delivery, message);
        if (noAck) {
            group.acknowledge(delivery);
        }
        return delivery;
    }

    /** True if the next message can be taken at once; otherwise it is being loaded. */
    public boolean isLoaded() {
        return group.peek() != null;
    }

    /** Looks at a message before it may go. */
    @FunctionalInterface
    public interface Taker {
        void taken(Delivery delivery, Message message);
    }

    /** A message is done with; {@link Group#BYTES_MAX} were admitted. */
    public void acknowledge(Delivery delivery) {
        if (!gone) {
            group.acknowledge(delivery);
        }
    }

    /** A message is ready again, where it was. */
    public void requeue(Delivery delivery) {
        if (gone) {
            return;
        }
        group.giveBack(delivery);
        if (arguments.maxBytes().isPresent()) {
            Message message = group.read(delivery);
            readyBytes += message == null ? 0 : message.bodyBytes();
        }
    }

    /**
     * What is to be admitted for rejecting a message for good.
     *
     * @return -1 if it must be loaded first
     */
    public long rejectBytes(Delivery delivery) {
        if (gone || arguments.deadLetterExchange().isEmpty()) {
            return Group.BYTES_MAX;
        }
        Message message = group.read(delivery);
        return message == null
                ? -1
                : Group.BYTES_MAX + DeadLetter.of(broker, this, message, Death.REJECTED).bytes();
    }

    /**
     * A message goes to the dead-letter exchange, or nowhere; {@link #rejectBytes} were admitted.
     */
    public void reject(Delivery delivery) {
        if (gone) {
            return;
        }
        Message message = arguments.deadLetterExchange().isEmpty() ? null : group.read(delivery);
        if (message == null) {
            group.acknowledge(delivery);
            return;
        }
        DeadLetter letter = DeadLetter.of(broker, this, message, Death.REJECTED);
        group.acknowledge(delivery);
        letter.send();
    }

    /** What is to be admitted for {@link #purge}. */
    public long purgeBytes() {
        return group.purgeBytes();
    }

    /**
     * Lets go of all that could be delivered.
     *
     * @return how many
     */
    public long purge() {
        if (gone) {
            return 0;
        }
        readyBytes = 0;
        census = null;
        return group.purgeReady();
    }

    // ---- Consumers

    /** True if a consumer may be added: nobody has, or wants, the queue for itself. */
    public boolean isFreeFor(boolean exclusive) {
        boolean neverAlone = arguments.singleActive() || !consumers.isEmpty();
        return exclusiveConsumer == null && !(exclusive && neverAlone);
    }

    public void add(Consumer consumer, boolean exclusive) {
        consumers.add(consumer);
        ranked |= consumer.priority() != consumers.getFirst().priority();
        hadConsumer = true;
        if (exclusive) {
            exclusiveConsumer = consumer;
        }
        used();
        wake();
    }

    /** Takes a consumer away; true if the queue is to go with it. */
    public boolean remove(Consumer consumer) {
        consumers.remove(consumer);
        if (consumer.equals(exclusiveConsumer)) {
            exclusiveConsumer = null;
        }
        used();
        wake();
        return declared.autoDelete() && hadConsumer && consumers.isEmpty() && !gone;
    }

    // ---- Its end

    /** Somebody uses it; if it expires, its time begins anew. */
    void used() {
        ScheduledFuture<?> before = disuse;
        if (before != null) {
            before.cancel(false);
            disuse = null;
        }
        if (arguments.expiresMillis().isPresent() && consumers.isEmpty() && !gone) {
            disuse =
                    loop.executor()
                            .schedule(
                                    this::disused,
                                    arguments.expiresMillis().getAsLong(),
                                    TimeUnit.MILLISECONDS);
        }
    }

    private void disused() {
        if (!gone && consumers.isEmpty()) {
            broker.release(this);
        }
    }

    public boolean isGone() {
        return gone;
    }

    /** It is no more. */
    void end() {
        gone = true;
        used();
        watchExpiry(0);
        group.drop();
        loop.forget(group);
        for (Consumer consumer : List.copyOf(consumers)) {
            consumer.cancelled();
        }
        consumers.clear();
    }
}
