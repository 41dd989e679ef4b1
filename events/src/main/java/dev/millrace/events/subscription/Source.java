package dev.millrace.events.subscription;

import dev.millrace.events.log.Cursor;

/** Where a subscription's messages come from, from a place on. Under the lock. */
sealed interface Source extends AutoCloseable permits StreamSource, AllSource {
    /** Takes events one after another. */
    interface Taker {
        /**
         * Takes an event, which is at that address during the call.
         *
         * @return false if it was not taken: it will be offered again
         */
        boolean take(long place, long event);

        /** An event that nobody is to have; false: to be told again. */
        boolean pass(long place);
    }

    Cursor.Step read(Taker taker);

    /** The last place that there is now, or {@code Group.NONE}. */
    long last();

    /** True if nothing will ever come any more. */
    boolean isGone();

    @Override
    void close();
}
