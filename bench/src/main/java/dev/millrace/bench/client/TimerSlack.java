package dev.millrace.bench.client;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Linux lets a sleeping thread oversleep by 50 µs, to wake several at once. A generator of 50 000
 * requests a second cannot afford that: this sets the calling thread's slack to a nanosecond
 * (prctl(2), PR_SET_TIMERSLACK).
 */
public final class TimerSlack {
    private static final int PR_SET_TIMERSLACK = 29;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private TimerSlack() {}

    /** For the calling thread, until it ends. */
    public static void leastForThisThread() {
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("prctl"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, LONG, LONG, LONG, LONG),
                        Linker.Option.firstVariadicArg(1));
        try {
            int result = (int) prctl.invokeExact(PR_SET_TIMERSLACK, 1L, 0L, 0L, 0L);
            if (result != 0) {
                throw new IllegalStateException("prctl: " + result + " (expected: 0)");
            }
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
