package dev.millrace.it.differential;

import dev.millrace.it.resp.RespConnection;

import java.util.List;

/**
 * One step of a sequence that both servers are led through. A server is spoken to over a few
 * connections, numbered from 0.
 */
public sealed interface Step {
    /** How many connections a sequence may use. */
    int CONNECTIONS = 3;

    /** A command that has exactly one reply. */
    record Call(int connection, List<String> words, Comparison comparison) implements Step {}

    /** A command with any number of replies, which a later {@link Settle} collects. */
    record Post(int connection, List<String> words) implements Step {}

    /** Collects all that has come over every connection, in order. */
    record Settle() implements Step {}

    /**
     * A whole iteration: the command is repeated with the cursor it answers, which replaces the
     * word at {@code cursor}, until that is 0; the items of all pages are compared as a set.
     */
    record Iterate(int connection, List<String> words, int cursor) implements Step {}

    /** A command on the first connection, compared exactly. */
    static Step call(String... words) {
        return new Call(0, List.of(words), Comparison.EXACT);
    }

    /** The step as one could type it. */
    default String typed() {
        return switch (this) {
            case Call(int connection, List<String> words, Comparison _) ->
                    connection + "> " + quoted(words);
            case Post(int connection, List<String> words) -> connection + "> " + quoted(words);
            case Settle() -> "   (collect)";
            case Iterate(int connection, List<String> words, int _) ->
                    connection + "> " + quoted(words) + " …";
        };
    }

    /** Words as redis-cli takes them. */
    private static String quoted(List<String> words) {
        StringBuilder line = new StringBuilder();
        for (String word : words) {
            line.append(line.isEmpty() ? "" : " ").append(quoted(word));
        }
        return line.toString();
    }

    private static String quoted(String word) {
        if (word.matches("[!-~&&[^\"'\\\\]]+")) {
            return word;
        }
        return '"' + printable(word) + '"';
    }

    /** Bytes with all that cannot be printed escaped. */
    static String printable(String bytes) {
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < bytes.length(); index++) {
            char octet = bytes.charAt(index);
            switch (octet) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '"', '\\' -> text.append('\\').append(octet);
                default -> {
                    if (octet < ' ' || octet > '~') {
                        text.append(String.format("\\x%02x", (int) octet));
                    } else {
                        text.append(octet);
                    }
                }
            }
        }
        return text.toString();
    }

    /** The bytes of a call, for sending many at once. */
    static String encoded(Call call) {
        return RespConnection.encode(call.words());
    }
}
