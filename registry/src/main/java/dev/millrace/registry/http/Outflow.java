package dev.millrace.registry.http;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What was answered to all connections and is not yet read. A list of thousands of instances has
 * megabytes, so ten thousand clients that ask for one, or that wait for the same service, may not
 * have their answers made at once: while there is too much, nothing more is answered. On the loop.
 */
public final class Outflow {
    /** So much, and who is to be answered waits. */
    static final long BYTES_MAX = 128L << 20;

    private final long bytesMax;
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private long bytes;
    private boolean waking;

    public Outflow() {
        this(BYTES_MAX);
    }

    /**
     * @param bytesMax of answers that are not read, but for the last one of them
     */
    Outflow(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    boolean isFull() {
        return bytes >= bytesMax;
    }

    /** Runs something when there is less, once. */
    void whenLess(Runnable then) {
        waiting.add(then);
    }

    /** It is not to be run any more. */
    void forget(Runnable then) {
        waiting.remove(then);
    }

    void add(long more) {
        bytes += more;
    }

    /** What was added is read, or will never be. */
    void remove(long less) {
        bytes -= less;
        if (!waking && !isFull()) {
            wake();
        }
    }

    /** What is run may be answered at once, and so end in {@link #remove}. */
    private void wake() {
        waking = true;
        while (!isFull() && !waiting.isEmpty()) {
            List<Runnable> all = new ArrayList<>(waiting);
            for (Runnable each : all) {
                if (isFull()) {
                    break;
                }
                if (waiting.remove(each)) {
                    each.run();
                }
            }
        }
        waking = false;
    }
}
