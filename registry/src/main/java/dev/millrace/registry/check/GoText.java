package dev.millrace.registry.check;

import java.nio.charset.StandardCharsets;

/** Text as Go's {@code %q} quotes it in error messages; what is no printable ASCII is escaped. */
final class GoText {
    private GoText() {}

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            int c = each & 0xff;
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c >= ' ' && c < 0x7f) {
                quoted.append((char) c);
            } else {
                quoted.append(String.format("\\x%02x", c));
            }
        }
        return quoted.append('"').toString();
    }
}
