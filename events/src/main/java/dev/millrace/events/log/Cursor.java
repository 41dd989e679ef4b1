package dev.millrace.events.log;

/**
 * A place in a stream or in the whole log, from which events are read one after another. Under the
 * lock of the log, but for what is said to be on another thread.
 */
public sealed interface Cursor extends AutoCloseable permits StreamCursor, AllCursor {
    /** Why a read came to its end. */
    enum Step {
        /** The taker took no more. */
        STOPPED,
        /** There is nothing more now. */
        END,
        /** What comes next is read from a file; the cursor tells when it is there. */
        LOADING
    }

    /** Lets go of what it has read ahead. */
    @Override
    void close();
}
