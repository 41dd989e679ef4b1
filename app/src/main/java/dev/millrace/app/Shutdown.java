package dev.millrace.app;

import dev.millrace.kernel.log.Log;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Steps of which each is taken, whatever became of those before it. */
final class Shutdown {
    private final Log log;
    private @Nullable Exception first;

    Shutdown(Log log) {
        this.log = log;
    }

    /** One thing to do. */
    @FunctionalInterface
    interface Step {
        void take() throws IOException, InterruptedException;
    }

    void step(String name, Step step) {
        try {
            step.take();
        } catch (IOException | InterruptedException | RuntimeException failure) {
            log.error("stopping: a step failed", "step", name, "failure", failure);
            if (first == null) {
                first = failure;
            }
        }
    }

    void throwIfFailed() throws IOException, InterruptedException {
        switch (first) {
            case null -> {}
            case IOException failed -> throw failed;
            case InterruptedException interrupted -> throw interrupted;
            case RuntimeException ours -> throw ours;
            default -> throw new AssertionError(first);
        }
    }
}
