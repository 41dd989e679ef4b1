package dev.millrace.events.api;

import java.io.Serial;

/**
 * A property that every event must have is missing. The peer's mistake, so it has no stack trace.
 */
final class MissingProperty extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    private final String property;

    MissingProperty(String property) {
        super(property, null, false, false);
        this.property = property;
    }

    String property() {
        return property;
    }
}
