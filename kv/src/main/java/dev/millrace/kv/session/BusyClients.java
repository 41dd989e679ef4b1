package dev.millrace.kv.session;

import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.resp.ProtocolException;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.resp.RequestParser;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Objects;

/**
 * What a lane's clients send while a script runs on it, and has it serve its sockets. The lane's
 * buffers, its record and its running command are the script's: so nothing of them is used here. A
 * client is told that the server is busy, or gets what is allowed meanwhile.
 *
 * <p>What waits by itself, as the script's own client does, is kept until the script has ended.
 */
final class BusyClients {
    private static final int OUT_BYTES = 1024;

    private final Lane lane;
    private final Turn turn;
    private final KvServer server;
    private final Stats stats;
    private final Dispatch dispatch;
    private final Receiving receiving;
    private final NativeBuffer out = new NativeBuffer(OUT_BYTES);
    private final NativeBuffer input = new NativeBuffer(OUT_BYTES);
    private final Reply reply = new Reply(out);
    private final Call call;
    private final ArrayDeque<Late> late = new ArrayDeque<>();

    /** What came from a client that waits. */
    private record Late(Session session, byte[] bytes) {}

    BusyClients(Lane lane, Turn turn, Execution execution, Dispatch dispatch, Receiving receiving) {
        this.lane = lane;
        this.turn = turn;
        this.server = lane.server();
        this.stats = lane.stats();
        this.dispatch = dispatch;
        this.receiving = receiving;
        Effects none = new Effects(new RecordWriter(), server.stripes());
        Command any = server.commands().all().iterator().next();
        this.call = new Call(lane, none, reply, any, lane.nobody());
        assert execution.effects() != none;
    }

    void receive(Session session, byte[] bytes) {
        if (session == turn.current || session.parked || session.blocking() != null) {
            keepForLater(session, bytes);
            return;
        }
        input.shrink();
        input.put(bytes);
        forgetProgress(session);
        receiving.keep(session, input.address(), bytes.length);
        stats.received(bytes.length);
        try {
            answerAll(session, Objects.requireNonNull(session.pending));
        } catch (ProtocolException broken) {
            answerError(session, "ERR Protocol error: " + broken.getMessage());
            session.closing = true;
        }
        flush(session);
    }

    private void keepForLater(Session session, byte[] bytes) {
        session.outlet().pause();
        if (late.isEmpty()) {
            lane.loop().execute(this::receiveLate);
        }
        late.add(new Late(session, bytes));
    }

    /** The script has ended. */
    private void receiveLate() {
        for (Late each = late.poll(); each != null; each = late.poll()) {
            Session session = each.session;
            if (!session.gone) {
                input.shrink();
                input.put(each.bytes);
                lane.receive(session, input.address(), each.bytes.length);
                session.outlet().resume();
                session.outlet().flush();
            }
        }
    }

    /** A request is parsed from its beginning again, for what was parsed is the lane's. */
    private static void forgetProgress(Session session) {
        RequestParser unfinished = session.parser;
        if (unfinished != null) {
            unfinished.request().free();
            session.parser = null;
        }
    }

    private void answerAll(Session session, NativeBuffer pending) {
        int at = 0;
        int length = Math.toIntExact(pending.length());
        RequestParser parser = new RequestParser(new Request(lane.slabs()));
        try {
            int used = -1;
            while (used != 0 && at < length && !session.closing) {
                used =
                        parser.parse(
                                pending.address() + at,
                                length - at,
                                server.config().protoMaxBulkLen(),
                                session.isAuthenticated());
                at += used;
                if (used > 0 && parser.request().count() > 0) {
                    answer(session, parser.request());
                }
            }
        } finally {
            parser.request().free();
        }
        if (at == length) {
            pending.clear();
        } else {
            pending.drop(at);
        }
    }

    private void answer(Session session, Request request) {
        reply.to(out, session.protocol());
        Command command = dispatch.find(request);
        String refusal = refusal(session, command, request);
        if (refusal != null) {
            refuse(session, command, refusal);
            return;
        }
        Transaction open = session.transaction();
        if (open != null && !Dispatch.runsInsideMulti(Objects.requireNonNull(command))) {
            open.add(command, request, command.mayTell(server, request));
            reply.queued();
        } else {
            run(session, Objects.requireNonNull(command), request);
        }
    }

    private @Nullable String refusal(Session session, @Nullable Command command, Request request) {
        if (command == null) {
            Command container = server.commands().find(request.address(0), request.length(0));
            return container == null
                    ? UnknownCommand.named(request)
                    : UnknownCommand.ofContainer(container, request);
        }
        if (!command.acceptsCount(request.count())) {
            return "ERR wrong number of arguments for '" + command.fullName() + "' command";
        }
        return dispatch.refusal(session, command, request);
    }

    private void refuse(Session session, @Nullable Command command, String error) {
        Transaction open = session.transaction();
        if (open != null) {
            open.spoil();
        }
        if (command != null) {
            stats.rejected(command);
        }
        if (command != null && Dispatch.isExec(command)) {
            lane.dropTransaction(session);
            session.unwatch();
            answerError(session, Dispatch.aborted(error));
        } else {
            answerError(session, error);
        }
    }

    private void answerError(Session session, String error) {
        reply.to(out, session.protocol());
        stats.error(error);
        reply.errorBytes(error.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Runs a command for a client of another lane that would wait for a stripe; what is answered is
     * sent from there.
     */
    void runFor(Session session, Command command, Request request) {
        long before = out.length();
        reply.to(out, session.protocol());
        run(session, command, request);
        byte[] answer =
                Memory.bytes(out.address() + before, Math.toIntExact(out.length() - before));
        out.truncate(before);
        session.lane().loop().executeWhileBusy(() -> answered(session, answer));
    }

    private static void answered(Session session, byte[] answer) {
        session.lane().resumeHere(session, 0, reply -> reply.out().put(answer));
    }

    private void run(Session session, Command command, Request request) {
        long before = out.length();
        long start = System.nanoTime();
        call.begin(session, command, request);
        try {
            command.run(call);
        } catch (Refusal refusal) {
            out.truncate(before);
            answerError(session, refusal.text());
            stats.failed(command);
        }
        stats.ran(command, System.nanoTime() - start);
    }

    private void flush(Session session) {
        if (out.length() > 0) {
            stats.sent(out.length());
            session.outlet().write(out.address(), out.length(), 0);
            session.outlet().flush();
            out.shrink();
        }
        if (session.closing) {
            session.outlet().closeAfterWrites();
        }
    }
}
