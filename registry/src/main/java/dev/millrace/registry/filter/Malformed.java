package dev.millrace.registry.filter;

/** Leaves a parser or a check from any depth with what was wrong; never seen outside. */
final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String reason) {
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
