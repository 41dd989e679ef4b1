package dev.millrace.it.server;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition instead of for a time. */
public final class Await {
    private static final Duration PAUSE = Duration.ofMillis(2);

    private Await() {}

    /** Returns as soon as the condition holds; fails with what was awaited if it does not. */
    public static void until(String awaited, Duration limit, BooleanSupplier condition) {
        until(() -> awaited, limit, condition);
    }

    /** The same, for a description that is known only when the wait has failed. */
    public static void until(Supplier<String> awaited, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(
                        "not within " + limit.toMillis() + " ms: " + awaited.get());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
