package dev.millrace.registry.session;

import dev.millrace.registry.check.GoDuration;
import dev.millrace.registry.check.Schedule;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropSession;
import dev.millrace.registry.effect.PutSession;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.State;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ends sessions that are not renewed. As with Consul a session lives twice its TTL, so that one
 * that is renewed at each TTL does not end by a late packet; and at a start of the process all
 * begin anew, for nobody could renew while it was down. When a session was renewed is nowhere kept.
 * On the loop.
 */
public final class SessionTimers implements RegistryLoop.Observer, AutoCloseable {
    private static final int GRACE = 2;

    private final RegistryLoop loop;
    private final Schedule schedule;
    private final Map<String, Lease> leases = new HashMap<>();

    /** What a session has left. A renewal only moves the deadline. */
    private static final class Lease {
        private final long nanos;
        private long deadlineNanos;
        private Schedule.Planned end = Schedule.Planned.NOTHING;

        Lease(long nanos) {
            this.nanos = nanos;
        }
    }

    public SessionTimers(RegistryLoop loop, Schedule schedule) {
        this.loop = loop;
        this.schedule = schedule;
    }

    /** Begins with the sessions that there are. */
    public void start() {
        loop.visible().sessions().byId().values().forEach(this::put);
        loop.observe(this);
    }

    /** A session's time begins anew; that of one without a TTL has none. */
    public void renew(String id) {
        Lease lease = leases.get(id);
        if (lease != null) {
            lease.deadlineNanos = schedule.nanos() + lease.nanos;
        }
    }

    @Override
    public void made(Change change, State after) {
        if (change instanceof PutSession put) {
            put(put.session());
        } else if (change instanceof DropSession drop) {
            Lease lease = leases.remove(drop.id());
            if (lease != null) {
                lease.end.cancel();
            }
        }
    }

    private void put(Session session) {
        if (GoDuration.parse(session.ttl()) instanceof GoDuration.Is is
                && is.duration().isPositive()) {
            Duration life = is.duration().multipliedBy(GRACE);
            Lease lease = new Lease(life.toNanos());
            lease.deadlineNanos = schedule.nanos() + lease.nanos;
            leases.put(session.id(), lease);
            lease.end = schedule.after(lease.nanos, () -> look(session.id(), lease));
        }
    }

    private void look(String id, Lease lease) {
        long leftNanos = lease.deadlineNanos - schedule.nanos();
        if (leftNanos > 0) {
            lease.end = schedule.after(leftNanos, () -> look(id, lease));
            return;
        }
        loop.makeOrRetry(state -> end(state, id, lease));
    }

    /** Where the journal had no space for long, it may have been renewed meanwhile: it lives on. */
    private List<Change> end(State state, String id, Lease lease) {
        Optional<Session> session = state.sessions().session(id);
        if (session.isEmpty()) {
            return List.of();
        }
        long leftNanos = lease.deadlineNanos - schedule.nanos();
        if (leftNanos > 0) {
            lease.end = schedule.after(leftNanos, () -> look(id, lease));
            return List.of();
        }
        return List.of(Invalidation.end(session.get(), loop.nowMillis()));
    }

    @Override
    public void close() {
        leases.values().forEach(lease -> lease.end.cancel());
        leases.clear();
    }
}
