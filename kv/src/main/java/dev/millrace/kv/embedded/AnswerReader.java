package dev.millrace.kv.embedded;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads what a block was answered: RESP2, as the node itself writes it. */
public final class AnswerReader {
    private final byte[] bytes;
    private int at;

    private AnswerReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** What became of a block. */
    public sealed interface Outcome {
        /** All of it has happened. */
        record Done(List<Answer> answers) implements Outcome {}

        /** Nothing of it. */
        record Refused(String reason) implements Outcome {}

        /** More is to come. */
        record Partial() implements Outcome {}
    }

    /** Thrown where the bytes end. */
    private static final class Ends extends RuntimeException {
        private static final long serialVersionUID = 1;

        Ends() {
            super("more is to come", null, false, false);
        }
    }

    /**
     * Reads the answers to MULTI, to what was queued, and to EXEC.
     *
     * @param queued how many commands that was
     */
    public static Outcome read(byte[] bytes, int queued) {
        try {
            return new AnswerReader(bytes).outcome(queued);
        } catch (Ends more) {
            return new Outcome.Partial();
        }
    }

    private Outcome outcome(int queued) {
        List<String> refusals = new ArrayList<>();
        for (int i = 0; i <= queued; i++) {
            if (next() instanceof Answer.Failure(String reason)) {
                refusals.add(reason);
            }
        }
        return switch (next()) {
            case Answer.Several all -> new Outcome.Done(all.answers());
            case Answer.Failure(String reason) ->
                    new Outcome.Refused(refusals.isEmpty() ? reason : refusals.getFirst());
            case Answer other -> throw new IllegalStateException("to EXEC: " + other);
        };
    }

    private Answer next() {
        String line = line();
        String text = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> new Answer.Status(text);
            case '-' -> new Answer.Failure(text);
            case ':' -> new Answer.Whole(Long.parseLong(text));
            case '$' -> text.equals("-1") ? new Answer.Nothing() : value(Integer.parseInt(text));
            case '*' -> text.equals("-1") ? new Answer.Nothing() : several(Integer.parseInt(text));
            default -> throw new IllegalStateException("an answer that begins: " + line);
        };
    }

    private String line() {
        int end = at;
        while (end + 1 < bytes.length && !(bytes[end] == '\r' && bytes[end + 1] == '\n')) {
            end++;
        }
        if (end + 1 >= bytes.length) {
            throw new Ends();
        }
        String line = new String(bytes, at, end - at, StandardCharsets.UTF_8);
        at = end + 2;
        return line;
    }

    private Answer value(int length) {
        if (bytes.length - at < length + 2) {
            throw new Ends();
        }
        byte[] value = new byte[length];
        System.arraycopy(bytes, at, value, 0, length);
        at += length + 2;
        return new Answer.Bytes(value);
    }

    private Answer several(int count) {
        List<Answer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(next());
        }
        return new Answer.Several(all);
    }
}
