package dev.millrace.registry.catalog;

import java.util.Optional;

/** How a check stands, worse ones later. */
public enum Status {
    PASSING("passing"),
    WARNING("warning"),
    CRITICAL("critical");

    private final String text;

    Status(String text) {
        this.text = text;
    }

    /** As the protocol writes it. */
    public String text() {
        return text;
    }

    /** The status that the protocol writes so, if there is one. */
    public static Optional<Status> of(String text) {
        for (Status status : values()) {
            if (status.text.equals(text)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }
}
