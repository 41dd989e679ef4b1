package dev.millrace.registry.dns.wire;

/** Bytes that are no message. Thrown without a stack trace: anybody may send them. */
public final class BadMessage extends Exception {
    private static final long serialVersionUID = 1L;

    public BadMessage(String message) {
        super(message, null, false, false);
    }
}
