package dev.millrace.kv.replication;

import dev.millrace.kernel.guard.OutputLimit;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.effect.EffectCommands;
import dev.millrace.kv.effect.Replay;
import dev.millrace.kv.resp.RequestWriter;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Outlet;
import dev.millrace.kv.session.RecordTap;
import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What those who follow us are sent: one stream of commands, whose bytes are counted. It begins
 * when the first comes; until then a record costs it nothing.
 *
 * <p>A record becomes one command, or MULTI, some, and EXEC: it happens there as it happened here.
 * It is said under the stripes' locks of its keys, so the stream has the records of each key in
 * their order. Under {@code always} nobody is sent what is not durable.
 *
 * <p>The stream's name (the replication id) is made anew at each start. Who had all of the stream
 * before goes on from there if the end was planned ({@link StreamEnd}); else it copies all again.
 */
public final class Feed implements RecordTap {
    private static final int ID_BYTES = 20;
    private static final int CUTS = 8;
    private static final long BACKLOG_BYTES_MIN = 16 << 10;

    /** So much is left for a socket to take before it is given more. */
    private static final long AHEAD_BYTES = 4 << 20;

    private static final int AGAIN_MILLIS = 5;
    private static final long MILLIS_PER_SECOND = 1000;
    private static final byte[] PING = RequestWriter.of("PING");
    private static final byte[] GET_ACK = RequestWriter.of("REPLCONF", "GETACK", "*");
    private static final byte[] MULTI = RequestWriter.of("MULTI");
    private static final byte[] EXEC = RequestWriter.of("EXEC");

    /** Where a checkpoint cut the stream. */
    private record Cut(long position, long offset) {}

    private final KvServer server;
    private final Parameters parameters;
    private final EffectCommands commands;
    private final NativeBuffer said = new NativeBuffer(4096);
    private final List<Replica> replicas = new CopyOnWriteArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();
    private String id;

    /** What the stream was called before the last start, and where it ended; or null. */
    private @Nullable StreamEnd before;

    private volatile long offset;

    /** The newest position of the log that the stream has anything of. */
    private long position;

    private @Nullable Backlog backlog;
    private volatile boolean hushed;
    private long pingedMillis;
    private long aloneSinceMillis;
    private final AtomicBoolean asks = new AtomicBoolean();
    private int written;
    private final AtomicLong copies = new AtomicLong();
    private final AtomicLong continuations = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    Feed(KvServer server) {
        this.server = server;
        this.parameters = Parameters.of(server);
        this.commands = new EffectCommands(server.stripes());
        this.id = newId();
        server.eachTick(this::tick);
        AtomicLong wanted = new AtomicLong();
        parameters.decidedBy(
                FewReplicas.WANTED,
                () -> Long.toString(wanted.get()),
                value -> {
                    wanted.set(Long.parseLong(value));
                    FewReplicas.look(server, this, wanted.get());
                });
    }

    public static Feed of(KvServer server) {
        return server.part(Feed.class, Feed::new);
    }

    private static String newId() {
        byte[] random = new byte[ID_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    // ---- What is told of it

    /** The stream's name: 40 hexadecimal digits. */
    public synchronized String id() {
        return id;
    }

    /** Gives the stream another name: who comes back after that copies all again. */
    public synchronized void changeId() {
        id = newId();
        before = null;
    }

    /** What it was called before the last start, and where it ended; or null. */
    synchronized @Nullable StreamEnd before() {
        return before;
    }

    /** Bytes of the stream so far. */
    public long offset() {
        return offset;
    }

    /** Bytes at its end that are kept; 0 if it has not begun. */
    public synchronized long keptBytes() {
        Backlog kept = backlog;
        return kept == null ? 0 : kept.end() - kept.first();
    }

    /** The number of the oldest byte that is kept, from 1 on. */
    synchronized long firstByte() {
        Backlog kept = backlog;
        return kept == null ? 0 : kept.first() + 1;
    }

    /** What it takes of memory, for those who were away and for those who are slow. */
    public synchronized long heldBytes() {
        Backlog kept = backlog;
        return kept == null ? 0 : kept.heldBytes();
    }

    public synchronized boolean isActive() {
        return backlog != null;
    }

    /** How many were given a whole copy. */
    public long copies() {
        return copies.get();
    }

    /** How many went on where they were. */
    public long continuations() {
        return continuations.get();
    }

    /** How many wanted to, and were given a whole copy. */
    public long refusedContinuations() {
        return refused.get();
    }

    /** How many follow, or wait for their dump. */
    public int followers() {
        return replicas.size();
    }

    List<Replica> replicas() {
        return replicas;
    }

    /** How many have executed the stream up to an offset. */
    int acknowledgedUpTo(long wanted) {
        int count = 0;
        for (Replica replica : replicas) {
            if (replica.isOnline() && replica.acknowledged() >= wanted) {
                count++;
            }
        }
        return count;
    }

    /** Whether a replica has executed all of the stream. */
    boolean hasAll(Replica replica) {
        return replica.isOnline() && replica.acknowledged() == offset;
    }

    /** Has nothing be said of our own accord, for somebody is to have all, or again. */
    void hush(boolean wanted) {
        hushed = wanted;
    }

    /** How many have acknowledged something within so many seconds. */
    int quickerThan(long seconds, long nowMillis) {
        int count = 0;
        for (Replica replica : replicas) {
            long lag = (nowMillis - replica.heardMillis()) / MILLIS_PER_SECOND;
            if (replica.isOnline() && lag <= seconds) {
                count++;
            }
        }
        return count;
    }

    // ---- The stream

    @Override
    public synchronized long appended(RecordWriter record, long at) {
        Backlog kept = backlog;
        if (kept == null) {
            return offset;
        }
        said.clear();
        written = 0;
        commands.begin();
        record.each(
                Replay.machine(),
                (address, bytes) -> written += commands.write(address, bytes, said));
        if (written == 1) {
            kept.add(said);
        } else if (written > 1) {
            addTransaction(kept);
        }
        if (written > 0) {
            added(kept, at);
        }
        if (said.capacity() > 1 << 20) {
            said.shrink();
        }
        return offset;
    }

    /** A SELECT that is first stands before it, as Redis has it. */
    private void addTransaction(Backlog kept) {
        long head = commands.headBytes();
        kept.add(said.address(), head);
        kept.add(MULTI);
        kept.add(said.address() + head, said.length() - head);
        kept.add(EXEC);
    }

    @Override
    public synchronized void said(byte[] request) {
        Backlog kept = backlog;
        if (kept != null) {
            said.clear();
            commands.selectAny(said);
            kept.add(said);
            kept.add(request);
            added(kept, 0);
        }
    }

    private void added(Backlog kept, long at) {
        offset = kept.end();
        position = Math.max(position, at);
        for (Replica replica : replicas) {
            if (replica.collects()) {
                dropIfOverHardLimit(kept, replica);
                drain(kept, replica);
            }
        }
        if (kept.hasMore()) {
            trim(kept);
        }
    }

    /** What a replica is behind of that is slower than the others is kept for it. */
    private void trim(Backlog kept) {
        long wanted = kept.end();
        for (Replica replica : replicas) {
            if (replica.collects()) {
                wanted = Math.min(wanted, replica.next());
            }
        }
        kept.trim(wanted);
    }

    // ---- What each is sent

    private void drain(Backlog kept, Replica replica) {
        if (replica.isOnline() && !replica.sends() && replica.next() < kept.end()) {
            replica.sends(true);
            replica.session().lane().loop().execute(() -> send(replica));
        }
    }

    /** On the replica's lane. What is kept for it stays where it is until it has it. */
    private void send(Replica replica) {
        Session session = replica.session();
        Outlet outlet = session.outlet();
        Backlog.Run run = nextFor(replica);
        while (run.bytes() > 0 && outlet.pendingBytes() < AHEAD_BYTES) {
            outlet.write(run.address(), run.bytes(), server.isStrict() ? position() : 0);
            session.lane().stats().sent(run.bytes());
            run = hasGot(replica, run.bytes());
        }
        outlet.flush();
        if (run.bytes() > 0) {
            session.lane().later(AGAIN_MILLIS, () -> send(replica));
        }
    }

    private synchronized long position() {
        return position;
    }

    private synchronized Backlog.Run hasGot(Replica replica, long bytes) {
        replica.next(replica.next() + bytes);
        return nextFor(replica);
    }

    /** None if it has all, or has gone. */
    private synchronized Backlog.Run nextFor(Replica replica) {
        Backlog kept = backlog;
        boolean any = kept != null && replica.next() < kept.end() && !replica.session().isGone();
        replica.sends(any);
        return kept != null && any ? kept.from(replica.next()) : Backlog.Run.NONE;
    }

    /** Bytes that are kept for it, but for its dump. */
    private long unread(Backlog kept, Replica replica) {
        long queued = kept.end() - replica.next();
        return replica.isOnline() ? queued + replica.session().outlet().pendingBytes() : queued;
    }

    /** A limit below what is kept anyway is none: it would come back for just that. */
    private void dropIfOverHardLimit(Backlog kept, Replica replica) {
        long limit = server.config().outputLimits().replica().hardBytes();
        if (limit > 0 && unread(kept, replica) > Math.max(limit, kept.wantedBytes())) {
            drop(replica, "it leaves too much unread");
        }
    }

    private void dropIfOverSoftLimit(Backlog kept, Replica replica, long nowMillis) {
        OutputLimit limit = server.config().outputLimits().replica();
        if (limit.softBytes() == 0 || unread(kept, replica) <= limit.softBytes()) {
            replica.overSoftLimitMillis(0);
        } else if (replica.overSoftLimitMillis() == 0) {
            replica.overSoftLimitMillis(nowMillis);
        } else if (nowMillis - replica.overSoftLimitMillis() > limit.softFor().toMillis()) {
            drop(replica, "it leaves too much unread for too long");
        }
    }

    private void drop(Replica replica, String why) {
        if (!replica.session().isKilled()) {
            String who = replica.address() + ":" + replica.port();
            replica.session().lane().loop().warn("replica " + who + " is dropped", why);
            replica.session().kill();
        }
    }

    // ---- Who follows

    /** What a session has said of itself as a replica. */
    static Replica replica(Session session) {
        if (session.follower() instanceof Replica known) {
            return known;
        }
        Replica made = new Replica(session);
        session.follower(made);
        return made;
    }

    /** It follows from here on: it is told, and kept for. */
    private void follows(Replica replica) {
        replicas.add(replica);
        replica.session().onClose(() -> gone(replica));
    }

    /** Who follows has to come back, and copy all. */
    void beginAnew() {
        changeId();
        dropAll();
    }

    /** Who follows has to come back: what there is to follow is about to be another's. */
    void dropAll() {
        for (Replica replica : replicas) {
            replica.session()
                    .lane()
                    .loop()
                    .execute(
                            () -> {
                                if (replica.isOnline()) {
                                    send(replica);
                                }
                                replica.session().outlet().closeAfterWrites();
                            });
        }
    }

    private synchronized void gone(Replica replica) {
        replicas.remove(replica);
        aloneSinceMillis = server.clock().millis();
    }

    /**
     * Has a replica go on from an offset, if that is still there.
     *
     * @param next the number of the first byte that it wants, from 1 on
     */
    synchronized boolean goOn(Replica replica, String wanted, long next) {
        Backlog kept = backlog;
        if (kept == null || !isOurs(wanted, next - 1) || !kept.has(next - 1)) {
            if (!wanted.equals("?")) {
                refused.incrementAndGet();
            }
            return false;
        }
        continuations.incrementAndGet();
        follows(replica);
        replica.next(next - 1);
        replica.acknowledged(next - 1, server.clock().millis());
        replica.state(Replica.State.ONLINE);
        drain(kept, replica);
        return true;
    }

    private boolean isOurs(String wanted, long executed) {
        StreamEnd known = before;
        return wanted.equals(id)
                || known != null && wanted.equals(known.id()) && executed == known.offset();
    }

    /** Has a replica wait for a dump, and begins the stream, if it has not begun. */
    synchronized void copy(Replica replica) {
        copies.incrementAndGet();
        follows(replica);
        replica.state(Replica.State.WAITING);
        if (backlog == null) {
            begin();
        }
    }

    private void begin() {
        backlog = new Backlog(wantedBacklogBytes(), offset);
        pingedMillis = server.clock().millis();
        server.recordTap(this);
    }

    // ---- From one process to the next

    /**
     * Goes on where the process before has ended, if it has left word, and the store is what it was
     * then.
     *
     * @param lastChange no record of the log behind this position has changed the store
     * @param logEnd where the log ends
     */
    public synchronized void resume(Path folder, long lastChange, long logEnd) throws IOException {
        StreamEnd left = StreamEnd.take(folder).orElse(null);
        if (left != null && lastChange <= left.position() && left.position() <= logEnd) {
            before = left;
            offset = left.offset();
            aloneSinceMillis = server.clock().millis();
            begin();
        }
    }

    /** Leaves word for the next process; nothing is said any more. */
    public synchronized void leave(Path folder, long logEnd) throws IOException {
        if (backlog != null) {
            new StreamEnd(id, offset, logEnd).leave(folder);
        }
    }

    private long wantedBacklogBytes() {
        return Math.max(parameters.number("repl-backlog-size"), BACKLOG_BYTES_MIN);
    }

    /** A checkpoint is cut at a position; all stripes are locked. */
    public synchronized void cut(long position) {
        commands.database(-1); // Who begins here has selected nothing.
        cuts.add(new Cut(position, offset));
        if (cuts.size() > CUTS) {
            cuts.removeFirst();
        }
        for (Replica replica : replicas) {
            if (replica.state() == Replica.State.WAITING && !replica.wantsLibrariesOnly()) {
                replica.collectFrom(offset);
            }
        }
    }

    /** A dump for this one alone is cut; all stripes are locked. */
    synchronized void collect(Replica replica) {
        commands.database(-1);
        replica.collectFrom(offset);
    }

    /** The offset from which on all is kept for a replica that waits for its dump. */
    synchronized long collectedFrom(Replica replica) {
        return replica.next();
    }

    /** The offset at which the checkpoint at a position cut the stream; -1 if that is not known. */
    synchronized long offsetAt(long position) {
        for (Cut cut : cuts.reversed()) {
            if (cut.position == position) {
                return cut.offset;
            }
        }
        return -1;
    }

    /** The replica has the dump of an offset, and gets what follows. */
    synchronized void online(Replica replica, long from) {
        Backlog kept = backlog;
        replica.next(from);
        replica.acknowledged(from, server.clock().millis());
        replica.state(Replica.State.ONLINE);
        if (kept != null) {
            drain(kept, replica);
        }
    }

    /** Asks all for an acknowledgement, once for all who want it in a turn of the lane's. */
    void askForAcknowledgements(Lane lane) {
        if (asks.compareAndSet(false, true)) {
            lane.loop()
                    .execute(
                            () -> {
                                asks.set(false);
                                said(GET_ACK);
                            });
        }
    }

    // ---- Time

    private void tick() {
        long now = server.clock().millis();
        synchronized (this) {
            Backlog kept = backlog;
            if (kept == null) {
                return;
            }
            if (replicas.isEmpty()) {
                endIfAlone(kept, now);
                return;
            }
            kept.wantedBytes(wantedBacklogBytes());
            trim(kept);
            long period = parameters.number("repl-ping-replica-period") * MILLIS_PER_SECOND;
            if (now - pingedMillis >= period && !hushed) {
                pingedMillis = now;
                said(PING);
            }
            for (Replica replica : replicas) {
                if (replica.collects()) {
                    dropIfOverSoftLimit(kept, replica, now);
                }
            }
        }
        dropTheSilent(now);
    }

    /** Who asked by SYNC never says how far it is. */
    private void dropTheSilent(long now) {
        long silence = parameters.number("repl-timeout") * MILLIS_PER_SECOND;
        for (Replica replica : replicas) {
            boolean isSilent = now - replica.heardMillis() > silence;
            if (replica.isOnline() && replica.knowsPlaces() && isSilent) {
                drop(replica, "it is silent");
            }
        }
    }

    /** Nobody has followed for a long time: the stream ends, and the next has another name. */
    private void endIfAlone(Backlog kept, long now) {
        long seconds = parameters.number("repl-backlog-ttl");
        if (seconds > 0 && now - aloneSinceMillis > seconds * MILLIS_PER_SECOND) {
            server.recordTap(null);
            backlog = null;
            kept.free();
            changeId();
            commands.database(-1);
        }
    }
}
