package dev.millrace.events.operator;

import dev.millrace.events.append.StreamName;
import dev.millrace.events.log.AllCursor;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.EventLog;
import dev.millrace.events.log.EventTaker;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.read.StreamView;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.state.State;
import dev.millrace.kernel.admin.AdminReply;
import dev.millrace.kernel.admin.AdminRequest;
import dev.millrace.kernel.admin.AdminRoute;
import dev.millrace.kernel.admin.AdminRoutes;
import dev.millrace.kernel.memory.NativeBuffer;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * {@code GET /events/replay?stream=S&from=P}: some events of a stream, or of {@code $all}, from a
 * revision, or position, on. The first line says where to go on, and whether that is the end now:
 *
 * <pre>
 * next 1234 more            or: next 1240 end
 * {"stream":...}            see EventLine; as many lines as come together
 * </pre>
 *
 * <p>{@code POST /events/scavenge} begins one, and {@code GET} tells how far it has come:
 *
 * <pre>
 * running: 3 of 17 files, 1200 events, 480000 bytes
 * done: 17 files, 6000 events, 2400000 bytes         or: failed: free: ... bytes (...)
 * </pre>
 *
 * <p>Answered on threads that may wait; each look is a task of the loop, and a short one.
 */
public final class EventsRoutes {
    private static final String ALL = "$all";
    private static final int EVENTS_MAX = 512;
    private static final int CHARACTERS_MAX = 1 << 20;

    private final EventsLoop loop;

    private EventsRoutes(EventsLoop loop) {
        this.loop = loop;
    }

    /** Adds them to what the admin port answers. */
    public static void add(AdminRoutes routes, EventsLoop loop) {
        EventsRoutes made = new EventsRoutes(loop);
        routes.add(AdminRoute.get("/events/replay", made::replay));
        routes.add(AdminRoute.post("/events/scavenge", made::scavenge));
        routes.add(AdminRoute.get("/events/scavenge", made::scavenged));
    }

    private AdminReply replay(AdminRequest request) throws IOException, InterruptedException {
        String stream = request.parameter("stream").orElse("");
        String from = request.parameter("from").orElse("0");
        if (stream.isEmpty() || !from.matches("[0-9]{1,18}")) {
            return AdminReply.text(
                    400,
                    "stream: " + stream + ", from: " + from + " (expected: a name, a number)\n");
        }
        Piece piece = new Piece();
        long start = Long.parseLong(from);
        return stream.equals(ALL) ? replayAll(start, piece) : replayStream(stream, start, piece);
    }

    /** The lines that are answered together. */
    private final class Piece implements EventTaker {
        private final StringBuilder lines = new StringBuilder();
        private final Semaphore ready = new Semaphore(0);
        private int count;

        @Override
        public boolean take(long event) {
            if (count == EVENTS_MAX || lines.length() > CHARACTERS_MAX) {
                return false;
            }
            count++;
            lines.append(EventLine.of(state().streams(), event)).append('\n');
            return true;
        }

        /** Reads until there are enough, or no more. */
        String read(Function<Piece, Cursor.Step> more) throws IOException, InterruptedException {
            Cursor.Step step = onLoop(() -> more.apply(this));
            while (step == Cursor.Step.LOADING) {
                ready.acquire();
                step = onLoop(() -> more.apply(this));
            }
            return step == Cursor.Step.END ? "end" : "more";
        }

        AdminReply reply(long next, String how) {
            return AdminReply.text("next " + next + " " + how + "\n" + lines);
        }
    }

    private State state() {
        return loop.store().state();
    }

    private interface Look<T> {
        T look();
    }

    private <T> T onLoop(Look<T> look) throws IOException, InterruptedException {
        try {
            return loop.executor().submit(() -> underLock(look)).get();
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        }
    }

    private <T> T underLock(Look<T> look) {
        loop.store().lock();
        try {
            return look.look();
        } finally {
            loop.store().unlock();
        }
    }

    // ---- Scavenges

    private AdminReply scavenge(AdminRequest request) throws IOException, InterruptedException {
        long now = loop.nowMillis();
        boolean begun =
                onLoop(
                        () ->
                                state().log()
                                        .scavenge(stream -> StreamView.kept(state(), stream, now)));
        return begun
                ? scavenged(request)
                : AdminReply.text(409, "scavenge: one is running (expected: one at a time)\n");
    }

    private AdminReply scavenged(AdminRequest request) throws IOException, InterruptedException {
        EventLog.Scavenged so = onLoop(() -> state().log().scavenged());
        if (!so.failure().isEmpty()) {
            return AdminReply.text(200, "failed: " + so.failure() + "\n");
        }
        String files = so.running() ? so.filesDone() + " of " + so.files() : "" + so.files();
        return AdminReply.text(
                200,
                "%s: %s files, %d events, %d bytes\n"
                        .formatted(
                                so.running() ? "running" : "done", files, so.events(), so.bytes()));
    }

    // ---- Replays

    private AdminReply replayAll(long from, Piece piece) throws IOException, InterruptedException {
        AllCursor cursor = state().log().readAll(Math.max(1, from), true, piece.ready::release);
        String how = piece.read(lines -> cursor.read(loop.visible(), lines));
        return piece.reply(cursor.next(), how);
    }

    private AdminReply replayStream(String stream, long from, Piece piece)
            throws IOException, InterruptedException {
        int number = onLoop(() -> find(stream));
        if (number < 0) {
            return AdminReply.text(404, "stream: " + stream + " (expected: one that is there)\n");
        }
        try (StreamCursor cursor = state().log().read(number, from, true, piece.ready::release)) {
            String how =
                    piece.read(
                            lines -> {
                                StreamView view = StreamView.of(state(), number, loop.nowMillis());
                                return cursor.read(
                                        view.first(),
                                        view.last(),
                                        loop.visible(),
                                        event -> !view.isYoung(event) || lines.take(event));
                            });
            return piece.reply(cursor.next(), how);
        }
    }

    /** The number of a stream of which something is to be seen, or -1. */
    private int find(String stream) {
        NativeBuffer copy = new NativeBuffer(256);
        try {
            StreamName name = StreamName.in(copy, stream);
            int number = state().streams().find(name.address(), name.bytes());
            boolean gone =
                    number < 0
                            || state().streams().isTombstoned(number)
                            || StreamView.of(state(), number, loop.nowMillis()).isNone();
            return gone ? -1 : number;
        } finally {
            copy.free();
        }
    }
}
