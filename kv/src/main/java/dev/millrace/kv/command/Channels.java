package dev.millrace.kv.command;

/** Which arguments of a command are names of channels that a user must be allowed to use. */
public enum Channels {
    NONE,
    /** The first argument names what a message is published to. */
    PUBLISHED,
    /** All arguments name what is subscribed to. */
    SUBSCRIBED,
    /** All arguments are patterns of what is subscribed to. */
    PATTERNS;

    /** Index behind the last of them in a request of so many arguments; they begin at 1. */
    public int end(int count) {
        return switch (this) {
            case NONE -> 0;
            case PUBLISHED -> Math.min(count, 2);
            case SUBSCRIBED, PATTERNS -> count;
        };
    }
}
