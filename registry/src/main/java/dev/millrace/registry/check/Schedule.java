package dev.millrace.registry.check;

/**
 * Time, and what is to be done later. Everything is done on one thread, which is also the only one
 * that may call this; a test moves time by hand.
 */
public interface Schedule {
    /** Something that is to be done. */
    @FunctionalInterface
    interface Planned {
        /** Nothing. */
        Planned NOTHING = () -> {};

        /** It is not done after all. Cancelling again, or when it is done, is quiet. */
        void cancel();
    }

    /** Nanoseconds since some moment; they never go back. */
    long nanos();

    /**
     * Does something once, not before a time has passed.
     *
     * @param nanos 0 or less: as soon as the thread is free
     */
    Planned after(long nanos, Runnable task);
}
