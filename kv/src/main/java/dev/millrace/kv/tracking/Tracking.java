package dev.millrace.kv.tracking;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.KeptNames;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.store.Readers;
import dev.millrace.kv.store.Readers.Name;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;
import dev.millrace.kv.tracking.Tracker.Mode;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Client-side caching of one server: clients that want to be told when what they have read changes.
 *
 * <p><b>Who has read what</b> stands at the stripe of the key ({@link Readers}) and is read and
 * changed under its lock: by the command that reads, while it holds the lock, and by the command
 * that changes. So no change falls between a read and its being remembered, on whatever lanes they
 * run. A key is forgotten when its readers are told; who reads it again is remembered again.
 *
 * <p><b>When it is told.</b> An invalidation is sent when the record of the change is appended, and
 * depends on its position as a reply does. To the client that made the change itself it goes behind
 * the command's reply, or EXEC's. Clients with prefixes (BCAST) are told before the batch of
 * requests is answered, of all its keys at once ({@link Broadcasts}).
 *
 * <p><b>How much is remembered</b> is bounded by {@code tracking-table-max-keys}, and by what the
 * heap has for names ({@link KeptNames}): beyond it the key that has been known for longest of its
 * stripe is forgotten and its readers are told, as if it had changed.
 *
 * <p>Who does not track pays one look at a field for each change ({@link Stripes#isTracked}).
 */
public final class Tracking {
    /** So many keys too many are forgotten at once, and more each time that does not suffice. */
    private static final int EFFORT_KEYS = 100;

    private final KvServer server;
    private final Stripes stripes;
    private final Map<Lane, Broadcasts> broadcasts = new HashMap<>();
    private final AtomicInteger clients = new AtomicInteger();
    private int overLimit;

    /** Replaced whole when somebody comes or goes. */
    private volatile Map<Name, Set<Session>> prefixes = Map.of();

    private Tracking(KvServer server) {
        this.server = server;
        this.stripes = server.stripes();
        server.eachTick(this::forgetTooMany);
        Parameters.of(server).whenSet("tracking-table-max-keys", this::forgetSoon);
    }

    public static Tracking of(KvServer server) {
        return server.part(Tracking.class, Tracking::new);
    }

    // ---- Who tracks

    /** Begins to tell a client, or tells it in another way; on its lane. */
    public void enable(Session session, long redirection, List<Mode> modes, Set<Name> wanted) {
        Tracker before = session.tracker();
        Set<Name> whole = new LinkedHashSet<>();
        if (before != null) {
            before.prefixes().forEach(prefix -> whole.add(new Name(prefix)));
        }
        if (modes.contains(Mode.BCAST)) {
            whole.addAll(wanted.isEmpty() ? Set.of(new Name(new byte[0])) : wanted);
        }
        Tracker tracker = new Tracker(redirection, modes, sorted(whole));
        long known = before == null ? 0 : before.prefixBytes();
        server.keptNames().take(tracker.prefixBytes() - known); // It may refuse.
        if (before == null) {
            clients.incrementAndGet();
        }
        stripes.tracked(true);
        boolean first = session.tracker(tracker);
        addPrefixes(session, whole);
        if (first) {
            session.onClose(() -> disable(session));
        }
    }

    private static List<byte[]> sorted(Set<Name> names) {
        return names.stream().map(Name::bytes).sorted(Arrays::compareUnsigned).toList();
    }

    /** Tells a client no more; on its lane. */
    public void disable(Session session) {
        Tracker before = session.tracker();
        if (before != null) {
            session.tracker(null);
            clients.decrementAndGet();
            removePrefixes(session);
            server.keptNames().giveBack(before.prefixBytes());
        }
    }

    private synchronized void addPrefixes(Session session, Set<Name> names) {
        Map<Name, Set<Session>> changed = new HashMap<>(prefixes);
        for (Name name : names) {
            Set<Session> more = new LinkedHashSet<>(changed.getOrDefault(name, Set.of()));
            more.add(session);
            changed.put(name, more);
        }
        prefixes = changed;
    }

    private synchronized void removePrefixes(Session session) {
        Map<Name, Set<Session>> changed = new HashMap<>();
        prefixes.forEach(
                (name, before) -> {
                    Set<Session> left = new LinkedHashSet<>(before);
                    left.remove(session);
                    if (!left.isEmpty()) {
                        changed.put(name, left);
                    }
                });
        prefixes = changed;
    }

    Map<Name, Set<Session>> prefixes() {
        return prefixes;
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length
                && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    // ---- Reads

    /** A client that tracks has read what the command names; the stripes of its keys are locked. */
    public void read(Session session, Command command, Request request) {
        Tracker tracker = session.tracker();
        if (tracker != null && tracker.remembers() && !command.keys().isNone()) {
            command.keys()
                    .each(
                            request,
                            key ->
                                    remember(
                                            session.id(),
                                            request.address(key),
                                            request.length(key)));
        }
    }

    private void remember(long client, long key, int length) {
        Readers readers = stripes.of(key, length).readers();
        long bytes = readers.add(key, length, client);
        if (bytes > 0) {
            boolean room = server.keptNames().tryTake(bytes);
            if (!room || keys() > keysMax() && readers.keys() > 1) {
                forgetOldest(readers, room ? 0 : bytes);
            }
        }
    }

    /**
     * @param untaken bytes of what is known and was not counted in
     */
    private void forgetOldest(Readers readers, long untaken) {
        Readers.Forgotten forgotten = readers.takeOldest();
        server.keptNames().giveBack(bytes(forgotten) - untaken);
        tell(null, forgotten.key(), forgotten.clients(), 0);
    }

    private static long bytes(Readers.Forgotten forgotten) {
        return Readers.heapBytes(forgotten.key().length, forgotten.clients().length);
    }

    private long keysMax() {
        long most = server.config().get(Config.Quantity.TRACKING_TABLE_MAX_KEYS);
        return most == 0 ? Long.MAX_VALUE : most;
    }

    /**
     * Behind the command that runs now, which may hold stripes, and before it is answered: whoever
     * is told so may expect that no command from then on finds more keys.
     */
    private void forgetSoon() {
        for (Lane lane : server.lanes()) {
            if (lane.loop().isCurrent()) {
                lane.beforeAnswers(this::forgetTooMany);
            }
        }
    }

    /** Also ten times a second, on the first lane: a stripe may have been taken. */
    private void forgetTooMany() {
        if (!stripes.isTracked() || keys() <= keysMax()) {
            overLimit = 0;
            return;
        }
        overLimit++;
        int left = EFFORT_KEYS * overLimit;
        for (int i = 0; i < stripes.count() && left > 0; i++) {
            Stripe stripe = stripes.stripe(i);
            if (!stripe.tryLock()) {
                continue; // A script may have it for long; the next time will do.
            }
            try {
                while (left > 0 && stripe.readers().keys() > 0 && keys() > keysMax()) {
                    forgetOldest(stripe.readers(), 0);
                    left--;
                }
            } finally {
                stripe.unlock();
            }
        }
    }

    // ---- Changes

    /** A key is changed by the running command; its stripe is locked. */
    public void changed(Call call, Key key) {
        long[] readers = key.stripe().readers().take(key.address(), key.length());
        Lane lane = call.lane();
        if (readers.length > 0) {
            server.keptNames().giveBack(Readers.heapBytes(key.length(), readers.length));
            byte[] name = key.copy();
            call.afterCommit(position -> tell(lane.current(), name, readers, position));
        }
        if (!prefixes.isEmpty()) {
            byte[] name = key.copy();
            if (prefixes.keySet().stream().anyMatch(one -> startsWith(name, one.bytes()))) {
                Session by = lane.current();
                call.afterCommit(position -> broadcasts(lane).add(name, by, position));
            }
        }
    }

    private synchronized Broadcasts broadcasts(Lane lane) {
        return broadcasts.computeIfAbsent(lane, owner -> new Broadcasts(this, owner));
    }

    /**
     * @param by who has changed the key; nobody if it is only forgotten
     */
    private void tell(@Nullable Session by, byte[] key, long[] readers, long position) {
        byte[] keys = Invalidation.keys(List.of(key));
        for (long id : readers) {
            Session reader = server.session(id);
            Tracker tracker = reader == null ? null : reader.tracker();
            if (reader == null || tracker == null || tracker.is(Mode.BCAST)) {
                continue;
            }
            if (!tracker.is(Mode.NOLOOP) || !reader.equals(by)) {
                send(reader, keys, position);
            }
        }
    }

    /** All keys of a database are deleted, or of all; all stripes are locked. */
    public void flushed(Call call) {
        if (!stripes.isTracked()) {
            return;
        }
        for (int i = 0; i < stripes.count(); i++) {
            Readers readers = stripes.stripe(i).readers();
            while (readers.keys() > 0) {
                server.keptNames().giveBack(bytes(readers.takeOldest()));
            }
        }
        call.afterCommit(this::tellFlushed);
    }

    private void tellFlushed(long position) {
        for (Session session : server.sessions()) {
            if (session.tracker() != null) {
                send(session, Invalidation.everything(session.protocol()), position);
            }
        }
    }

    // ---- Messages

    /** Tells a client, or who listens in its place, that keys have changed. */
    void send(Session session, byte[] keys, long position) {
        Tracker tracker = session.tracker();
        if (tracker == null) {
            return;
        }
        boolean redirects = tracker.redirection() != 0;
        @Nullable Session target = redirects ? server.session(tracker.redirection()) : session;
        if (target == null || target.isClosing()) {
            tracker.isBroken(true);
            if (session.protocol() > 2) {
                session.post(Invalidation.broken(tracker.redirection()), position);
            }
        } else if (target.protocol() > 2) {
            target.post(Invalidation.push(keys), position);
        } else if (redirects && target.subscriptions() > 0) {
            target.post(Invalidation.message(keys), position);
        }
    }

    // ---- What INFO tells

    public int clients() {
        return clients.get();
    }

    /** Keys that somebody has read. A little stale. */
    public long keys() {
        long sum = 0;
        for (int i = 0; i < stripes.count(); i++) {
            sum += stripes.stripe(i).readers().keys();
        }
        return sum;
    }

    /** Pairs of a key and who has read it. A little stale. */
    public long items() {
        long sum = 0;
        for (int i = 0; i < stripes.count(); i++) {
            sum += stripes.stripe(i).readers().items();
        }
        return sum;
    }

    public int prefixCount() {
        return prefixes.size();
    }
}
