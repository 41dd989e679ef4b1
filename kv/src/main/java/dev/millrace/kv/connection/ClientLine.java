package dev.millrace.kv.connection;

import dev.millrace.kv.session.Session;

/** A client as a line of CLIENT LIST. */
final class ClientLine {
    private static final int MILLIS_PER_SECOND = 1000;

    /** What a client takes beside its buffers: session, channel, maps. */
    private static final long CLIENT_BYTES = 2048;

    private ClientLine() {}

    static String of(Session session, long nowMillis, boolean monitors, long runningBytes) {
        long unread = session.outlet().pendingBytes();
        // A request that came in pieces is among what is pending until it has run.
        long received = Math.max(session.pendingBytes(), runningBytes);
        long queued = session.queuedBytes();
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
                + Math.max(nowMillis - session.lastActiveMillis(), 0) / MILLIS_PER_SECOND
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
                + received
                + " qbuf-free=0 argv-mem=0 multi-mem="
                + queued
                + " rbs=0 rbp=0 obl=0 oll="
                + (unread > 0 ? 1 : 0)
                + " omem="
                + unread
                + " tot-mem="
                + (CLIENT_BYTES + unread + received + queued)
                + " events="
                + (unread > 0 ? "rw" : "r")
                + " cmd="
                + session.lastCommand()
                + " user="
                + (session.isAuthenticated() ? Authentication.DEFAULT_USER : "(superuser)")
                + " redir=-1 resp="
                + session.protocol();
    }

    private static String flags(Session session, boolean monitors) {
        StringBuilder flags = new StringBuilder();
        append(flags, monitors, 'O');
        append(flags, session.subscriptions() > 0, 'P');
        append(flags, session.queuedCommands() >= 0, 'x');
        append(flags, session.isWaiting(), 'b');
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
