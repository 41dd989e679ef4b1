package dev.millrace.kv.replication;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.session.Hold;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicReference;

/**
 * A planned change of roles (FAILOVER, Redis 7.0): nothing is written until a replica has all that
 * we have; that one is asked to be the master, and we follow it.
 *
 * <pre>
 * NONE ── FAILOVER ──▶ WAITING ── it has all, or FORCE ──▶ ASKING ── it says yes ──▶ NONE, a replica
 *   ▲                     └─ TIMEOUT, ABORT ─┐               └─ it says no, ABORT ─┐
 *   └────────────────────────────────────────┴─────────────────────────────────────┘  a master
 * </pre>
 *
 * <p>The log learns of it when the other has said yes: who is killed before is the master again.
 *
 * <p>Writes are held before it is looked who has all.
 *
 * <p>What was asked for is read and changed with all stripes locked, and the state from any thread.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
final class Failover {
    private static final Refusal NOT_IN_CLUSTER =
            new Refusal(
                    "ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command"
                            + " instead.");
    private static final Refusal NONE_RUNS = new Refusal("ERR No failover in progress.");
    private static final Refusal RUNS = new Refusal("ERR FAILOVER already in progress.");
    private static final Refusal IS_REPLICA =
            new Refusal("ERR FAILOVER is not valid when server is a replica.");
    private static final Refusal NO_REPLICAS =
            new Refusal("ERR FAILOVER requires connected replicas.");
    private static final Refusal FORCE_IS_NOT_ALONE =
            new Refusal(
                    "ERR FAILOVER with force option requires both a timeout and target HOST and"
                            + " IP.");
    private static final Refusal NO_REPLICA =
            new Refusal("ERR FAILOVER target HOST and PORT is not a replica.");
    private static final Refusal NOT_ONLINE =
            new Refusal("ERR FAILOVER target replica is not online.");
    private static final Refusal NO_TIME =
            new Refusal("ERR FAILOVER timeout must be greater than 0");

    /** How far it is. */
    enum State {
        NONE("no-failover"),
        WAITING("waiting-for-sync"),
        ASKING("failover-in-progress");

        private final String shown;

        State(String shown) {
            this.shown = shown;
        }

        /** As INFO shows it. */
        String shown() {
            return shown;
        }
    }

    /**
     * What was asked for.
     *
     * @param host of the replica that is to be the master; null: any
     * @param millis for so long it may be waited for; 0: for ever
     */
    private record Wish(@Nullable String host, long port, long millis, boolean force) {
        boolean isFor(Replica replica) {
            return host == null || replica.isAt(host, port);
        }
    }

    private final KvServer server;
    private final Feed feed;
    private final AtomicReference<State> state = new AtomicReference<>(State.NONE);
    private volatile @Nullable Hold hold;
    private Wish wish = new Wish(null, 0, 0, false);
    private long endMillis;

    private Failover(KvServer server) {
        this.server = server;
        this.feed = Feed.of(server);
        server.eachTick(this::tick);
    }

    static Failover of(KvServer server) {
        return server.part(Failover.class, Failover::new);
    }

    State state() {
        return state.get();
    }

    boolean runs() {
        return state.get() != State.NONE;
    }

    // ---- The command; all stripes are locked

    void command(Call call) {
        if (server.isCluster()) {
            throw NOT_IN_CLUSTER;
        }
        if (call.count() == 2 && call.is(1, "ABORT")) {
            abort();
        } else {
            begin(call, read(call));
        }
        call.reply().ok();
    }

    private void abort() {
        State before = end("was aborted");
        if (before == State.NONE) {
            throw NONE_RUNS;
        }
        if (before == State.ASKING) {
            Following.of(server).isRefused();
        }
    }

    private static Wish read(Call call) {
        @Nullable String host = null;
        long port = 0;
        long millis = 0;
        boolean force = false;
        for (int i = 1; i < call.count(); i++) {
            if (call.is(i, "TIMEOUT") && i + 1 < call.count() && millis == 0) {
                millis = call.integer(++i);
                if (millis <= 0) {
                    throw NO_TIME;
                }
            } else if (call.is(i, "TO") && i + 2 < call.count() && host == null) {
                port = call.integer(i + 2);
                host = call.text(i + 1);
                i += 2;
            } else if (call.is(i, "FORCE") && !force) {
                force = true;
            } else {
                throw Refusal.SYNTAX;
            }
        }
        return new Wish(host, port, millis, force);
    }

    private void begin(Call call, Wish asked) {
        if (runs()) {
            throw RUNS;
        }
        if (Following.of(server).upstream() != null) {
            throw IS_REPLICA;
        }
        if (feed.replicas().isEmpty()) {
            throw NO_REPLICAS;
        }
        if (asked.force && (asked.millis == 0 || asked.host == null)) {
            throw FORCE_IS_NOT_ALONE;
        }
        if (asked.host != null) {
            expectOnline(asked);
        }
        wish = asked;
        endMillis = asked.millis == 0 ? Long.MAX_VALUE : call.nowMillis() + asked.millis;
        hold = server.holdWrites();
        feed.hush(true);
        feed.askForAcknowledgements(call.lane());
        state.set(State.WAITING);
        call.lane().loop().warn("failover begins", String.valueOf(asked));
    }

    private void expectOnline(Wish asked) {
        for (Replica replica : feed.replicas()) {
            if (asked.isFor(replica)) {
                if (!replica.isOnline()) {
                    throw NOT_ONLINE;
                }
                return;
            }
        }
        throw NO_REPLICA;
    }

    // ---- Time

    private void tick() {
        if (state.get() != State.WAITING) {
            return;
        }
        Lane lane = server.lanes().getFirst();
        // A script that is busy has all stripes: a moment later is soon enough.
        lane.withStripes(server.stripes().mask(), () -> look(lane.nowMillis()));
    }

    /** All stripes are locked: nothing is being written. */
    private void look(long nowMillis) {
        if (state.get() != State.WAITING) {
            return;
        }
        Wish asked = wish;
        Hold held = hold;
        boolean isLate = nowMillis >= endMillis;
        if (isLate && asked.force && asked.host != null) {
            ask(asked.host, Math.toIntExact(asked.port));
        } else if (isLate) {
            end("has ended: no replica was as far as this server in time");
        } else if (held != null && held.isComplete()) {
            for (Replica replica : feed.replicas()) {
                if (asked.isFor(replica) && feed.hasAll(replica)) {
                    ask(replica.address(), replica.port());
                    return;
                }
            }
        }
    }

    private void ask(String host, int port) {
        if (state.compareAndSet(State.WAITING, State.ASKING)) {
            Following.of(server).askToTakeOver(host, port);
        }
    }

    /**
     * The other has said yes, or there is no hope: what waits goes on.
     *
     * @return how far it was
     */
    State end(String how) {
        Hold held = hold;
        State before = state.getAndSet(State.NONE);
        if (before != State.NONE) {
            server.lanes().getFirst().loop().warn("failover", how);
            feed.hush(false);
            if (held != null) {
                held.end();
            }
        }
        return before;
    }
}
