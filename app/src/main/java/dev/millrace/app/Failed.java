package dev.millrace.app;

/** A command cannot go on. The message is for the user and says what was expected. */
final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    private final Exit exit;

    Failed(Exit exit, String message) {
        super(message);
        this.exit = exit;
    }

    Exit exit() {
        return exit;
    }
}
