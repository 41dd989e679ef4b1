package dev.millrace.queue.dispatch;

import dev.millrace.queue.backlog.Cursor;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.effect.Effects;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.store.Store;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * A group of consumers while the process runs: an NSQ channel, an AMQP queue. It knows what is to
 * be delivered next: of its first source that has any, first what was given back, then what nobody
 * has had.
 *
 * <pre>
 *              take                acknowledge
 *   ready ───────────▶ in flight ───────────────▶ gone
 *     ▲  ▲                │  │
 *     │  └── give back ───┘  │ defer
 *     │         due          ▼
 *     └────────────────── deferred
 * </pre>
 *
 * <p>A message that waits is not here. One that is in flight is known by its {@link Delivery}
 * alone; who had it when the process ended gets no word, so a restart gives all of them back. What
 * is deferred for long lies in a backlog of its own ({@link Later}). Every method is called under
 * the store's lock; those that change anything, after {@link #BYTES_MAX} were admitted for each.
 */
public final class Group {
    /** What a call causes in the journal, beyond the bytes of a message it copies. */
    public static final int BYTES_MAX = 4 * Effects.BYTES_MAX;

    /** What {@link #tick} causes in the journal at most. */
    public static final long TICK_BYTES = Later.TICK_BYTES;

    /** Beyond this a deferred message waits on the disk. */
    private static final long LATER_MILLIS = 120_000;

    private record Waiting(Ledger source, int rank, long offset, long untilMillis) {
        static int byOrder(Waiting a, Waiting b) {
            return a.rank != b.rank
                    ? Integer.compare(a.rank, b.rank)
                    : Long.compare(a.offset, b.offset);
        }

        static int byTime(Waiting a, Waiting b) {
            return a.untilMillis != b.untilMillis
                    ? Long.compare(a.untilMillis, b.untilMillis)
                    : byOrder(a, b);
        }
    }

    /** Told of a group what concerns others, within the call that made it so. */
    @FunctionalInterface
    public interface Listener {
        /** There may be something to take. */
        void ready(Group group);

        /** It reads a ledger's backlog from now on. */
        default void added(Group group, Ledger ledger) {}

        /** It reads a ledger's backlog no more. */
        default void removed(Group group, Ledger ledger) {}
    }

    private final Store store;
    private final Listener listener;
    private final List<Source> sources = new ArrayList<>();
    private final Map<Ledger, Source> byLedger = new HashMap<>();
    private final PriorityQueue<Waiting> givenBack = new PriorityQueue<>(Waiting::byOrder);
    private final PriorityQueue<Waiting> deferred = new PriorityQueue<>(Waiting::byTime);
    private final Later later;
    private long inFlight;
    private @Nullable Message taken;

    /** A ledger of the group. */
    private static final class Source {
        private final Ledger ledger;
        private final int rank;
        private final Cursor next;
        private final Cursor again;
        private final boolean later;

        Source(Ledger ledger, int rank, Store store, boolean later) {
            this.ledger = ledger;
            this.rank = rank;
            this.later = later;
            this.next = new Cursor(ledger.backlog(), store.state().shelf());
            this.again = new Cursor(ledger.backlog(), store.state().shelf());
        }
    }

    /**
     * A group without a source.
     *
     * @param name unique among all groups, and the same after a restart
     */
    public Group(String name, Store store, Listener listener) {
        this.store = store;
        this.listener = listener;
        this.later = new Later(name, store, this);
        later.restore();
    }

    // ---- Sources

    /**
     * Adds a ledger; what it has unacknowledged is given back, or deferred as it was.
     *
     * @param rank lower ones are served first
     */
    public void add(Ledger ledger, int rank) {
        add(ledger, rank, false);
    }

    void addLater(Ledger ledger) {
        add(ledger, Integer.MAX_VALUE, true);
    }

    private void add(Ledger ledger, int rank, boolean isLater) {
        Source source = new Source(ledger, rank, store, isLater);
        byLedger.put(ledger, source);
        sources.add(source);
        sources.sort((a, b) -> Integer.compare(a.rank, b.rank));
        ledger.forEachUnacknowledged(
                offset -> {
                    long until = ledger.deferredUntil(offset);
                    Waiting waiting = new Waiting(ledger, rank, offset, until);
                    if (until > 0) {
                        deferred.add(waiting);
                    } else {
                        givenBack.add(waiting);
                    }
                });
        listener.added(this, ledger);
        listener.ready(this);
    }

    /** A ledger is no more. */
    void remove(Ledger ledger) {
        Source source = byLedger.remove(ledger);
        if (source != null) {
            listener.removed(this, ledger);
            sources.remove(source);
            givenBack.removeIf(waiting -> waiting.source == ledger);
            deferred.removeIf(waiting -> waiting.source == ledger);
        }
    }

    // ---- Counts

    /** How many could be taken now. */
    public long ready() {
        long count = givenBack.size();
        for (Source source : sources) {
            if (!source.later) {
                count += source.ledger.ready();
            }
        }
        return count;
    }

    /** How many are taken and neither acknowledged, given back nor deferred. */
    public long inFlight() {
        return inFlight;
    }

    /** How many wait for their time. */
    public long deferred() {
        return deferred.size() + later.waiting();
    }

    // ---- Delivering

    /**
     * Takes the next message for a consumer.
     *
     * @return null if there is none now: nothing is ready, or it must be read from the disk first;
     *     the listener is told when that changes
     */
    public @Nullable Delivery take() {
        Waiting again = firstGivenBack();
        if (again != null) {
            Source source = source(again.source);
            Message message = source.again.seek(again.offset);
            if (message == null) {
                return null;
            }
            givenBack.remove();
            store.effects().retry(again.source, again.offset);
            return delivery(source, source.again, message, again.offset);
        }
        Source source = firstReady();
        return source == null ? null : takeNext(source);
    }

    /** What was given back and is next; null if what nobody has had stands before it. */
    private @Nullable Waiting firstGivenBack() {
        Waiting again = givenBack.peek();
        if (again == null || again.rank == Integer.MAX_VALUE) {
            return again;
        }
        Source fresh = firstReady();
        return fresh == null || again.rank <= fresh.rank ? again : null;
    }

    /** The first source that has what nobody has had; null if none has. */
    private @Nullable Source firstReady() {
        for (int i = 0; i < sources.size(); i++) {
            Source source = sources.get(i);
            if (!source.later && source.ledger.ready() > 0) {
                return source;
            }
        }
        return null;
    }

    private @Nullable Delivery takeNext(Source source) {
        long offset = source.ledger.next();
        Message message = source.next.seek(offset);
        if (message == null) {
            return null;
        }
        store.effects().deliver(source.ledger, 1);
        return delivery(source, source.next, message, offset);
    }

    private Delivery delivery(Source source, Cursor cursor, Message message, long offset) {
        inFlight++;
        taken = message;
        int attempts = message.attempts() + source.ledger.attempts(offset);
        return new Delivery(source.ledger, offset, message.id(), attempts, cursor.position());
    }

    /** The message that was taken last; good until anything is appended or the store unlocked. */
    public Message message() {
        Message last = taken;
        if (last == null) {
            throw new IllegalStateException("nothing was taken");
        }
        return last;
    }

    /** The message that {@link #take} would take, if it is at hand; nothing changes. */
    public @Nullable Message peek() {
        Waiting again = firstGivenBack();
        if (again != null) {
            return source(again.source).again.seek(again.offset);
        }
        Source source = firstReady();
        return source == null ? null : source.next.seek(source.ledger.next());
    }

    private Source source(Ledger ledger) {
        Source source = byLedger.get(ledger);
        if (source == null) {
            throw new IllegalArgumentException("ledger " + ledger.id() + ": not of this group");
        }
        return source;
    }

    /** A message that was taken, or one deferred, read again; null if it must be loaded first. */
    public @Nullable Message read(Delivery delivery) {
        return source(delivery.source()).again.seek(delivery.offset());
    }

    // ---- What becomes of it

    /** It is done with. */
    public void acknowledge(Delivery delivery) {
        inFlight--;
        store.effects().acknowledge(delivery.source(), delivery.offset());
        later.settled(delivery.source());
    }

    /** It is ready again, at its old place. */
    public void giveBack(Delivery delivery) {
        inFlight--;
        Source source = source(delivery.source());
        givenBack.add(new Waiting(delivery.source(), source.rank, delivery.offset(), 0));
        listener.ready(this);
    }

    /**
     * It is ready again at a time. If that is far, the message moves to where it costs no memory,
     * and more space must be admitted: the message's bytes, three times {@link #BYTES_MAX}.
     *
     * @return false if it must be loaded first for that, and nothing was done
     */
    public boolean defer(Delivery delivery, long untilMillis) {
        if (untilMillis - store.clock().millis() <= LATER_MILLIS) {
            inFlight--;
            store.effects().defer(delivery.source(), delivery.offset(), untilMillis);
            Source source = source(delivery.source());
            deferred.add(
                    new Waiting(delivery.source(), source.rank, delivery.offset(), untilMillis));
            return true;
        }
        Message message = read(delivery);
        if (message == null) {
            return false;
        }
        inFlight--;
        moveLater(message, delivery.attempts(), untilMillis);
        store.effects().acknowledge(delivery.source(), delivery.offset());
        later.settled(delivery.source());
        return true;
    }

    /**
     * Puts a message by until a time: nobody is to have it before. Admit its bytes and twice {@link
     * #BYTES_MAX}, and set the loop's timer.
     */
    public void publishLater(
            Envelope envelope,
            long meta,
            int metaBytes,
            long body,
            int bodyBytes,
            long untilMillis) {
        later.put(envelope, meta, metaBytes, body, bodyBytes, untilMillis);
    }

    private void moveLater(Message message, int attempts, long untilMillis) {
        Envelope envelope =
                new Envelope(message.id(), message.timestampNanos(), attempts, message.flags());
        later.put(
                envelope,
                message.metaAddress(),
                message.metaBytes(),
                message.bodyAddress(),
                message.bodyBytes(),
                untilMillis);
    }

    /** What a bucket of {@link Later} had is to be had at a time. */
    void deferredNext(Ledger ledger, long untilMillis) {
        long offset = ledger.next();
        store.effects().deferNext(ledger, untilMillis);
        deferred.add(new Waiting(ledger, Integer.MAX_VALUE, offset, untilMillis));
    }

    // ---- Time

    /**
     * Makes ready what is due. To be called when {@link #dueMillis} has come, and when a chunk was
     * loaded; some space must be admitted ({@link #TICK_BYTES}).
     */
    public void tick(long nowMillis) {
        boolean any = false;
        while (!deferred.isEmpty() && deferred.element().untilMillis <= nowMillis) {
            givenBack.add(deferred.remove());
            any = true;
        }
        later.tick(nowMillis);
        if (any) {
            listener.ready(this);
        }
    }

    /** When {@link #tick} is to be called next, in ms since 1970. */
    public long dueMillis() {
        long first = deferred.isEmpty() ? Long.MAX_VALUE : deferred.element().untilMillis;
        return Math.min(first, later.dueMillis());
    }

    // ---- Emptying

    /**
     * Everything that nobody has in flight is gone.
     *
     * @return how many
     */
    public long purge() {
        long count = purgeReady() + deferred();
        for (Waiting waiting : List.copyOf(deferred)) {
            store.effects().acknowledge(waiting.source, waiting.offset);
        }
        deferred.clear();
        later.purge();
        return count;
    }

    /**
     * Everything that could be taken now is gone.
     *
     * @return how many
     */
    public long purgeReady() {
        long count = ready();
        for (Waiting waiting : List.copyOf(givenBack)) {
            store.effects().acknowledge(waiting.source, waiting.offset);
        }
        givenBack.clear();
        for (Source source : sources) {
            if (!source.later && source.ledger.ready() > 0) {
                store.effects().skip(source.ledger, source.ledger.ready());
            }
        }
        return count;
    }

    /** How much must be admitted for {@link #purge}, {@link #purgeReady} or {@link #drop}. */
    public long purgeBytes() {
        return (long) BYTES_MAX
                * (4 + givenBack.size() + deferred.size() + sources.size() + 2L * later.buckets());
    }

    /** The group ends: what is deferred for long is dropped; the caller drops its own ledgers. */
    public void drop() {
        later.drop();
        byLedger.keySet().forEach(ledger -> listener.removed(this, ledger));
    }
}
