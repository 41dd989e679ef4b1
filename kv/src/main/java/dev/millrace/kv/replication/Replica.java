package dev.millrace.kv.replication;

import dev.millrace.kv.session.Follower;
import dev.millrace.kv.session.Session;

/**
 * A server that follows us, and its place in the stream.
 *
 * <pre>
 * GREETING ── PSYNC, we have its place ──────────────────────────────▶ ONLINE
 *     └────── PSYNC ──▶ WAITING ── a cut ──▶ COLLECTING ── the dump ──▶ SENDING ── all sent ──▶ ONLINE
 *                                                                          └─ it wants no more ─▶ ENDING
 * </pre>
 *
 * <p>Its place is guarded by the {@link Feed}; the rest belongs to its session's lane, and others
 * read it, a little stale.
 */
final class Replica implements Follower {
    /** How far it is. */
    enum State {
        GREETING("handshake"),
        WAITING("wait_bgsave"),
        COLLECTING("wait_bgsave"),
        SENDING("send_bulk"),
        ONLINE("online"),
        ENDING("rdb_transmitted");

        private final String shown;

        State(String shown) {
            this.shown = shown;
        }
    }

    private final Session session;
    private volatile State state = State.GREETING;
    private volatile boolean knowsPlaces;
    private volatile boolean wantsDumpOnly;
    private volatile boolean wantsLibrariesOnly;
    private volatile int port;
    private volatile String address = "";
    private volatile long acknowledged;
    private volatile long heardMillis;

    // Guarded by the feed.
    private long next;
    private boolean sends;
    private long overSoftLimitMillis;

    Replica(Session session) {
        this.session = session;
    }

    Session session() {
        return session;
    }

    State state() {
        return state;
    }

    void state(State now) {
        state = now;
    }

    /** As INFO shows it. */
    String shownState() {
        return state.shown;
    }

    boolean isOnline() {
        return state == State.ONLINE;
    }

    /** It asked by PSYNC: it is told the stream's name, and where in it the dump is. */
    boolean knowsPlaces() {
        return knowsPlaces;
    }

    void knowsPlaces(boolean does) {
        knowsPlaces = does;
    }

    /** It wants a dump, and nothing of what follows. */
    boolean wantsDumpOnly() {
        return wantsDumpOnly;
    }

    void wantsDumpOnly(boolean does) {
        wantsDumpOnly = does;
    }

    /** It wants the libraries of functions, and no keys. */
    boolean wantsLibrariesOnly() {
        return wantsLibrariesOnly;
    }

    void wantsLibrariesOnly(boolean does) {
        wantsLibrariesOnly = does;
    }

    /** The port that it listens on, as it says. */
    int port() {
        return port;
    }

    void port(int said) {
        port = said;
    }

    /** Its address: as it says, else as it came. */
    String address() {
        if (!address.isEmpty()) {
            return address;
        }
        String peer = session.outlet().peer();
        int colon = peer.lastIndexOf(':');
        return colon < 0 ? peer : peer.substring(0, colon);
    }

    /** Whether it is the one that listens there, as it says. */
    boolean isAt(String host, long listening) {
        return port == listening && address().equalsIgnoreCase(host);
    }

    void address(String said) {
        address = said;
    }

    /** Up to which offset it has executed the stream, as it says. */
    long acknowledged() {
        return acknowledged;
    }

    void acknowledged(long offset, long nowMillis) {
        acknowledged = offset;
        heardMillis = nowMillis;
    }

    /** When it last said how far it is, or that it is there; ms since 1970. */
    long heardMillis() {
        return heardMillis;
    }

    @Override
    public void isThere(long nowMillis) {
        heardMillis = nowMillis;
    }

    // ---- Its place in the stream, under the feed's lock

    /** All from this offset on is kept for it: a dump is made that ends there, or behind. */
    void collectFrom(long offset) {
        state = State.COLLECTING;
        next = offset;
    }

    /** What is sent to it next is what follows this offset. */
    void next(long offset) {
        next = offset;
    }

    long next() {
        return next;
    }

    /** The stream is kept for it from {@link #next} on. */
    boolean collects() {
        return state == State.COLLECTING || state == State.SENDING || state == State.ONLINE;
    }

    /** Its lane is asked to send, or does so. */
    boolean sends() {
        return sends;
    }

    void sends(boolean does) {
        sends = does;
    }

    /** Since when more is kept for it than may be for long, ms since 1970; 0: it is not. */
    long overSoftLimitMillis() {
        return overSoftLimitMillis;
    }

    void overSoftLimitMillis(long since) {
        overSoftLimitMillis = since;
    }
}
