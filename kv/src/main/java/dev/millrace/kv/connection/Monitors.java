package dev.millrace.kv.connection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.CommandTap;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * MONITOR: clients that see every command. Each is told by the lane on which the command ran, so
 * what one client did comes in its order; what clients of different lanes did at the same time
 * comes in some order.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Monitors implements CommandTap {
    private static final Refusal NOT_IN_TRANSACTION =
            new Refusal("ERR MONITOR isn't allowed for DENY BLOCKING client");

    private static final byte[] REDACTED = "(redacted)".getBytes(StandardCharsets.US_ASCII);

    /** A line is not much longer than this; of an argument no more bytes are shown. */
    private static final int LINE_BYTES_MAX = 1 << 20;

    private final KvServer server;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

    private Monitors(KvServer server) {
        this.server = server;
    }

    public static Monitors of(KvServer server) {
        return server.part(Monitors.class, Monitors::new);
    }

    public static List<Command> all() {
        return List.of(
                Command.named("monitor")
                        .since("1.0.0")
                        .group("server")
                        .summary("Listen for all requests received by the server in real time")
                        .arity(1)
                        .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                        .does(Monitors::monitor));
    }

    private static void monitor(Call call) {
        Monitors monitors = of(call.server());
        Session session = call.session();
        if (call.isInTransaction()) {
            throw NOT_IN_TRANSACTION;
        }
        if (monitors.sessions.contains(session)) {
            // Redis answers nothing to who monitors already.
            return;
        }
        session.onClose(() -> monitors.remove(session));
        monitors.add(session);
        call.reply().ok();
    }

    private synchronized void add(Session session) {
        sessions.add(session);
        session.monitors(true);
        server.tap(this);
    }

    synchronized void remove(Session session) {
        session.monitors(false);
        if (sessions.remove(session) && sessions.isEmpty()) {
            server.tap(null);
        }
    }

    public boolean has(Session session) {
        return sessions.contains(session);
    }

    @Override
    public void command(
            Session session, Command command, Request request, int database, long redacted) {
        // Those that run scripts tell of themselves, before what they do.
        boolean skipped = command.has(Flag.SKIP_MONITOR) && !command.runsScripts();
        if (skipped || command.has(Flag.ADMIN)) {
            return;
        }
        byte[] line = line(session, request, database, redacted);
        sessions.forEach(monitor -> monitor.post(line, session.dependsOn()));
    }

    private byte[] line(Session session, Request request, int database, long redacted) {
        Instant now = server.clock().instant();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        String peer = session.isScript() ? "lua" : peer(session);
        put(
                line,
                "+%d.%06d [%d %s]"
                        .formatted(now.getEpochSecond(), now.getNano() / 1000, database, peer));
        int shown = 0;
        while (shown < request.count() && line.size() < LINE_BYTES_MAX) {
            boolean secret = shown < Long.SIZE && (redacted >>> shown & 1) != 0;
            line.write(' ');
            quote(line, secret ? REDACTED : start(request, shown));
            shown++;
        }
        if (shown < request.count()) {
            put(line, " ... (%d more arguments)".formatted(request.count() - shown));
        }
        put(line, "\r\n");
        return line.toByteArray();
    }

    private static String peer(Session session) {
        String local = session.outlet().local();
        return local.startsWith("/") ? "unix:" + local : session.outlet().peer();
    }

    private static byte[] start(Request request, int index) {
        int length = Math.min(request.length(index), LINE_BYTES_MAX);
        return Memory.bytes(request.address(index), length);
    }

    private static void put(ByteArrayOutputStream line, String text) {
        line.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void quote(ByteArrayOutputStream line, byte[] bytes) {
        line.write('"');
        for (byte b : bytes) {
            switch (b) {
                case '\\', '"' -> {
                    line.write('\\');
                    line.write(b);
                }
                case '\n' -> put(line, "\\n");
                case '\r' -> put(line, "\\r");
                case '\t' -> put(line, "\\t");
                case 7 -> put(line, "\\a");
                case '\b' -> put(line, "\\b");
                default -> {
                    if (b >= ' ' && b < 127) {
                        line.write(b);
                    } else {
                        put(line, "\\x%02x".formatted(b & 0xff));
                    }
                }
            }
        }
        line.write('"');
    }
}
