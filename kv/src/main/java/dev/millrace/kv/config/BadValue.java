package dev.millrace.kv.config;

import java.io.Serial;

/** A value that a parameter cannot have; the message says what was expected, as Redis says it. */
final class BadValue extends Exception {
    @Serial private static final long serialVersionUID = 1;

    BadValue(String expected) {
        super(expected, null, false, false);
    }

    String expected() {
        return String.valueOf(getMessage());
    }
}
