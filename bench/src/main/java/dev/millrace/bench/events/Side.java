package dev.millrace.bench.events;

import java.io.IOException;

/** A started store of events, with what drives it. */
interface Side extends AutoCloseable {
    /** Of how many bytes the data of an event is. */
    int DATA_BYTES = 1024;

    /** What of the store is read. */
    enum Reading {
        STREAM,
        ALL
    }

    /** Appends in a closed loop for so many seconds; events a second. */
    double append(double seconds) throws IOException, InterruptedException;

    /** Makes a stream of so many events, which are all there is. */
    void fill(int events) throws IOException, InterruptedException;

    /** Reads them all from the first to the last. */
    void read(Reading what, int events) throws IOException, InterruptedException;

    /** CPU time of the server since its start, all its processes together. */
    double cpuMicros() throws IOException;

    @Override
    void close() throws IOException;
}
