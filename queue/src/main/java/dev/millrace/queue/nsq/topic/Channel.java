package dev.millrace.queue.nsq.topic;

import dev.millrace.kernel.journal.Journal.Admission;
import dev.millrace.queue.backlog.Cursor;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;
import dev.millrace.queue.dispatch.Group;
import dev.millrace.queue.effect.Effects;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.nsq.identify.Limits;
import dev.millrace.queue.nsq.wire.Names;
import dev.millrace.queue.nsq.wire.Refusal;
import dev.millrace.queue.server.QueueLoop;

import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A channel: one group of consumers of a topic, each message for one of them. On the loop and under
 * the store's lock, but for what only counts.
 *
 * <p>A message that a consumer has comes back when its time is up, also when the consumer is gone
 * by then, as with nsqd: a consumer that lost its connection may still be at work on it.
 */
public final class Channel {
    /** How soon it is tried again to bury a message that could not be read, or had no space. */
    private static final long BURY_MILLIS = 20;

    private final Topics topics;
    private final Topic topic;
    private final QueueLoop loop;
    private final Limits limits;
    private final Ledger ledger;
    private final Group group;
    private final long firstOffset;
    private final List<Consumer> consumers = new ArrayList<>();
    private final LongObjectHashMap<InFlight> inFlight = new LongObjectHashMap<>();
    private final Deadlines deadlines = new Deadlines();
    private String name;
    private boolean paused;
    private boolean ended;
    private int turn;
    private long requeued;
    private long timedOut;
    private @Nullable ScheduledFuture<?> timer;

    Channel(Topics topics, Topic topic, String name, Ledger ledger, boolean paused) {
        this.topics = topics;
        this.topic = topic;
        this.loop = topics.loop();
        this.limits = topics.limits();
        this.name = name;
        this.ledger = ledger;
        this.paused = paused;
        this.firstOffset = ledger.next();
        this.group = loop.group("nsq-" + Long.toHexString(ledger.id()), pumped -> pump());
        group.add(ledger, 0);
        loop.setTimer(group);
    }

    public String name() {
        return name;
    }

    public Topic topic() {
        return topic;
    }

    Ledger ledger() {
        return ledger;
    }

    Group group() {
        return group;
    }

    void called(String newName) {
        name = newName;
    }

    // ---- What it has

    /** How many messages wait to be delivered. */
    public long depth() {
        return group.ready() - held();
    }

    private long held() {
        return topic.isPaused() ? topic.heldFrom(ledger.next()) : 0;
    }

    public int inFlight() {
        return inFlight.size();
    }

    public long deferred() {
        return group.deferred();
    }

    /** How many messages it was given since the process started, or since it was made. */
    public long messages() {
        return ledger.backlog().end() - firstOffset - held();
    }

    /** How often a consumer gave one back, since the process started. */
    public long requeued() {
        return requeued;
    }

    /** How often a consumer's time was up, since the process started. */
    public long timedOut() {
        return timedOut;
    }

    public boolean isPaused() {
        return paused;
    }

    public List<Consumer> consumers() {
        return List.copyOf(consumers);
    }

    /**
     * The next messages that nobody has had.
     *
     * @return at most so many; fewer, or none, if they must be read from the disk first
     */
    public List<Letter> peek(int count) {
        Cursor cursor = new Cursor(ledger.backlog(), loop.store().state().shelf());
        List<Letter> found = new ArrayList<>();
        long end = Math.min(ledger.backlog().end(), ledger.next() + count);
        for (long offset = ledger.next(); offset < end; offset++) {
            Message message = cursor.seek(offset);
            if (message == null) {
                break;
            }
            found.add(Letter.of(message));
        }
        return found;
    }

    // ---- Consumers

    /** A consumer wants its messages. */
    public void add(Consumer consumer) {
        consumers.add(consumer);
        wake();
    }

    /** A consumer has gone; what it has comes back when its time is up. */
    public void remove(Consumer consumer) {
        consumers.remove(consumer);
        if (consumers.isEmpty() && Names.isEphemeral(name)) {
            topics.deleteSoon(this);
        }
    }

    /** Somebody may take something. */
    public void wake() {
        loop.ready(group);
    }

    private @Nullable Consumer nextReady() {
        for (int i = 0; i < consumers.size(); i++) {
            turn = turn + 1 >= consumers.size() ? 0 : turn + 1;
            Consumer consumer = consumers.get(turn);
            if (consumer.isReady()) {
                return consumer;
            }
        }
        return null;
    }

    // ---- Delivering

    private void pump() {
        while (!paused && !onlyHeldLeft()) {
            Consumer consumer = nextReady();
            if (consumer == null || group.ready() == 0) {
                break;
            }
            if (!loop.admitOrRetry(Group.BYTES_MAX, this::wake) || !deliver(consumer)) {
                break;
            }
        }
        setTimer();
    }

    /** True if the topic is paused and this channel has had all that came before. */
    private boolean onlyHeldLeft() {
        return topic.isPaused()
                && ledger.next() >= topic.pausedFrom()
                && group.ready() == ledger.ready();
    }

    private boolean deliver(Consumer consumer) {
        Delivery delivery = group.take();
        if (delivery == null) {
            return false;
        }
        Message message = group.message();
        if (consumer.isSpared()) {
            group.acknowledge(delivery);
            return true;
        }
        long now = loop.nowMillis();
        InFlight taken = new InFlight(delivery, consumer, now, now + consumer.timeoutMillis());
        inFlight.put(delivery.id(), taken);
        deadlines.add(taken, inFlight.size());
        consumer.deliver(message, delivery);
        return true;
    }

    // ---- What becomes of it

    /**
     * A message that a consumer has.
     *
     * @param verb what it is to be done with, and its id as it was given, for the refusal
     */
    public InFlight owned(Consumer consumer, long id, String verb, String idText) throws Refusal {
        InFlight found = inFlight.get(id);
        if (found == null) {
            throw failed(verb, idText, "ID not in flight");
        }
        if (!found.consumer().equals(consumer)) {
            throw failed(verb, idText, "client does not own message");
        }
        return found;
    }

    private static Refusal failed(String verb, String id, String reason) {
        return Refusal.passing("E_" + verb + "_FAILED", verb + " " + id + " failed " + reason);
    }

    private void over(InFlight message) {
        message.end();
        inFlight.remove(message.delivery().id());
    }

    /** It is done with; {@link Group#BYTES_MAX} were admitted. */
    public void finish(InFlight message) {
        over(message);
        group.acknowledge(message.delivery());
    }

    /** The consumer gets more time for it. */
    public void touch(InFlight message) {
        long most = message.deliveredMillis() + limits.timeoutMillisMax();
        message.extend(Math.min(loop.nowMillis() + message.consumer().timeoutMillis(), most));
        deadlines.add(message, inFlight.size());
        setTimer();
    }

    /**
     * It is to be delivered again.
     *
     * @param delayMillis not before that
     * @return false if it must be read from the disk first: nothing was done, to be tried again
     *     soon
     */
    public boolean requeue(InFlight message, long delayMillis) {
        boolean done =
                isExhausted(message)
                        ? topics.bury(this, message.delivery(), "requeued")
                        : giveBack(message.delivery(), delayMillis);
        if (done) {
            over(message);
            requeued++;
            loop.setTimer(group);
        }
        return done;
    }

    private boolean giveBack(Delivery delivery, long delayMillis) {
        if (delayMillis > 0) {
            return group.defer(delivery, loop.nowMillis() + delayMillis);
        }
        group.giveBack(delivery);
        return true;
    }

    /** How much {@link #requeue} may take, if the message is at hand. */
    public long requeueBytes(InFlight message) {
        Message stored = group.read(message.delivery());
        return (stored == null ? 0 : stored.bytes()) + 4L * Group.BYTES_MAX + Topics.CREATE_BYTES;
    }

    private boolean isExhausted(InFlight message) {
        return limits.attemptsMax() > 0
                && message.delivery().attempts() >= limits.attemptsMax()
                && !topic.isDead();
    }

    // ---- Time

    private void setTimer() {
        if (timer == null && !inFlight.isEmpty()) {
            long delay = Math.max(1, deadlines.firstMillis() - loop.nowMillis());
            timer = loop.executor().schedule(this::tick, delay, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        timer = null;
        loop.change(this::expire);
    }

    private void expire() {
        long now = loop.nowMillis();
        InFlight due = deadlines.due(now);
        while (due != null) {
            expire(due);
            due = deadlines.due(now);
        }
        setTimer();
    }

    private void expire(InFlight due) {
        over(due);
        timedOut++;
        due.consumer().lost(due);
        if (isExhausted(due)) {
            bury(due);
        } else {
            group.giveBack(due.delivery());
        }
    }

    /** Buries one that timed out, if need be when it was read from the disk, or has space. */
    private void bury(InFlight due) {
        boolean over =
                ended
                        || loop.admit(requeueBytes(due), () -> {}) == Admission.ADMITTED
                                && topics.bury(this, due.delivery(), "timed out");
        if (!over) {
            loop.executor()
                    .schedule(
                            () -> loop.change(() -> bury(due)), BURY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    // ---- The operator's

    /** Nothing is delivered, or it is again. */
    void pause(boolean wanted) {
        paused = wanted;
        write();
        wake();
    }

    void write() {
        loop.store()
                .effects()
                .define(
                        Kind.channel(topic.name(), name),
                        new Kind.ChannelContent(ledger.id(), paused).bytes());
    }

    /** Everything in it is gone, also what consumers have. */
    void empty() {
        for (InFlight message : List.copyOf(inFlight.values())) {
            message.consumer().lost(message);
            finish(message);
        }
        group.purge();
    }

    /** How much {@link #empty} or the end takes. */
    long emptyBytes() {
        return group.purgeBytes() + (long) Effects.BYTES_MAX * (inFlight.size() + 4L);
    }

    /** It is no more; the caller drops the ledger. */
    void end() {
        ScheduledFuture<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
        ended = true;
        group.drop();
        loop.forget(group);
        consumers().forEach(Consumer::close);
        consumers.clear();
    }
}
