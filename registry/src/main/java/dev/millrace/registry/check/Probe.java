package dev.millrace.registry.check;

import java.util.function.Consumer;

/** Asks one peer one question, again and again, never twice at the same time. */
@FunctionalInterface
public interface Probe {
    /** One question that is under way. */
    interface Asking {
        /**
         * No more time: the answer is given before this returns, unless it already was. What it is
         * depends on the kind: who sends a datagram needs none.
         */
        void timeOut();

        /** Nobody wants to know any more: no answer is given, and what is open is closed. */
        void cancel();
    }

    /**
     * Asks. The answer is given exactly once, on the thread that asks, perhaps before this returns.
     */
    Asking ask(Consumer<Answer> answer);
}
