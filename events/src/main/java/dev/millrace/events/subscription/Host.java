package dev.millrace.events.subscription;

import dev.millrace.events.store.Store;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.log.Log;

/** What subscriptions need of the loop on which they run. All but {@link #soon} under the lock. */
public interface Host {
    Store store();

    /** The position of the last event that may be delivered. */
    long visible();

    /** Milliseconds since 1970. */
    long nowMillis();

    /**
     * Sets space aside before the effects that take it.
     *
     * @param again run when there may be space, if there is none at the moment
     */
    Journal.Admission admit(long bytes, Runnable again);

    /** Runs something when there is more to be seen; once. */
    void whenMore(Runnable then);

    /** It is not to be run any more. */
    void forget(Runnable then);

    /** Runs something under the lock, when others have had their turn; from any thread. */
    void soon(Runnable then);

    Log log();
}
