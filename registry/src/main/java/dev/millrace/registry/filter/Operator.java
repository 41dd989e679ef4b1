package dev.millrace.registry.filter;

/** How a selected value is compared. */
enum Operator {
    EQUAL("Equal"),
    NOT_EQUAL("Not Equal"),
    IN("In"),
    NOT_IN("Not In"),
    IS_EMPTY("Is Empty"),
    IS_NOT_EMPTY("Is Not Empty"),
    MATCHES("Matches"),
    NOT_MATCHES("Not Matches");

    private final String text;

    Operator(String text) {
        this.text = text;
    }

    /** As error messages name it. */
    String text() {
        return text;
    }

    /** Whether it is the opposite of another. */
    boolean isNegative() {
        return switch (this) {
            case NOT_EQUAL, NOT_IN, IS_NOT_EMPTY, NOT_MATCHES -> true;
            case EQUAL, IN, IS_EMPTY, MATCHES -> false;
        };
    }

    /**
     * Whether a value that does not exist fulfils it: it equals nothing, and is as empty as can be.
     */
    boolean holdsForNothing() {
        return switch (this) {
            case NOT_EQUAL, NOT_IN, IS_EMPTY, NOT_MATCHES -> true;
            case EQUAL, IN, IS_NOT_EMPTY, MATCHES -> false;
        };
    }
}
