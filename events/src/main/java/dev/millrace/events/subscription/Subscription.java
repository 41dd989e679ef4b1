package dev.millrace.events.subscription;

import dev.millrace.events.append.Appender;
import dev.millrace.events.group.Group;
import dev.millrace.events.group.GroupSettings;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.Event;
import dev.millrace.events.read.Links;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A persistent subscription as it runs: it gives the messages of its source to its consumers, each
 * message until somebody has acknowledged it, or it is parked.
 *
 * <p><b>Nothing is read ahead.</b> When a consumer has room the next event is read and sent, and
 * only its place and id are remembered ({@link Message}). Who has to be sent it again is sent what
 * the log has. So a subscription takes memory for what its consumers have in their hands, and for
 * nothing else, however far behind they are; and a consumer is never too slow.
 *
 * <p><b>Order of a turn</b> ({@link #pump}): what has to be parked is parked; then messages that
 * wait to be sent again, by place; then parked ones that are replayed, again those that wait first;
 * then new ones. A message whose consumer (see {@link Pinning}) has no room is passed over and
 * waits, {@code historyBufferSize} of them at most.
 *
 * <p><b>What is kept for good</b> is the {@link Group}: its settings, the place up to which all is
 * done, and how far parked messages are to be replayed. Retries are counted in memory only, as in
 * KurrentDB: after a restart what was not done is sent again, and counted from the start. A message
 * that is parked is done with the record that has its link, so it is never lost between the two.
 * Replayed messages are hidden from the stream of parked ones when they are done, and not when they
 * are read, as KurrentDB does: a node that is killed meanwhile goes on with what is left.
 *
 * <p>On the room's loop, under its lock. What an {@link Outlet} is told must not come back here
 * before it returns.
 */
public final class Subscription {
    /** So many events a turn, and then others have theirs. */
    private static final int TURN_EVENTS = 1_024;

    /** No consumer has more in its hands, whatever it has room for. */
    public static final int SLOTS_MAX = 1 << 14;

    /** Of those that are late so many are taken back at a time; the others are later still. */
    private static final int LATE_MAX = 1 << 14;

    private record Parking(Message message, String reason) {}

    private final Host host;
    private final int number;
    private final Group.Key key;
    private final GroupSettings settings;
    private final Parked parked;
    private final Source source;
    private final StreamSource replay;
    private final Line line;
    private final Line replays;
    private final Links links;
    private final Again again;
    private final InFlight inFlight = new InFlight();
    private final Dispatch dispatch;
    private final List<Consumer> consumers = new ArrayList<>();
    private final ArrayDeque<Parking> parking = new ArrayDeque<>();
    private final Set<Outlet> told = new LinkedHashSet<>();
    private final Runnable pump = this::pump;
    private boolean wanted;
    private boolean closed;
    private int left;
    private long checkpointMillis;
    private long total;
    private long measured;
    private long measuredMillis;

    /**
     * @param memory for what is parked; one for all
     */
    Subscription(Host host, Appender appender, NativeBuffer memory, Group group) {
        this.host = host;
        this.number = group.number();
        this.key = group.key();
        this.settings = group.settings();
        this.parked = new Parked(host, appender, memory, group.parkedStream());
        Runnable ready = () -> host.soon(pump);
        this.source =
                group.isOfAll()
                        ? new AllSource(host, settings.filter(), group.next(), ready)
                        : new StreamSource(host, key.stream(), group.next(), Long.MAX_VALUE, ready);
        this.line = new Line(settings.resolveLinks(), group.checkpoint());
        long firstParked = new StreamSource(host, parked.stream(), 0, 0, ready).first();
        this.replay =
                new StreamSource(host, parked.stream(), firstParked, group.replayUntil(), ready);
        this.replays = new Line(true, firstParked - 1);
        this.links = new Links(host.store().state(), ready);
        this.again = new Again(host, ready);
        this.dispatch = Dispatch.of(settings.strategy());
        this.measuredMillis = host.nowMillis();
    }

    public Group.Key key() {
        return key;
    }

    private Group group() {
        return host.store().state().groups().get(number);
    }

    // ---- Consumers

    /** True if it has as many consumers as it may have. */
    public boolean isFull() {
        return settings.maxSubscriberCount() != 0
                && consumers.size() >= settings.maxSubscriberCount();
    }

    /**
     * One more consumer.
     *
     * @param slots how many messages it may have that are not acknowledged; more than {@link
     *     #SLOTS_MAX} are taken for that
     */
    public Consumer connect(Outlet outlet, int slots, String name) {
        Consumer made =
                new Consumer(outlet, Math.min(slots, SLOTS_MAX), name, settings.extraStatistics());
        consumers.add(made);
        dispatch.joined(made);
        pumpSoon();
        return made;
    }

    /** It has gone: what it had is for others. */
    public void disconnect(Consumer consumer) {
        if (!consumers.remove(consumer)) {
            return;
        }
        List<Message> its = inFlight.of(consumer);
        its.forEach(this::sendAgain);
        dispatch.left(consumer);
        told.remove(consumer.outlet());
        pumpSoon();
    }

    /** These were processed; what nobody has is passed over. */
    public void acknowledge(Consumer by, List<UUID> ids) {
        for (UUID id : ids) {
            Message message = inFlight.find(id, by);
            if (message != null) {
                takeBack(message);
                done(message);
            }
        }
        pump();
    }

    /** These were not. */
    public void refuse(Consumer by, List<UUID> ids, Nack action, String reason) {
        for (UUID id : ids) {
            Message message = inFlight.find(id, by);
            if (message != null) {
                refuse(message, action, reason);
            }
        }
        pump();
    }

    private void refuse(Message message, Nack action, String reason) {
        switch (action) {
            case UNKNOWN, RETRY -> sendAgainOrPark(message);
            case PARK -> park(message, "Client explicitly NAK'ed message.\n" + reason);
            case SKIP, STOP -> {
                takeBack(message);
                done(message);
            }
        }
    }

    // ---- What becomes of a message

    private void send(Message message, Consumer to, long event, long link) {
        message.sent(to, host.nowMillis());
        inFlight.add(message);
        to.took();
        dispatch.sent(to, message.origin().bucket());
        total++;
        to.outlet().deliver(event, link, message.retries());
        told.add(to.outlet());
    }

    /** Its consumer has it no more. */
    private void takeBack(Message message) {
        inFlight.remove(message);
        Consumer had = message.consumer();
        if (had != null) {
            had.gave(host.nowMillis() - message.sentMillis());
            dispatch.settled(had, message.origin().bucket());
            message.back();
        }
    }

    private static void done(Message message) {
        message.line().done(message);
    }

    private void sendAgain(Message message) {
        takeBack(message);
        message.retry();
        message.line().await(message);
    }

    private void sendAgainOrPark(Message message) {
        if (message.retries() < settings.maxRetryCount()) {
            sendAgain(message);
        } else {
            park(message, "Reached retry count of " + settings.maxRetryCount());
        }
    }

    private void park(Message message, String reason) {
        takeBack(message);
        parking.add(new Parking(message, reason));
    }

    /** False if there is no space to park one: then nothing more is sent, or more might follow. */
    private boolean parkAll() {
        while (!parking.isEmpty()) {
            Parking next = parking.element();
            Parked.Result result = parked.park(next.message, next.reason, this::pumpSoon);
            switch (result) {
                case PARKED -> {
                    // Done, with this record.
                }
                case WAIT, REFUSED -> {
                    return false;
                }
                case GONE ->
                        host.log()
                                .error(
                                        "a message cannot be parked, for the stream is deleted",
                                        "stream",
                                        parked.stream());
            }
            parking.remove();
            done(next.message);
        }
        return true;
    }

    // ---- A turn

    /** A turn, when others have had theirs. */
    public void pumpSoon() {
        if (!wanted) {
            wanted = true;
            host.soon(pump);
        }
    }

    /** Does what there is to do. */
    public void pump() {
        wanted = false;
        if (closed) {
            return;
        }
        left = TURN_EVENTS;
        if (source.isGone()) {
            drop();
        } else if (parkAll() && deliver()) {
            host.whenMore(pump);
        }
        checkpoint(false);
        forgetReplayed(false);
        told.forEach(Outlet::flush);
        told.clear();
        if (left <= 0) {
            pumpSoon();
        }
    }

    /** True if all was sent that there is, and somebody waits for more. */
    private boolean deliver() {
        return dispatch.hasRoom()
                && sendWaiting(line)
                && sendWaiting(replays)
                && replayAll()
                && isAtEnd(source.read(taker(line)))
                && dispatch.hasRoom();
    }

    private boolean replayAll() {
        return replays.last() + 1 >= replay.until() || isAtEnd(replay.read(taker(replays)));
    }

    private static boolean isAtEnd(Cursor.Step step) {
        return step == Cursor.Step.END;
    }

    /** False if nothing more can be sent now. */
    private boolean sendWaiting(Line of) {
        for (Iterator<Message> each = of.waiting().iterator(); each.hasNext(); ) {
            if (!dispatch.hasRoom() || left <= 0) {
                return false;
            }
            Message message = each.next();
            Consumer to = dispatch.choose(message.origin().bucket());
            if (to == null) {
                continue;
            }
            left--;
            Cursor.Step step =
                    again.read(message.origin(), event -> resolve(of, event, sending(message, to)));
            if (step != Cursor.Step.END) {
                return false; // It is read from a file; ready goes on.
            }
            each.remove();
            if (message.consumer() == null) {
                done(message); // Its event is no more.
            }
        }
        return true;
    }

    /** Takes an event, and what a link leads to; 0: nowhere. */
    private interface Resolved {
        boolean take(long event, long link);
    }

    private Resolved sending(Message message, Consumer to) {
        return (event, link) -> {
            if (event != 0 || message.line() != replays) {
                send(message, to, event, link);
            }
            return true;
        };
    }

    /** False if it was not taken, or what the link leads to is read from a file first. */
    private boolean resolve(Line of, long event, Resolved then) {
        if (!of.followsLinks() || !Links.isLink(event)) {
            return then.take(event, 0);
        }
        boolean[] led = {false};
        boolean[] taken = {false};
        boolean there =
                links.follow(
                        event,
                        host.visible(),
                        host.nowMillis(),
                        target -> {
                            led[0] = true;
                            taken[0] = then.take(target, event);
                        });
        if (!there) {
            return false;
        }
        return led[0] ? taken[0] : then.take(0, event);
    }

    private Source.Taker taker(Line of) {
        return new Source.Taker() {
            @Override
            public boolean take(long place, long event) {
                return dispatch.hasRoom()
                        && left-- > 0
                        && resolve(of, event, (target, link) -> offer(of, place, target, link));
            }

            @Override
            public boolean pass(long place) {
                if (left-- <= 0) {
                    return false;
                }
                of.pass(place);
                return true;
            }
        };
    }

    /** A new message, for whoever is to have it; false if it cannot even wait. */
    private boolean offer(Line of, long place, long event, long link) {
        if (event == 0 && of == replays) {
            of.pass(place); // What was parked is no more.
            return true;
        }
        int bucket = dispatch.bucket(host, event, link);
        Consumer to = dispatch.choose(bucket);
        if (to == null && of.waiting().size() >= settings.historyBufferSize()) {
            return false;
        }
        Message message = of.add(place, origin(event, link, bucket));
        if (to == null) {
            of.await(message);
        } else {
            send(message, to, event, link);
        }
        return true;
    }

    private static Message.Origin origin(long event, long link, int bucket) {
        long original = link == 0 ? event : link;
        long target = event == 0 ? link : event;
        String brokenLink =
                event != 0
                        ? ""
                        : new String(
                                Memory.bytes(Event.data(link), Event.dataBytes(link)),
                                StandardCharsets.UTF_8);
        return new Message.Origin(
                new UUID(Event.idHigh(original), Event.idLow(original)),
                Event.stream(original),
                Event.revision(original),
                Event.stream(target),
                Event.revision(target),
                brokenLink,
                bucket);
    }

    // ---- What is kept

    /** Whoever had a message for too long has it no more; what is due is kept. */
    void tick() {
        long now = host.nowMillis();
        int taken = 0;
        for (Message late = late(now); late != null && taken < LATE_MAX; late = late(now)) {
            sendAgainOrPark(late);
            taken++;
        }
        checkpoint(true);
        forgetReplayed(true);
        pump();
    }

    private @Nullable Message late(long now) {
        return inFlight.sentBefore(now - settings.messageTimeoutMillis());
    }

    private void checkpoint(boolean byTime) {
        long since = line.doneSinceMark();
        long place = line.donePlace();
        if (since <= 0 || place <= group().checkpoint()) {
            return;
        }
        long now = host.nowMillis();
        boolean due =
                byTime
                        && settings.checkpointAfterMillis() != 0
                        && now - checkpointMillis >= settings.checkpointAfterMillis()
                        && since >= settings.minCheckpointCount();
        if (!due && since < settings.maxCheckpointCount()) {
            return;
        }
        if (host.admit(Subscriptions.NUMBERS_BYTES, () -> {}) == Journal.Admission.ADMITTED) {
            host.store().effects().checkpoint(number, place);
            line.mark();
            checkpointMillis = now;
        }
    }

    // ---- Replays

    /**
     * Has parked messages delivered again.
     *
     * @param stopAt those before this revision of the stream of parked messages
     * @param again run when there may be space for that, if there is none at the moment
     */
    public Journal.Admission replay(long stopAt, Runnable again) {
        long until = Math.min(stopAt, parked.end());
        if (until <= group().replayUntil()) {
            return Journal.Admission.ADMITTED;
        }
        Journal.Admission admission = host.admit(Subscriptions.NUMBERS_BYTES, again);
        if (admission == Journal.Admission.ADMITTED) {
            host.store().effects().replay(number, until);
            replay.until(until);
            pumpSoon();
        }
        return admission;
    }

    /** What was replayed, and is done, is no more among the parked ones. */
    private void forgetReplayed(boolean byTime) {
        long since = replays.doneSinceMark();
        if (since <= 0) {
            return;
        }
        boolean all = replays.isDone() && replays.last() >= replay.until() - 1;
        if ((all || byTime || since >= settings.maxCheckpointCount())
                && parked.truncate(replays.donePlace() + 1)) {
            replays.mark();
        }
    }

    /** How many parked messages are still to be replayed. */
    private long unreplayed() {
        return Math.max(0, replay.until() - Math.max(replays.last() + 1, replay.first()));
    }

    // ---- Its end, and how it is doing

    private void drop() {
        List<Consumer> all = List.copyOf(consumers);
        all.forEach(this::disconnect);
        all.forEach(consumer -> consumer.outlet().dropped());
    }

    /** Ends it: its consumers have to come again. */
    void close() {
        closed = true;
        drop();
        host.forget(pump);
        source.close();
        replay.close();
        again.close();
        links.close();
    }

    /** What {@link #deleteParked} takes of the journal, at most. */
    long deletionCost() {
        return parked.deletionCost();
    }

    /** Nobody can have parked messages replayed any more. The space was admitted. */
    void deleteParked() {
        parked.delete();
    }

    /** How it is doing; what is counted since the last measurement begins again. */
    public SubscriptionInfo info() {
        long now = host.nowMillis();
        long millis = now - measuredMillis;
        long since = total - measured;
        measured = total;
        measuredMillis = now;
        Group group = group();
        long first = Math.max(replay.first(), replay.until());
        return new SubscriptionInfo(
                group,
                status(),
                consumers.stream().map(consumer -> consumer.measure(millis)).toList(),
                SubscriptionInfo.perSecond(since, millis),
                total,
                since,
                group.checkpoint(),
                source.last(),
                (int)
                        Math.min(
                                Integer.MAX_VALUE,
                                line.waiting().size() + replays.waiting().size() + unreplayed()),
                inFlight.count(),
                Math.max(0, parked.end() - first));
    }

    /** In the words of KurrentDB, which would have read ahead as many as its buffer holds. */
    private String status() {
        boolean live = source.last() - line.last() <= settings.historyBufferSize();
        if (replay.until() > replay.first()) {
            return live ? "ReplayingParkedMessages, Live" : "Behind, ReplayingParkedMessages";
        }
        return live ? "Live" : "Behind";
    }
}
