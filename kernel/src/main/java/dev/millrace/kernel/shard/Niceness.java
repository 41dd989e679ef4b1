package dev.millrace.kernel.shard;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * How much of a contended processor the calling thread wants. {@link Thread#setPriority} does
 * nothing on Linux unless the whole JVM is told to, so the system is asked.
 */
final class Niceness {
    /** Against a thread that is not nice: a tenth of the processor, if both want all of it. */
    private static final int BACKGROUND = 10;

    /** On Linux, with 0 for "who", the calling thread and not its process. */
    private static final int PRIO_PROCESS = 0;

    private static final MethodHandle SETPRIORITY =
            Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("setpriority"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT));

    private Niceness() {}

    /** From here on the calling thread is served after others, for good. A refusal is ignored. */
    static void background() {
        try {
            int _ = (int) SETPRIORITY.invokeExact(PRIO_PROCESS, 0, BACKGROUND);
        } catch (Throwable e) {
            throw new AssertionError("setpriority", e);
        }
    }
}
