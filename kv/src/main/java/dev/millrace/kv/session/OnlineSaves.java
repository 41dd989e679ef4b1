package dev.millrace.kv.session;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Dump files that are written while serving, as far as SAVE, INFO and their kin need them. One at a
 * time; from any thread.
 */
public interface OnlineSaves {
    /** There are none: each fails at once. */
    OnlineSaves NONE =
            new OnlineSaves() {
                @Override
                public boolean begin(Consumer<Boolean> ended) {
                    ended.accept(false);
                    return true;
                }

                @Override
                public void schedule(Consumer<Boolean> ended) {
                    ended.accept(false);
                }

                @Override
                public State state() {
                    return new State(false, 0, true, -1, -1, 0, 0, -1, Path.of(""));
                }
            };

    /**
     * Begins one: what it holds is the state at one point of the log that is not before this call.
     * Not while stripes are locked.
     *
     * @param ended told whether the file is there, whole and on the disk; from any thread
     * @return false if one is running already, and nothing is begun
     */
    boolean begin(Consumer<Boolean> ended);

    /** As {@link #begin}, but within a moment, or when the running one has ended. */
    void schedule(Consumer<Boolean> ended);

    State state();

    /**
     * What is told of them.
     *
     * @param running whether one is
     * @param lastMillis when the last one ended well, or the process started; ms since 1970
     * @param lastEndedWell false if the last one failed
     * @param lastSeconds how long the last one took, -1 if there was none
     * @param currentSeconds how long the running one takes so far, -1 if there is none
     * @param changesSince changes that clients have made since the last good one began
     * @param saved how many ended well since the process started
     * @param lastPosition the position of the log that the last good one shows; -1 if there was
     *     none
     * @param lastFile where it is
     */
    record State(
            boolean running,
            long lastMillis,
            boolean lastEndedWell,
            long lastSeconds,
            long currentSeconds,
            long changesSince,
            long saved,
            long lastPosition,
            Path lastFile) {}
}
