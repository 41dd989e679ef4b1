package dev.millrace.kv.embedded;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** What one command answered, as RESP has it. */
public sealed interface Answer {
    /** A word, as {@code OK}. */
    record Status(String text) implements Answer {}

    /** This command alone was refused; those around it ran, as with Redis. */
    record Failure(String text) implements Answer {}

    /** A whole number. */
    record Whole(long value) implements Answer {}

    /** A value. The array is the caller's. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares answers
    record Bytes(byte[] value) implements Answer {
        /** Read as UTF-8. */
        public String text() {
            return new String(value, StandardCharsets.UTF_8);
        }
    }

    /** There is none. */
    record Nothing() implements Answer {}

    record Several(List<Answer> answers) implements Answer {
        public Several {
            answers = List.copyOf(answers);
        }
    }
}
