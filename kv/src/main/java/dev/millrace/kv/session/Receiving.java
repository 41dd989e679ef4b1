package dev.millrace.kv.session;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.resp.ProtocolException;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.resp.RequestParser;
import dev.millrace.kv.store.Stripes;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a lane's clients send: it is parsed where it was received, and executed from there; what is
 * not whole is kept in a buffer of the client's own.
 */
final class Receiving {
    private static final int PENDING_BYTES = 1024;
    private static final long MILLIS_PER_SECOND = 1000;

    /** A buffer of a client's own that is kept is let go when it is idle for longer, s. */
    private static final int KEPT_SECONDS = 2;

    /** Offsets in what a client has sent are ints. */
    private static final long PENDING_BYTES_MAX = Integer.MAX_VALUE - (1 << 20);

    private final Lane lane;
    private final Turn turn;
    private final KvServer server;
    private final Stats stats;
    private final Stripes stripes;
    private final Slabs slabs;
    private final Output output;
    private final Dispatch dispatch;
    private final Batch batch;

    /** Clients that have a buffer of their own for what they send. */
    private final Set<Session> buffered = new LinkedHashSet<>();

    private RequestParser parser = new RequestParser(Request.view());

    Receiving(Lane lane, Turn turn, Output output, Dispatch dispatch) {
        this.lane = lane;
        this.turn = turn;
        this.server = lane.server();
        this.stats = lane.stats();
        this.stripes = server.stripes();
        this.slabs = lane.slabs();
        this.output = output;
        this.dispatch = dispatch;
        this.batch = new Batch(slabs);
    }

    /** Executes what has come from a client; on the loop. */
    void receive(Session session, long address, int bytes) {
        lane.readClock();
        stats.received(bytes);
        session.active(turn.nowMillis);
        turn.current = session;
        if (session.parked && bytes > 0) {
            session.outlet().pause();
        }
        try {
            NativeBuffer pending = session.pending;
            if (pending == null || pending.length() == 0 && !session.hasUnfinished()) {
                int used = executeAll(session, address, bytes);
                if (used < bytes && !session.closing) {
                    keep(session, address + used, bytes - used);
                }
            } else {
                put(session, pending, address, bytes);
                goOn(session, pending);
            }
        } catch (ProtocolException e) {
            output.begin(session);
            output.error("ERR Protocol error: " + e.getMessage());
            session.closing = true;
            drop(session);
            parser = new RequestParser(Request.view()); // The old one turn.stopped in the middle.
        } catch (RuntimeException | Error fault) {
            // What it sent is half executed: nothing of it may be executed again.
            session.closing = true;
            session.dropped = true;
            throw fault;
        } finally {
            try {
                lane.answersGoOut();
                output.finish(session);
                server.clientMemory().count(session);
            } finally {
                output.clear();
                turn.current = null;
            }
        }
    }

    void keep(Session session, long address, int bytes) {
        NativeBuffer pending = session.pending;
        if (pending == null) {
            pending = new NativeBuffer(slabs, Math.max(PENDING_BYTES, bytes));
            session.pending = pending;
            buffered.add(session);
        }
        put(session, pending, address, bytes);
    }

    /** A large argument's buffer does not outgrow it, and is copied less often while it comes. */
    private static void put(Session session, NativeBuffer pending, long address, int bytes) {
        RequestParser unfinished = session.parser;
        if (unfinished != null) {
            pending.roomOf(bytes, unfinished.announced());
        }
        pending.put(address, bytes);
    }

    private void goOn(Session session, NativeBuffer pending) {
        session.pendingPeakBytes = Math.max(session.pendingPeakBytes, pending.length());
        if (isTooMuch(session, pending.length())) {
            session.closing = true;
            return;
        }
        server.clientMemory().count(session);
        if (session.isKilled()) {
            return;
        }
        int used = executeAll(session, pending.address(), (int) pending.length());
        if (used == pending.length() || session.closing) {
            pending.clear();
        } else if (used > 0) {
            pending.drop(used);
        }
    }

    /** What MULTI has queued is not executed either, so it counts; Redis 7.2 does so, too. */
    boolean isTooMuch(Session session, long pendingBytes) {
        RequestParser unfinished = session.parser;
        long places = unfinished == null ? 0 : unfinished.request().placesBytes();
        long limit = server.config().clientQueryBufferLimit();
        return pendingBytes > PENDING_BYTES_MAX
                || !session.isMaster() && pendingBytes + places + session.queuedBytes() > limit;
    }

    /**
     * Lets go of clients' own buffers, as Redis's {@code clientsCronResizeQueryBuffer} does: when
     * they are idle, or when little of it was needed of late. Until then a buffer is kept: who has
     * sent a large value is likely to send another.
     */
    void tick() {
        for (Session session : List.copyOf(buffered)) {
            NativeBuffer pending = session.pending;
            if (pending != null && pending.length() == 0) {
                long idle = (turn.nowMillis - session.lastActiveMillis()) / MILLIS_PER_SECOND;
                if (idle > KEPT_SECONDS || pending.capacity() / 2 > session.pendingPeakBytes) {
                    dropBuffer(session);
                }
            }
            session.pendingPeakBytes = session.pendingBytes();
        }
    }

    /** Gives back what a client has sent and will not be executed. */
    void drop(Session session) {
        dropBuffer(session);
        Request waiting = session.waiting;
        if (waiting != null) {
            waiting.free();
            session.waiting = null;
        }
        RequestParser unfinished = session.parser;
        if (unfinished != null) {
            unfinished.request().free();
            session.parser = null;
        }
    }

    private void dropBuffer(Session session) {
        NativeBuffer pending = session.pending;
        if (pending != null) {
            session.pending = null;
            pending.free();
            buffered.remove(session);
        }
    }

    /** Executes whole requests; returns how many bytes they took. */
    private int executeAll(Session session, long address, int bytes) {
        RequestParser unfinished = session.parser;
        RequestParser active = unfinished == null ? parser : unfinished;
        int at;
        try {
            at = executeWaiting(session, address);
            boolean more = true;
            while (more && at < bytes && runs(session)) {
                String broken = parseBatch(session, active, address, at, bytes);
                int end = executeBatch(session, at);
                if (stoppedEarly(end) && !active.isIdle()) {
                    // It is in the middle of a request behind others that are parsed again.
                    active.request().free();
                    active = new RequestParser(Request.view());
                    parser = active;
                    unfinished = null;
                }
                more = batch.count() > 0 && end == batch.end(batch.count() - 1) && active.isIdle();
                at = end;
                if (broken != null && runs(session)) {
                    throw new ProtocolException(broken);
                }
            }
        } finally {
            // After a fault, too: the request of an idle parser is the batch's, not the session's.
            handOver(session, unfinished, active);
        }
        return at;
    }

    /** True if requests that were parsed ahead were not executed. */
    private boolean stoppedEarly(int end) {
        return batch.count() > 0 && end != batch.end(batch.count() - 1);
    }

    /** The session keeps a parser that is in the middle of a request; else it is the loop's. */
    private void handOver(
            Session session, @Nullable RequestParser unfinished, RequestParser active) {
        if (active.isIdle()) {
            session.parser = null;
            if (unfinished != null) {
                parser = unfinished;
            }
        } else if (unfinished == null) {
            session.parser = parser;
            parser = new RequestParser(Request.view());
        }
    }

    private boolean runs(Session session) {
        return !session.closing && !session.parked && !turn.stopped;
    }

    /** The command that could not run when it came; returns how many bytes it took. */
    private int executeWaiting(Session session, long address) {
        Request waiting = session.waiting;
        if (waiting == null || !runs(session)) {
            return 0;
        }
        waiting.base(address);
        session.begins(session.waitingBytes);
        if (!dispatch.execute(session, waiting)) {
            session.begins(0);
            return 0;
        }
        session.ends();
        session.waiting = null;
        waiting.free();
        return session.waitingBytes;
    }

    /**
     * Parses some requests ahead; returns what is wrong with the one after them, or null. An inline
     * request is unescaped where it stands, so it is parsed only when it is executed next. Before a
     * client has said who it is nothing is parsed ahead: its limits are about to change.
     */
    private @Nullable String parseBatch(
            Session session, RequestParser active, long address, int from, int bytes) {
        batch.clear();
        int most = session.isAuthenticated() ? Batch.REQUESTS_MAX : 1;
        int at = from;
        while (at < bytes && batch.count() < most) {
            boolean inline = active.isIdle() && Memory.getByte(address + at) != '*';
            if (inline && batch.count() > 0) {
                break;
            }
            if (active.isIdle()) {
                active.into(batch.next());
            }
            int used;
            try {
                used =
                        active.parse(
                                address + at,
                                bytes - at,
                                bulkBytesMax(session),
                                session.isAuthenticated());
            } catch (ProtocolException e) {
                return String.valueOf(e.getMessage());
            }
            if (used == 0) {
                batch.giveAway();
                break;
            }
            at += used;
            batch.add(active.request(), at, server.commands());
            if (inline) {
                break;
            }
        }
        if (batch.count() > 1 && server.lanes().size() == 1) {
            batch.touch(stripes.stripe(0).database(session.database()).items());
        }
        return null;
    }

    /** What the server that we follow has taken is taken. */
    private long bulkBytesMax(Session session) {
        return session.isMaster() ? PENDING_BYTES_MAX : server.config().protoMaxBulkLen();
    }

    /** Executes what was parsed; returns where the first that was not executed begins. */
    private int executeBatch(Session session, int from) {
        int at = from;
        for (int i = 0; i < batch.count() && runs(session); i++) {
            Request request = batch.request(i);
            session.begins(batch.end(i) - at);
            if (request.count() == 0) {
                session.sentNothing(turn.nowMillis);
            } else if (!dispatch.execute(session, request)) {
                session.waiting = request;
                session.waitingBytes = batch.end(i) - at;
                session.begins(0);
                batch.giveAway(i);
                return at;
            }
            session.ends();
            at = batch.end(i);
            if (output.isFull()) {
                output.flush(session);
            }
        }
        return at;
    }
}
