package dev.millrace.queue.nsq.wire;

/** Text as Go's {@code %q} writes it, for nsqd's error messages. */
final class Quoted {
    private static final String NAMED = "\u0007\b\f\n\r\t\u000b";
    private static final String NAMES = "abfnrtv";

    private Quoted() {}

    static String of(String text, char quote) {
        StringBuilder out = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> append(out, c, quote));
        return out.append(quote).toString();
    }

    private static void append(StringBuilder out, int c, char quote) {
        int named = NAMED.indexOf(c);
        if (named >= 0) {
            out.append('\\').append(NAMES.charAt(named));
        } else if (c == quote || c == '\\') {
            out.append('\\').append((char) c);
        } else if (c < ' ' || c == 0x7f) {
            out.append(String.format("\\x%02x", c));
        } else {
            out.appendCodePoint(c);
        }
    }
}
