package dev.millrace.kv.replication;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.blocking.Deadlines;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Clients that WAIT until so many have executed what they wrote. */
final class Awaiting {
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    static Awaiting of(KvServer server) {
        return server.part(Awaiting.class, made -> new Awaiting());
    }

    /**
     * Has the client of a call wait.
     *
     * @param wanted how many it waits for
     * @param offset what they have to have executed
     * @param deadlineMillis until when, ms since 1970; 0: for ever
     */
    static void begin(Call call, Feed feed, long wanted, long offset, long deadlineMillis) {
        Awaiting all = of(call.server());
        Waiting one = new Waiting(call, feed, all, wanted, offset, deadlineMillis);
        one.session.blocking(one);
        call.lane().suspend(one.session);
        all.waiting.add(one);
        if (deadlineMillis > 0) {
            call.lane().deadlines().add(one);
        }
        feed.askForAcknowledgements(call.lane());
        all.acknowledged(); // It may have come in between.
    }

    /** Somebody has told how far it is; from any lane. */
    void acknowledged() {
        for (Waiting one : waiting) {
            if (one.hasEnough()) {
                one.unblock(null);
            }
        }
    }

    /** One of them. What it holds its own lane gives back. */
    private static final class Waiting implements Deadlines.Until {
        private final Feed feed;
        private final Awaiting all;
        private final Lane lane;
        private final Session session;
        private final Command command;
        private final NativeBuffer copy;
        private final Request request = Request.view();
        private final long wanted;
        private final long offset;
        private final long deadlineMillis;
        private final AtomicBoolean waits = new AtomicBoolean(true);

        Waiting(Call call, Feed feed, Awaiting all, long wanted, long offset, long deadlineMillis) {
            this.feed = feed;
            this.all = all;
            this.lane = call.lane();
            this.session = call.session();
            this.command = call.command();
            this.copy = new NativeBuffer(lane.slabs(), call.request().bytes());
            this.wanted = wanted;
            this.offset = offset;
            this.deadlineMillis = deadlineMillis;
            call.request().copyTo(copy);
            request.show(copy.address(), call.count());
        }

        @Override
        public long id() {
            return session.id();
        }

        @Override
        public long deadlineMillis() {
            return deadlineMillis;
        }

        boolean hasEnough() {
            return feed.acknowledgedUpTo(offset) >= wanted;
        }

        @Override
        public boolean unblock(@Nullable Refusal error) {
            if (!waits.compareAndSet(true, false)) {
                return false;
            }
            session.unblocked();
            int have = feed.acknowledgedUpTo(offset);
            lane.loop().execute(() -> answer(have, error));
            return true;
        }

        private void answer(int have, @Nullable Refusal error) {
            lane.hasWaited(session, command, request, error != null);
            leave();
            lane.resumeHere(
                    session,
                    0,
                    reply -> {
                        if (error != null) {
                            throw error;
                        }
                        reply.integer(have);
                    });
        }

        @Override
        public void abandon() {
            if (waits.compareAndSet(true, false)) {
                lane.loop().execute(this::leave);
            }
        }

        private void leave() {
            all.waiting.remove(this);
            lane.deadlines().remove(this);
            copy.free();
        }
    }
}
