package dev.millrace.kv.replication;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Clients that WAIT until so many have executed what they wrote. */
final class Awaiting {
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

    static Awaiting of(KvServer server) {
        return server.part(Awaiting.class, made -> new Awaiting());
    }

    /** Has the client of a call wait, for ever if {@code millis} is 0. */
    static void begin(Call call, Feed feed, long wanted, long offset, long millis) {
        Lane lane = call.lane();
        Session session = call.session();
        Awaiting all = of(call.server());
        Waiting one = new Waiting(all, feed, lane, session, wanted, offset);
        session.blocking(one);
        lane.suspend(session);
        all.waiting.add(one);
        if (millis > 0) {
            lane.later(millis, () -> one.unblock(false));
        }
        feed.askForAcknowledgements();
        all.acknowledged(); // It may have come in between.
    }

    /** Somebody has told how far it is; from any lane. */
    void acknowledged() {
        for (Waiting one : waiting) {
            if (one.hasEnough()) {
                one.unblock(false);
            }
        }
    }

    private record Waiting(
            Awaiting all,
            Feed feed,
            Lane lane,
            Session session,
            long wanted,
            long offset,
            AtomicBoolean waits)
            implements Session.Blocking {
        Waiting(Awaiting all, Feed feed, Lane lane, Session session, long wanted, long offset) {
            this(all, feed, lane, session, wanted, offset, new AtomicBoolean(true));
        }

        boolean hasEnough() {
            return feed.acknowledgedUpTo(offset) >= wanted;
        }

        @Override
        public boolean unblock(boolean withError) {
            if (!waits.compareAndSet(true, false)) {
                return false;
            }
            all.waiting.remove(this);
            session.unblocked();
            int have = feed.acknowledgedUpTo(offset);
            lane.resume(
                    session,
                    reply -> {
                        if (withError) {
                            throw Refusal.UNBLOCKED;
                        }
                        reply.integer(have);
                    });
            return true;
        }

        @Override
        public void abandon() {
            waits.set(false);
            all.waiting.remove(this);
        }
    }
}
