package dev.millrace.kv.blocking;

/**
 * What a command waits for.
 *
 * @param type of {@link dev.millrace.kv.store.Item}; values of other types do not matter
 * @param first index of the first argument that is a key
 * @param last index of the last
 * @param destination index of the key that is changed as well when it is served; 0 if there is none
 * @param deadlineMillis until when, ms since 1970; 0: for ever. See {@link Timeout}
 */
public record Wanted(int type, int first, int last, int destination, long deadlineMillis) {
    /** A wait for one of these keys, which alone is changed. */
    public static Wanted oneOf(int type, int first, int last, long deadlineMillis) {
        return new Wanted(type, first, last, 0, deadlineMillis);
    }
}
