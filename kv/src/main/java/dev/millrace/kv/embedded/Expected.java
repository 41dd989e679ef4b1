package dev.millrace.kv.embedded;

/** What is expected of a stream that an event is appended to. */
public sealed interface Expected {
    /** Nothing. */
    record Any() implements Expected {}

    /** That there is none of that name. */
    record NoStream() implements Expected {}

    /** That its last event has this revision. */
    record Revision(long number) implements Expected {
        public Revision {
            if (number < 0) {
                throw new IllegalArgumentException("revision: " + number + " (expected: >= 0)");
            }
        }
    }

    static Expected any() {
        return new Any();
    }

    static Expected noStream() {
        return new NoStream();
    }

    static Expected revision(long number) {
        return new Revision(number);
    }

    /** As MR.APPEND has it. */
    default String word() {
        return switch (this) {
            case Any _ -> "any";
            case NoStream _ -> "none";
            case Revision revision -> Long.toString(revision.number());
        };
    }
}
