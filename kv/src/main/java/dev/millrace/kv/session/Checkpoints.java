package dev.millrace.kv.session;

import java.util.function.Consumer;

/** The shard's checkpoints, as far as SAVE and its kin need them. From any thread. */
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
                public long lastMillis() {
                    return 0;
                }

                @Override
                public boolean isLastComplete() {
                    return true;
                }

                @Override
                public long changesSince() {
                    return 0;
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

    /** When the last one was completed, or the process started; ms since 1970. */
    long lastMillis();

    /** False if the last one was given up. */
    boolean isLastComplete();

    /** Changes that clients have made since the last one began, or the process started. */
    long changesSince();

    /** How many were completed since the process started. */
    long completed();
}
