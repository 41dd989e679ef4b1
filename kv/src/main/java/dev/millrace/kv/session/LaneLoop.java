package dev.millrace.kv.session;

import dev.millrace.kernel.room.FailStop;

/** What a lane needs of the event loop it runs on. */
public interface LaneLoop {
    boolean isCurrent();

    /** Runs on the loop, in order; from any thread. */
    void execute(Runnable task);

    /** As {@link #execute}, also while a script has the store: it touches nothing of it. */
    default void executeWhileBusy(Runnable task) {
        execute(task);
    }

    /** Runs at the end of the loop's present turn; on the loop only. */
    void afterTurn(Runnable task);

    /**
     * Runs at the end of another turn, after what the sockets bring in it; from any thread. Work
     * that is done in slices goes on with this: a task that goes on through {@link #execute} is run
     * again at once, until a second is over, and no client is served meanwhile.
     */
    default void nextTurn(Runnable task) {
        execute(() -> afterTurn(task));
    }

    /**
     * As {@link #nextTurn}, for work whose slices take long together: where clients are served
     * between two slices, the next one waits, so that the loop is theirs for most of its time. From
     * any thread; in a slice it is the last thing to do.
     */
    default void nextSlice(Runnable task) {
        nextTurn(task);
    }

    /**
     * True while the loop reads from a socket. What may serve the loop's sockets meanwhile, as a
     * script that takes long does, waits for a task of its own.
     */
    default boolean isReading() {
        return false;
    }

    /**
     * Serves the loop's sockets from within one of its tasks, and returns soon. What was given to
     * this loop to run waits until {@link #servesAgain}.
     */
    default void serveSockets() {}

    /** The task that called {@link #serveSockets} has ended: what waits for it is run. */
    default void servesAgain() {}

    /** Waits a moment for what another thread does; false where no other thread does anything. */
    default boolean pause() {
        return false;
    }

    /** Warns in the server's log of what has happened, and says why. */
    default void warn(String event, String reason) {}

    /** Writes to the server's log; {@code level} as Redis counts: 0 is debug, 3 a warning. */
    default void log(int level, String text) {}

    /** A command failed by a fault of ours, before it had changed anything. */
    void fault(Throwable cause);

    /** Ends the process; see {@link FailStop#now}. */
    FailStop.Stopped failStop(String what, Throwable cause);

    /** Runs on the loop when the time has come; from any thread. */
    default void schedule(Runnable task, long delayMillis) {
        throw new UnsupportedOperationException("this loop has no clock");
    }
}
