package dev.millrace.bench.peers;

/** What the user typed cannot be run; the message says what could. */
final class BadUsage extends Exception {
    private static final long serialVersionUID = 1;

    BadUsage(String given, String expected) {
        super(given + " (expected: " + expected + ")");
    }
}
