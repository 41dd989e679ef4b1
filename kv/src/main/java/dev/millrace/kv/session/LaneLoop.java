package dev.millrace.kv.session;

/** What a lane needs of the event loop it runs on. */
public interface LaneLoop {
    boolean isCurrent();

    /** Runs on the loop, in order; from any thread. */
    void execute(Runnable task);

    /** Runs at the end of the loop's present turn; on the loop only. */
    void afterTurn(Runnable task);
}
