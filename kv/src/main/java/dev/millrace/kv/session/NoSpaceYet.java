package dev.millrace.kv.session;

/**
 * A command, or a transaction, has changed nothing yet, and has to wait for space in the journal.
 */
final class NoSpaceYet extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoSpaceYet() {
        super("no space yet", null, false, false);
    }
}
