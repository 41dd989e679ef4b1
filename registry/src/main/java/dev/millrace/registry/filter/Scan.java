package dev.millrace.registry.filter;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A text that is read from left to right with steps back, and remembers what would have been
 * possible at the farthest place that could not be passed: that is what the writer is told (Ford,
 * Parsing Expression Grammars, 2004; the messages are those of pigeon, Go's generator).
 */
final class Scan {
    /** As pigeon's grammar has it. */
    private static final String SPACES = "[ \\t\\r\\n]";

    private static final String END = "EOF";

    private final String text;
    private int at;
    private int farthest;
    private final SortedSet<String> possible = new TreeSet<>();
    private boolean endPossible;
    private final Set<String> errors = new LinkedHashSet<>();

    /** Which characters belong to a class. */
    @FunctionalInterface
    interface Kind {
        boolean has(char c);
    }

    Scan(String text) {
        this.text = text;
    }

    int at() {
        return at;
    }

    /** Steps back; what was possible stays known. */
    void back(int to) {
        at = to;
    }

    String since(int start) {
        return text.substring(start, at);
    }

    /** What is next, without a trace. */
    boolean isNext(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    boolean isAtEnd() {
        return at == text.length();
    }

    /** Passes one char, whatever it is, without a trace. */
    char next() {
        return text.charAt(at++);
    }

    /** Passes a word if it is next. */
    boolean word(String word) {
        if (text.startsWith(word, at)) {
            at += word.length();
            return true;
        }
        missed(quoted(word));
        return false;
    }

    /** Passes one char of a class if it is next. */
    boolean one(Kind kind, String name) {
        if (at < text.length() && kind.has(text.charAt(at))) {
            at++;
            return true;
        }
        missed(name);
        return false;
    }

    /** Passes all chars of a class. */
    void many(Kind kind, String name) {
        while (one(kind, name)) {
            // Another.
        }
    }

    /** Passes white space; false if there is none. */
    boolean spaces() {
        int start = at;
        many(c -> c == ' ' || c == '\t' || c == '\r' || c == '\n', SPACES);
        return at > start;
    }

    /** Whether nothing is left. */
    boolean end() {
        if (isAtEnd()) {
            return true;
        }
        missed(END);
        return false;
    }

    /** Something is wrong whatever else could be read here. */
    void error(int place, String rule, String reason) {
        errors.add(place(place) + ": rule \"" + rule + "\": " + reason);
    }

    boolean hasErrors() {
        return !errors.isEmpty();
    }

    /** What the writer is told. */
    String complaint() {
        if (hasErrors()) {
            return String.join("\n", errors);
        }
        List<String> names = new ArrayList<>(possible);
        if (endPossible) {
            names.add(END);
        }
        String last = names.isEmpty() ? END : names.removeLast();
        return place(farthest)
                + ": no match found, expected: "
                + (names.isEmpty() ? last : String.join(", ", names) + " or " + last);
    }

    private void missed(String name) {
        if (at < farthest) {
            return;
        }
        if (at > farthest) {
            farthest = at;
            possible.clear();
            endPossible = false;
        }
        if (name.equals(END)) {
            endPossible = true;
        } else {
            possible.add(name);
        }
    }

    /** As in {@code 1:9 (8)}: line and column from 1, offset in bytes from 0. */
    private String place(int index) {
        String before = text.substring(0, index);
        int lineStart = before.lastIndexOf('\n') + 1;
        long line = before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.codePointCount(lineStart, index) + 1;
        return line + ":" + column + " (" + before.getBytes(StandardCharsets.UTF_8).length + ")";
    }

    private static String quoted(String word) {
        return '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
