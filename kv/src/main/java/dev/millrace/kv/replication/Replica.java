package dev.millrace.kv.replication;

import dev.millrace.kv.session.Session;

import java.util.ArrayDeque;

/**
 * A server that follows us.
 *
 * <pre>
 * GREETING ── PSYNC, we have its place ──────────────────────────────▶ ONLINE
 *     └────── PSYNC ──▶ WAITING ── a cut ──▶ COLLECTING ── the dump ──▶ SENDING ── all sent ──▶ ONLINE
 * </pre>
 *
 * <p>What is in its queue is guarded by the {@link Feed}; the rest belongs to its session's lane,
 * and others read it, a little stale.
 */
final class Replica {
    /** How far it is. */
    enum State {
        GREETING("handshake"),
        WAITING("wait_bgsave"),
        COLLECTING("wait_bgsave"),
        SENDING("send_bulk"),
        ONLINE("online");

        private final String shown;

        State(String shown) {
            this.shown = shown;
        }
    }

    private final Session session;
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
    private volatile State state = State.GREETING;
    private volatile boolean knowsPlaces;
    private volatile int port;
    private volatile String address = "";
    private volatile long acknowledged;
    private volatile long acknowledgedMillis;
    private long collectedFrom;
    private long queuedBytes;
    private long dependsOn;
    private boolean drained = true;

    Replica(Session session) {
        this.session = session;
    }

    Session session() {
        return session;
    }

    State state() {
        return state;
    }

    void state(State next) {
        state = next;
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

    void address(String said) {
        address = said;
    }

    /** Up to which offset it has executed the stream, as it says. */
    long acknowledged() {
        return acknowledged;
    }

    long acknowledgedMillis() {
        return acknowledgedMillis;
    }

    void acknowledged(long offset, long nowMillis) {
        acknowledged = offset;
        acknowledgedMillis = nowMillis;
    }

    // ---- What it is to be sent, under the feed's lock

    /** From here on all is kept for it. */
    void collectFrom(long offset) {
        state = State.COLLECTING;
        collectedFrom = offset;
        queue.clear();
        queuedBytes = 0;
    }

    long collectedFrom() {
        return collectedFrom;
    }

    boolean collects() {
        return state != State.GREETING && state != State.WAITING;
    }

    void add(byte[] bytes, long position) {
        queue.add(bytes);
        queuedBytes += bytes.length;
        dependsOn = Math.max(dependsOn, position);
    }

    long queuedBytes() {
        return queuedBytes;
    }

    /** Forgets what stands before an offset that is not before {@link #collectedFrom}. */
    void dropUpTo(long offset) {
        long left = offset - collectedFrom;
        while (left > 0) {
            byte[] head = queue.remove();
            queuedBytes -= head.length;
            if (head.length > left) {
                byte[] rest = java.util.Arrays.copyOfRange(head, (int) left, head.length);
                queue.addFirst(rest);
                queuedBytes += rest.length;
            }
            left -= head.length;
        }
    }

    /** True if its lane is to be asked to send: it is not yet. */
    boolean wantsDraining() {
        boolean wants = drained && state == State.ONLINE && !queue.isEmpty();
        drained &= !wants;
        return wants;
    }

    /** Takes all that is queued. */
    byte[] take() {
        drained = true;
        byte[] all = new byte[Math.toIntExact(queuedBytes)];
        int at = 0;
        for (byte[] bytes : queue) {
            System.arraycopy(bytes, 0, all, at, bytes.length);
            at += bytes.length;
        }
        queue.clear();
        queuedBytes = 0;
        return all;
    }

    /** The position that what was queued must not leave before. */
    long dependsOn() {
        return dependsOn;
    }
}
