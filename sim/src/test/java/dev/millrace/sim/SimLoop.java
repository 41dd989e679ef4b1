package dev.millrace.sim;

import dev.millrace.kernel.room.FailStop;
import dev.millrace.kv.session.LaneLoop;

import java.util.ArrayDeque;

/** An event loop that turns when it is told to. */
final class SimLoop implements LaneLoop {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public boolean isCurrent() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void afterTurn(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void fault(Throwable cause) {
        throw new AssertionError(cause);
    }

    @Override
    public FailStop.Stopped failStop(String what, Throwable cause) {
        return new FailStop.Stopped(what, cause);
    }

    /** Runs at most so many tasks; false if there were none. */
    boolean turn(int most) {
        int left = most;
        boolean any = false;
        while (left-- > 0 && !tasks.isEmpty()) {
            tasks.remove().run();
            any = true;
        }
        return any;
    }
}
