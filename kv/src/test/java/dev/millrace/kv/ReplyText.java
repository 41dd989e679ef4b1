package dev.millrace.kv;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * RESP replies as short texts for assertions:
 *
 * <pre>
 * status, bulk  OK, value       integer  :1
 * error         -ERR why        null     nil
 * array         [a, [b], :1]    map      {k=v, l=w}      set, push  {a, b}, >[a, b]
 * double        ,1.5            boolean  #t              verbatim   =txt:text
 * </pre>
 */
final class ReplyText {
    private final byte[] bytes;
    private int at;

    ReplyText(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Where the next reply starts. */
    int at() {
        return at;
    }

    String next() {
        char kind = (char) bytes[at++];
        String line = line();
        return switch (kind) {
            case '+' -> line;
            case '-', ':', ',', '#', '(' -> kind + line;
            case '_' -> "nil";
            case '$' -> line.equals("-1") ? "nil" : body(line);
            case '=' -> "=" + body(line);
            case '*' -> line.equals("-1") ? "nil" : "[" + String.join(", ", many(line, 1)) + "]";
            case '~' -> "{" + String.join(", ", many(line, 1)) + "}";
            case '>' -> ">[" + String.join(", ", many(line, 1)) + "]";
            case '%' -> map(many(line, 2));
            default -> throw new AssertionError("reply: " + kind + line);
        };
    }

    private String line() {
        int end = at;
        while (bytes[end] != '\r') {
            end++;
        }
        String line = new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
        at = end + 2;
        return line;
    }

    private String body(String length) {
        int count = Integer.parseInt(length);
        String body = new String(bytes, at, count, StandardCharsets.ISO_8859_1);
        at += count + 2;
        return body;
    }

    private List<String> many(String count, int times) {
        List<String> all = new ArrayList<>();
        for (int i = Integer.parseInt(count) * times; i > 0; i--) {
            all.add(next());
        }
        return all;
    }

    private static String map(List<String> flat) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < flat.size(); i += 2) {
            pairs.add(flat.get(i) + "=" + flat.get(i + 1));
        }
        return "{" + String.join(", ", pairs) + "}";
    }
}
