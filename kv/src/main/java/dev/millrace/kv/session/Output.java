package dev.millrace.kv.session;

import dev.millrace.kernel.guard.OutputLimit;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.resp.Reply;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a lane's clients are sent: the replies of the batch that is executed, pushes behind them,
 * and messages to others. It drops who leaves too much of it unread.
 */
final class Output {
    private static final int OUT_BYTES = 64 * 1024;

    /** A batch's replies go out when they are so many bytes, though more is to come. */
    private static final int OUT_BYTES_FULL = 48 * 1024;

    private static final int PUSH_BYTES = 1024;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Lane lane;
    private final Turn turn;
    private final KvServer server;
    private final LaneLoop loop;
    private final Stats stats;
    private final NativeBuffer out = new NativeBuffer(OUT_BYTES);

    /** What others, or it itself, tell the client whose command runs: sent after its reply. */
    private final NativeBuffer pushes = new NativeBuffer(PUSH_BYTES);

    /** A message on its way to an outlet. */
    private final NativeBuffer posted = new NativeBuffer(PUSH_BYTES);

    private final List<Session> unflushed = new ArrayList<>();
    private final Set<Session> overSoftLimit = new LinkedHashSet<>();
    private final Reply reply = new Reply(out);

    Output(Lane lane, Turn turn) {
        this.lane = lane;
        this.turn = turn;
        this.server = lane.server();
        this.loop = lane.loop();
        this.stats = lane.stats();
    }

    /** Where commands write their replies. */
    Reply reply() {
        return reply;
    }

    /** Makes the next reply one to this client. */
    void begin(Session session) {
        reply.to(out, session.protocol());
    }

    /** Bytes of replies that are not sent yet. */
    long length() {
        return out.length();
    }

    /** Takes back what was answered after this length. */
    void truncate(long length) {
        out.truncate(length);
    }

    /** Forgets replies that are not sent yet. */
    void clear() {
        out.clear();
    }

    /** Forgets pushes that are not sent yet. */
    void clearPushes() {
        pushes.shrink();
    }

    /** True when so much is to be sent that the rest of the batch has to wait for it. */
    boolean isFull() {
        return out.length() >= OUT_BYTES_FULL;
    }

    /** Puts what the command's client is to be told behind its reply. */
    void putPushes() {
        if (pushes.length() > 0) {
            out.put(pushes.address(), pushes.length());
            pushes.shrink();
        }
    }

    /** The client is gone. */
    void closed(Session session) {
        overSoftLimit.remove(session);
    }

    /** Looks again at those who have left too much unread for some time. */
    void tick() {
        if (!overSoftLimit.isEmpty()) {
            List.copyOf(overSoftLimit).forEach(this::watch);
            overSoftLimit.removeIf(session -> session.overSoftLimitNanos == 0);
        }
    }

    void error(String text) {
        stats.error(text);
        reply.error(text);
    }

    /**
     * What the running command answers from here on is a push: it is sent to turn.quiet clients
     * too.
     */
    void answerWithPushes(Session session) {
        if (turn.quiet) {
            reply.to(pushes, session.protocol());
        }
    }

    void finish(Session session) {
        flush(session);
        if (session.closing && !session.dropped) {
            session.outlet().closeAfterWrites();
        }
    }

    void flush(Session session) {
        if (isTooMuchUnread(session, out.length())) {
            dropUnread(session);
        }
        if (out.length() > 0 && !session.dropped) {
            stats.sent(out.length());
            session.outlet().write(out.address(), out.length(), session.dependsOn);
            if (out.capacity() > OUT_BYTES * 16) {
                out.shrink();
            } else {
                out.clear();
            }
            watch(session);
        }
    }

    /**
     * Whether a client would leave more unread than there is room for what all others leave: the
     * more take, the less each may (Choudhury and Hahne, Dynamic Queue Length Thresholds, 1998). So
     * some room is always left for who reads, whatever limits are set, and however small what each
     * is sent may be. Of who has read nearly all nothing is asked.
     */
    private static boolean isTooMuchUnread(Session session, long more) {
        long unread = session.outlet().pendingBytes() + more;
        return unread > OUT_BYTES && unread > session.outlet().roomBytes() - more;
    }

    /** Drops a client that leaves too much unread. */
    void watch(Session session) {
        OutputLimit limit = server.config().outputLimits().of(session);
        if (limit.hardBytes() == 0 && limit.softBytes() == 0 || session.closing) {
            return;
        }
        long unread = session.outlet().pendingBytes();
        boolean overHard = limit.hardBytes() > 0 && unread >= limit.hardBytes();
        boolean overSoft = limit.softBytes() > 0 && unread >= limit.softBytes();
        if (overHard || overSoft && isSoftTimeUp(session, limit)) {
            dropUnread(session);
        } else if (!overSoft) {
            session.overSoftLimitNanos = 0;
        }
    }

    /**
     * How long what a client is answered may become before it is dropped for it; {@link
     * Long#MAX_VALUE} if it is not, as a script, or who wants no answer.
     */
    long answerBytesMax(Session session) {
        long hard = server.config().outputLimits().of(session).hardBytes();
        return hard == 0 || turn.quiet || session.isScript() ? Long.MAX_VALUE : hard;
    }

    /**
     * Drops the client whose command runs if what it is answered is already more than it may leave
     * unread. It gets nothing of it, so the rest need not be made.
     */
    boolean dropsForAnswer(Session session) {
        long most = answerBytesMax(session);
        if (most == Long.MAX_VALUE || session.outlet().pendingBytes() + out.length() < most) {
            return false;
        }
        dropUnread(session);
        return true;
    }

    void dropUnread(Session session) {
        session.closing = true;
        session.dropped = true; // What it has not read it will not get.
        session.outlet().close(); // Now: at the end of the turn its channel is flushed.
    }

    private boolean isSoftTimeUp(Session session, OutputLimit limit) {
        if (session.overSoftLimitNanos == 0) {
            session.overSoftLimitNanos = turn.nowNanos;
            overSoftLimit.add(session);
            return false;
        }
        // In whole seconds, of which the last must be over, as Redis counts them.
        long seconds = (turn.nowNanos - session.overSoftLimitNanos) / NANOS_PER_SECOND;
        return seconds > limit.softFor().toSeconds();
    }

    /** See {@link Session#post}. */
    void post(Session session, byte[] message, long dependsOn) {
        if (!loop.isCurrent()) {
            lane.tell(() -> post(session, message, dependsOn));
            return;
        }
        if (session == turn.current) {
            session.dependsOn = Math.max(session.dependsOn, dependsOn);
            (turn.quiet || turn.frozen ? pushes : out).put(message);
        } else if (session.isAboutToBeAnswered()) {
            session.held.add(new Session.Held(message, dependsOn));
        } else if (!session.closing) {
            if (isTooMuchUnread(session, message.length)) {
                dropUnread(session);
                return;
            }
            posted.shrink();
            posted.put(message);
            stats.sent(message.length);
            session.active(turn.nowMillis);
            session.outlet().write(posted.address(), posted.length(), dependsOn);
            watch(session);
            server.clientMemory().count(session);
            flushAtEndOfTurn(session);
        }
    }

    /** What came for a client between its wait's end and its answer stands behind the answer. */
    void putHeld(Session session) {
        for (Session.Held message : session.held) {
            session.dependsOn = Math.max(session.dependsOn, message.dependsOn());
            out.put(message.bytes());
        }
        session.held.clear();
    }

    private void flushAtEndOfTurn(Session session) {
        if (!session.unflushed) {
            session.unflushed = true;
            unflushed.add(session);
            if (unflushed.size() == 1) {
                loop.afterTurn(this::flushPosted);
            }
        }
    }

    private void flushPosted() {
        for (Session session : unflushed) {
            session.unflushed = false;
            session.outlet().flush();
        }
        unflushed.clear();
    }
}
