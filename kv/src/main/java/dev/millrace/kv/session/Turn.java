package dev.millrace.kv.session;

import org.jspecify.annotations.Nullable;

/** What a lane is doing now: for whom, and what time it is for that. Of the loop's thread alone. */
final class Turn {
    /** Whose batch is being executed; its replies are in {@link Output}. */
    @Nullable Session current;

    /** Ms since 1970: the same during a command, and during a transaction. */
    long nowMillis;

    /** As {@link System#nanoTime}, after the last command. */
    long nowNanos;

    /** The same, when {@link #nowMillis} was read. */
    long clockNanos;

    /** A transaction runs: its commands share one time and one record. */
    boolean frozen;

    /** The client whose command runs wants no reply to it. */
    boolean quiet;

    /** From here on nothing is executed. */
    boolean stopped;
}
