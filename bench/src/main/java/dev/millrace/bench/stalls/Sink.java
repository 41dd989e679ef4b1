package dev.millrace.bench.stalls;

import java.io.IOException;

/** Where records of one size go, by one thread. Another may sync it meanwhile. */
interface Sink extends AutoCloseable {
    /** Makes sure that the next append finds space; what that takes is not an append's time. */
    void prepare();

    /** Appends one record: what is measured. */
    void append() throws IOException;

    @Override
    void close() throws IOException;
}
