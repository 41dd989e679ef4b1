package dev.millrace.events.log;

/** Takes events one after another. */
@FunctionalInterface
public interface EventTaker {
    /**
     * Takes an event, which is at that address during the call (see {@link Event}).
     *
     * @return false if it was not taken: it will be offered again
     */
    boolean take(long event);
}
