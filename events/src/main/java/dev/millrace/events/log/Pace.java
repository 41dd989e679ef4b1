package dev.millrace.events.log;

import java.io.IOException;

/** How fast files are made anew, so that nobody waits for the disk because of it. */
@FunctionalInterface
public interface Pace {
    /** As fast as it goes. */
    Pace FREE = bytes -> {};

    /**
     * So many bytes were written; returns when others may be.
     *
     * @throws IOException if it is not to go on
     */
    void passed(long bytes) throws IOException;
}
