package dev.millrace.kernel.memory;

import java.util.BitSet;

/**
 * Memory outside the heap that goes as a process's does when it ends: whatever was taken since the
 * beginning, by whomever.
 */
public final class ProcessMemory implements AutoCloseable {
    private final BitSet before = Pages.taken();

    private ProcessMemory() {}

    public static ProcessMemory begin() {
        return new ProcessMemory();
    }

    /** Gives it back. Nobody may use what took some of it afterwards. */
    @Override
    public void close() {
        BitSet since = Pages.taken();
        since.andNot(before);
        since.stream().forEach(page -> Pages.give(page, 1));
    }
}
