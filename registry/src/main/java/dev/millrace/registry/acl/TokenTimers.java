package dev.millrace.registry.acl;

import dev.millrace.registry.check.Schedule;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropToken;
import dev.millrace.registry.effect.PutToken;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.State;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Removes tokens whose time has passed. That they give no rights any more is decided when they are
 * shown; this is so that they do not stay. On the loop.
 */
public final class TokenTimers implements RegistryLoop.Observer, AutoCloseable {
    private final RegistryLoop loop;
    private final Schedule schedule;
    private final Map<String, Schedule.Planned> ends = new HashMap<>();

    public TokenTimers(RegistryLoop loop, Schedule schedule) {
        this.loop = loop;
        this.schedule = schedule;
    }

    /** Begins with the tokens that there are. */
    public void start() {
        loop.visible().acl().tokens().values().forEach(this::put);
        loop.observe(this);
    }

    @Override
    public void made(Change change, State after) {
        if (change instanceof PutToken put) {
            put(put.token());
        } else if (change instanceof DropToken drop) {
            cancel(drop.accessor());
        }
    }

    private void put(Token token) {
        cancel(token.accessor());
        if (token.expiresMillis() > 0) {
            long leftMillis = Math.max(1, token.expiresMillis() - loop.nowMillis());
            ends.put(
                    token.accessor(),
                    schedule.after(TimeUnit.MILLISECONDS.toNanos(leftMillis), () -> look(token)));
        }
    }

    /** The clock may have been set back. */
    private void look(Token token) {
        if (token.hasEnded(loop.nowMillis())) {
            loop.makeOrRetry(state -> end(state, token.accessor()));
        } else {
            put(token);
        }
    }

    private void cancel(String accessor) {
        Schedule.Planned planned = ends.remove(accessor);
        if (planned != null) {
            planned.cancel();
        }
    }

    private List<Change> end(State state, String accessor) {
        return state.acl().token(accessor).isEmpty() ? List.of() : List.of(new DropToken(accessor));
    }

    @Override
    public void close() {
        ends.values().forEach(Schedule.Planned::cancel);
        ends.clear();
    }
}
