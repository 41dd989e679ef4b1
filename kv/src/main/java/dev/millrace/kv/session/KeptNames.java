package dev.millrace.kv.session;

import dev.millrace.kv.command.Refusal;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much heap the names take that clients have the server remember: what they subscribe to, what
 * they watch, what they wait for, what they call themselves. All else that clients can make large
 * is outside the heap; these are objects in maps, so there is a limit to all of them together, and
 * who would pass it is refused. From any thread.
 */
public final class KeptNames {
    /** What a name takes beside its bytes, about: entries of maps, sets of who is to be told. */
    public static final long NAME_BYTES = 512;

    /** So many parts of the heap are for other things. */
    private static final int HEAP_PARTS = 4;

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    KeptNames(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** A quarter of the heap. */
    static KeptNames ofHeap() {
        return new KeptNames(Runtime.getRuntime().maxMemory() / HEAP_PARTS);
    }

    /**
     * Counts bytes in, before they are taken.
     *
     * @throws Refusal if they would be too many
     */
    public void take(long more) {
        if (!tryTake(more)) {
            throw new Refusal(
                    "ERR no room for more names: "
                            + (bytes.get() + more)
                            + " bytes (expected: <= "
                            + bytesMax
                            + " for all channels, patterns, watched keys and client names)");
        }
    }

    /** As {@link #take}, but false if they would be too many. */
    public boolean tryTake(long more) {
        if (bytes.addAndGet(more) <= bytesMax) {
            return true;
        }
        bytes.addAndGet(-more);
        return false;
    }

    public void giveBack(long fewer) {
        bytes.addAndGet(-fewer);
    }

    /** What is taken. */
    public long bytes() {
        return bytes.get();
    }
}
