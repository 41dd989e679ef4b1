package dev.millrace.kv.session;

import java.util.function.Consumer;

/** The shard's checkpoints, as far as commands need them. From any thread. */
public interface Checkpoints {
    /** There are none. */
    Checkpoints NONE =
            new Checkpoints() {
                @Override
                public boolean begin(Consumer<Boolean> ended) {
                    ended.accept(false);
                    return true;
                }

                @Override
                public boolean isRunning() {
                    return false;
                }

                @Override
                public boolean isLastComplete() {
                    return true;
                }

                @Override
                public long completed() {
                    return 0;
                }
            };

    /**
     * Begins one; false if one is running already.
     *
     * @param ended told whether it is complete, from any thread
     */
    boolean begin(Consumer<Boolean> ended);

    boolean isRunning();

    /** False if the last one was given up. */
    boolean isLastComplete();

    /** How many were completed since the process started. */
    long completed();
}
