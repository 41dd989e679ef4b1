package dev.millrace.kernel.guard;

import java.time.Duration;

/**
 * How the guard treats the connections of one listener.
 *
 * @param firstRequest how long a connection may take to its first complete request; zero for
 *     protocols whose clients connect and wait, as Redis's do
 * @param refusal what a connection is told when the process is full, in the protocol's own words;
 *     nothing closes it silently
 */
public record GuardPolicy(Duration firstRequest, String refusal) {
    /** For clients that may connect and stay silent. */
    public static GuardPolicy patient() {
        return new GuardPolicy(Duration.ZERO, "");
    }

    /** For protocols whose clients speak at once. */
    public static GuardPolicy firstRequestWithin(Duration deadline) {
        return new GuardPolicy(deadline, "");
    }

    /** The same, with words for those who are refused because the process is full. */
    public GuardPolicy refusing(String words) {
        return new GuardPolicy(firstRequest, words);
    }
}
