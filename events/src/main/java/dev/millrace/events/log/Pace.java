package dev.millrace.events.log;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** How fast files are made anew, so that nobody waits for the disk because of it. */
@FunctionalInterface
public interface Pace {
    /** As fast as it goes. */
    Pace FREE = (bytes, waits) -> {};

    /**
     * So many bytes were written; returns when others may be.
     *
     * @param waits true while others read files, and are to have the disk and the cores first;
     *     asked again after each moment of waiting
     * @throws IOException if it is not to go on
     */
    void passed(long bytes, BooleanSupplier waits) throws IOException;
}
