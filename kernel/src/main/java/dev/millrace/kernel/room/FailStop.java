package dev.millrace.kernel.room;

import dev.millrace.kernel.log.Log;

/**
 * What is done when the state of this process and its log are no longer the same, and nothing may
 * be shown any more: the process ends at once. The next start replays the log, which has all that
 * was acknowledged.
 *
 * <p>Nothing is settled, flushed or closed: every step of an orderly stop might show, or write,
 * what the log does not have. Whoever asks still holds the locks of what it has changed.
 */
@FunctionalInterface
public interface FailStop {
    /** The process's exit code: an input or output error, as sysexits has it. */
    int EXIT_CODE = 74;

    /**
     * Ends the process. It returns only where something else stands in its place, in a test.
     *
     * @param what is lost
     * @return to be thrown
     */
    Stopped now(String what, Throwable cause);

    /** Thrown where the process does not end. Nobody may catch it and go on. */
    final class Stopped extends Error {
        private static final long serialVersionUID = 1;

        public Stopped(String what, Throwable cause) {
            super(what, cause);
        }
    }

    /** The real one: a last line in the log, then the end. */
    static FailStop halting(Log log) {
        return (what, cause) -> {
            try {
                log.error(
                        "the process ends: its state and its log differ; a restart replays the log",
                        "what",
                        what,
                        "cause",
                        cause);
            } finally {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
            return new Stopped(what, cause);
        };
    }
}
