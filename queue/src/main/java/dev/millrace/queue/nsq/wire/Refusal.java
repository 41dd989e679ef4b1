package dev.millrace.queue.nsq.wire;

import java.io.Serial;

/**
 * A command's no, in nsqd's words. It has no stack trace, for it is an answer and not a fault.
 *
 * <p>There are two kinds: what only this command gets, after which the client goes on (a message
 * that is no longer its own), and what ends the connection, because from here on the two would not
 * mean the same.
 */
public final class Refusal extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final String code;
    private final boolean closing;

    private Refusal(String code, String reason, boolean closing) {
        super(reason.isEmpty() ? code : code + " " + reason, null, false, false);
        this.code = code;
        this.closing = closing;
    }

    /** The connection ends after it. */
    public static Refusal closing(String code, String reason) {
        return new Refusal(code, reason, true);
    }

    /** The client may go on. */
    public static Refusal passing(String code, String reason) {
        return new Refusal(code, reason, false);
    }

    /** The machine's part, as in {@code E_INVALID}. */
    public String code() {
        return code;
    }

    /** Code and reason: what the error frame says. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** True if the connection ends after it. */
    public boolean isClosing() {
        return closing;
    }
}
