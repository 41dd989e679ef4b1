package dev.millrace.kv.command;

import java.io.Serial;

/**
 * A command's no, in the words that Redis uses: clients match on them. Thrown before the command
 * has changed anything. It has no stack trace, for it is an answer and not a fault.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Refusal extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    public static final Refusal WRONG_TYPE =
            new Refusal("WRONGTYPE Operation against a key holding the wrong kind of value");
    public static final Refusal SYNTAX = new Refusal("ERR syntax error");
    public static final Refusal NOT_AN_INTEGER =
            new Refusal("ERR value is not an integer or out of range");
    public static final Refusal NOT_AN_INT =
            new Refusal(
                    "ERR value is out of range, value must between "
                            + Integer.MIN_VALUE
                            + " and "
                            + Integer.MAX_VALUE);
    public static final Refusal NOT_A_FLOAT = new Refusal("ERR value is not a valid float");
    public static final Refusal OVERFLOW = new Refusal("ERR increment or decrement would overflow");
    public static final Refusal NO_SUCH_KEY = new Refusal("ERR no such key");
    public static final Refusal SAME_OBJECT =
            new Refusal("ERR source and destination objects are the same");
    public static final Refusal UNBLOCKED =
            new Refusal("UNBLOCKED client unblocked via CLIENT UNBLOCK");
    public static final Refusal DB_INDEX = new Refusal("ERR DB index is out of range");

    /** The text starts with its code, e.g. {@code ERR}. */
    public Refusal(String text) {
        super(text, null, false, false);
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}
