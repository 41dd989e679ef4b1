package dev.millrace.registry.filter;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How large a regular expression is when its counted repetitions are written out, which is how RE2
 * compiles them: {@code ((x{1000}){1000}){1000}} would take all memory, and what is large takes its
 * size for every char that it is matched with. An estimate, rather too large than too small; what
 * is malformed is left to the compiler.
 */
public final class PatternSize {
    private static final long HUGE = 1L << 31;

    private final String pattern;
    private final Deque<Long> outer = new ArrayDeque<>();
    private int at;

    /** Of the group that is read, and of what a repetition would repeat. */
    private long group;

    private long last;

    private PatternSize(String pattern) {
        this.pattern = pattern;
    }

    /** In chars and classes of chars. */
    public static long of(String pattern) {
        PatternSize size = new PatternSize(pattern);
        while (size.at < pattern.length()) {
            size.step();
        }
        while (!size.outer.isEmpty()) {
            size.close();
        }
        return size.group;
    }

    private void step() {
        switch (pattern.charAt(at++)) {
            case '\\' -> escape();
            case '[' -> {
                skipClass();
                add(1);
            }
            case '(' -> {
                outer.push(group);
                group = 0;
                last = 0;
            }
            case ')' -> close();
            case '{' -> repeat();
            default -> add(1);
        }
    }

    private void add(long size) {
        last = size;
        group = Math.min(group + size, HUGE);
    }

    private void close() {
        if (outer.isEmpty()) {
            return;
        }
        long inner = group;
        group = outer.pop();
        add(Math.max(inner, 1));
    }

    private void escape() {
        if (pattern.startsWith("Q", at)) {
            int end = pattern.indexOf("\\E", at);
            int after = end < 0 ? pattern.length() : end + 2;
            add(after - at);
            at = after;
            return;
        }
        boolean named = at < pattern.length() && "pPx".indexOf(pattern.charAt(at)) >= 0;
        at++;
        if (named && pattern.startsWith("{", at)) {
            int end = pattern.indexOf('}', at);
            at = end < 0 ? pattern.length() : end + 1;
        }
        add(1);
    }

    /** A bracket that comes first is one of the class. */
    private void skipClass() {
        if (pattern.startsWith("^", at)) {
            at++;
        }
        if (pattern.startsWith("]", at)) {
            at++;
        }
        while (at < pattern.length()) {
            char c = pattern.charAt(at++);
            if (c == ']') {
                return;
            }
            if (c == '\\') {
                at++;
            }
        }
    }

    /** As in {@code {3}}, {@code {3,}} or {@code {3,5}}; anything else is a brace. */
    private void repeat() {
        int start = at;
        long least = number();
        long most = least;
        if (least >= 0 && pattern.startsWith(",", at)) {
            at++;
            most = Math.max(least + 1, number());
        }
        if (least < 0 || !pattern.startsWith("}", at)) {
            at = start;
            add(1);
            return;
        }
        at++;
        long repeated = Math.min(last * Math.max(most, 1), HUGE);
        group = Math.min(group - last + repeated, HUGE);
        last = repeated;
    }

    /** -1: there is none. */
    private long number() {
        int start = at;
        long value = 0;
        while (at < pattern.length() && Character.isDigit(pattern.charAt(at))) {
            value = Math.min(value * 10 + Character.digit(pattern.charAt(at++), 10), HUGE);
        }
        return at == start ? -1 : value;
    }
}
