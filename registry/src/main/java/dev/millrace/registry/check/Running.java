package dev.millrace.registry.check;

/** A check while it is registered, on the runner's thread. */
sealed interface Running permits PeriodicCheck, TtlCheck, AliasCheck, SilentCheck {
    CheckDefinition definition();

    /** From any thread. */
    Standing standing();

    void start();

    /** Ends it; nothing is told afterwards. */
    void stop();
}
