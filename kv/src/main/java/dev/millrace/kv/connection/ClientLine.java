package dev.millrace.kv.connection;

import dev.millrace.kv.session.Session;
import dev.millrace.kv.tracking.Tracker;

/**
 * A client as a line of CLIENT LIST.
 *
 * <p><b>{@code qbuf-free}</b> is room for what the client may send, as in Redis: that of its own
 * buffer if it has one. Most have none, for a loop's clients are read into one buffer of the
 * loop's. Of that a client that was active in the last seconds has at least Redis's unit of reading
 * at its disposal, so that is what is told; in {@code tot-mem} it is not, since it is nobody's own.
 *
 * <p><b>{@code qbuf}</b> of a request that is not whole is what has come of the argument that is
 * not, and <b>{@code argv-mem}</b> what came before it: the arguments that are, with their heads.
 */
public final class ClientLine {
    private static final int MILLIS_PER_SECOND = 1000;

    /** Redis's {@code PROTO_IOBUF_LEN}. */
    private static final long READ_BYTES = 16 * 1024;

    /** For so long after it sent something a client counts as one that sends, s. */
    private static final long ACTIVE_SECONDS = 2;

    private ClientLine() {}

    /**
     * @param runningBytes how long the request that runs was on the wire, 0 if none does
     */
    public static String of(Session session, long nowMillis, boolean monitors, long runningBytes) {
        long unread = session.outlet().pendingBytes();
        // A request that came in pieces is among what is pending until it has run.
        long received = Math.max(session.pendingBytes(), runningBytes);
        long parsed = session.parsedBytes();
        long room = session.pendingRoomBytes();
        long idle = Math.max(nowMillis - session.lastActiveMillis(), 0) / MILLIS_PER_SECOND;
        long free = room > 0 || idle > ACTIVE_SECONDS ? room : Math.max(READ_BYTES - received, 0);
        long queued = session.queuedBytes();
        Tracker tracker = session.tracker();
        return "id="
                + session.id()
                + " addr="
                + session.outlet().peer()
                + " laddr="
                + session.outlet().local()
                + " fd=-1 name="
                + session.name()
                + " age="
                + (nowMillis - session.createdMillis()) / MILLIS_PER_SECOND
                + " idle="
                + idle
                + " flags="
                + flags(session, monitors)
                + " db="
                + session.database()
                + " sub="
                + session.channels()
                + " psub="
                + session.patterns()
                + " ssub="
                + session.shardChannels()
                + " multi="
                + session.queuedCommands()
                + " qbuf="
                + Math.max(received - parsed, 0)
                + " qbuf-free="
                + free
                + " argv-mem="
                + parsed
                + " multi-mem="
                + queued
                + " rbs=0 rbp=0 obl=0 oll="
                + (unread > 0 ? 1 : 0)
                + " omem="
                + unread
                + " tot-mem="
                + (session.memoryBytes() + received - session.pendingBytes())
                + " events="
                + (unread > 0 ? "rw" : "r")
                + " cmd="
                + session.lastCommand()
                + " user="
                + session.user().shownName()
                + " redir="
                + (tracker == null ? -1 : tracker.redirection())
                + " resp="
                + session.protocol();
    }

    private static String flags(Session session, boolean monitors) {
        StringBuilder flags = new StringBuilder();
        append(flags, monitors, 'O');
        append(flags, session.peer() == Session.Peer.REPLICA, 'S');
        append(flags, session.isMaster(), 'M');
        append(flags, session.subscriptions() > 0, 'P');
        append(flags, session.queuedCommands() >= 0, 'x');
        append(flags, session.isWaiting(), 'b');
        Tracker tracker = session.tracker();
        append(flags, tracker != null, 't');
        append(flags, tracker != null && tracker.isBroken(), 'R');
        append(flags, tracker != null && tracker.is(Tracker.Mode.BCAST), 'B');
        append(flags, session.isTouched(), 'd');
        append(flags, session.isClosing(), 'c');
        append(flags, session.outlet().local().startsWith("/"), 'U');
        append(flags, session.isNoEvict(), 'e');
        return flags.isEmpty() ? "N" : flags.toString();
    }

    private static void append(StringBuilder flags, boolean is, char flag) {
        if (is) {
            flags.append(flag);
        }
    }
}
