package dev.millrace.kv.acl;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Rules as words: bytes as characters, a selector in parentheses is one of them. */
final class Words {
    /** What is wrong with words: a parenthesis that is not closed. */
    static final class Unmatched extends Exception {
        private static final long serialVersionUID = 1;

        private Unmatched(String word) {
            super(word);
        }

        /** Where it opens. */
        String word() {
            return String.valueOf(getMessage());
        }
    }

    private Words() {}

    /** As C's {@code isspace}, and the zero byte. */
    private static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r' || c == 0;
    }

    static boolean haveSpaces(String text) {
        return text.chars().anyMatch(c -> isSpace((char) c));
    }

    /** Joins what stands from a parenthesis that opens to the one that closes. */
    static List<String> merged(List<String> words) throws Unmatched {
        List<String> merged = new ArrayList<>();
        StringBuilder open = null;
        String opening = "";
        for (String word : words) {
            if (open == null && word.startsWith("(") && !word.endsWith(")")) {
                open = new StringBuilder(word);
                opening = word;
            } else if (open == null) {
                merged.add(word);
            } else {
                open.append(' ').append(word);
                if (word.endsWith(")")) {
                    merged.add(open.toString());
                    open = null;
                }
            }
        }
        if (open != null) {
            throw new Unmatched(opening);
        }
        return merged;
    }

    /** Splits at spaces, however many; null if there are quotes that do not match. */
    static @Nullable List<String> split(String text) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (true) {
            while (at < text.length() && isSpace(text.charAt(at))) {
                at++;
            }
            if (at == text.length()) {
                return words;
            }
            Word word = Word.at(text, at);
            if (word == null) {
                return null;
            }
            words.add(word.text());
            at = word.end();
        }
    }

    /** A word of a text and where it ends. */
    private record Word(String text, int end) {
        /** Reads it as Redis's {@code sdssplitargs} does, or gives null. */
        static @Nullable Word at(String from, int start) {
            StringBuilder word = new StringBuilder();
            int at = start;
            while (at < from.length() && !isSpace(from.charAt(at))) {
                char c = from.charAt(at);
                if (c != '"' && c != '\'') {
                    word.append(c);
                    at++;
                    continue;
                }
                int end = quoted(from, at, word);
                if (end < 0 || end < from.length() && !isSpace(from.charAt(end))) {
                    return null;
                }
                at = end;
            }
            return new Word(word.toString(), at);
        }

        /** Where what is quoted ends, behind the quote; -1 if it does not. */
        private static int quoted(String from, int start, StringBuilder word) {
            char quote = from.charAt(start);
            int at = start + 1;
            while (at < from.length() && from.charAt(at) != quote) {
                if (from.charAt(at) == '\\' && at + 1 < from.length()) {
                    at = quote == '"' ? escape(from, at, word) : escapedQuote(from, at, word);
                } else {
                    word.append(from.charAt(at++));
                }
            }
            return at < from.length() ? at + 1 : -1;
        }

        private static int escapedQuote(String from, int at, StringBuilder word) {
            boolean quote = from.charAt(at + 1) == '\'';
            word.append(quote ? '\'' : '\\');
            return quote ? at + 2 : at + 1;
        }

        private static int escape(String from, int at, StringBuilder word) {
            char c = from.charAt(at + 1);
            if (c == 'x' && at + 3 < from.length()) {
                int high = Character.digit(from.charAt(at + 2), 16);
                int low = Character.digit(from.charAt(at + 3), 16);
                if (high >= 0 && low >= 0) {
                    word.append((char) (high << 4 | low));
                    return at + 4;
                }
            }
            word.append(
                    switch (c) {
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        case 't' -> '\t';
                        case 'b' -> '\b';
                        case 'a' -> '\007';
                        default -> c;
                    });
            return at + 2;
        }
    }
}
