package dev.millrace.kernel.log;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Map;

/** The two ways to write an event as one line, whatever its fields hold. */
public enum LineForm {
    /** {@code 2026-11-23T08:00:00.123Z WARN kv disk nearly full free_bytes=1024}. */
    TEXT {
        @Override
        String line(Event event) {
            StringBuilder line = new StringBuilder(128);
            appendTime(line, event.time());
            line.append(' ').append(event.level()).append(' ').append(event.room()).append(' ');
            appendEscaped(line, event.event());
            for (Map.Entry<String, Object> field : event.fields().entrySet()) {
                line.append(' ').append(field.getKey()).append('=');
                String value = String.valueOf(field.getValue());
                if (isPlain(value)) {
                    line.append(value);
                } else {
                    line.append('"');
                    appendEscaped(line, value);
                    line.append('"');
                }
            }
            return line.toString();
        }
    },

    /** One JSON object a line; numbers and booleans stay what they are. */
    JSON {
        @Override
        String line(Event event) {
            StringBuilder line = new StringBuilder(160).append("{\"time\":\"");
            appendTime(line, event.time());
            line.append("\",\"level\":\"").append(event.level().name().toLowerCase(Locale.ROOT));
            line.append("\",\"room\":\"").append(event.room()).append("\",\"event\":\"");
            appendEscaped(line, event.event());
            line.append('"');
            for (Map.Entry<String, Object> field : event.fields().entrySet()) {
                line.append(",\"");
                appendEscaped(line, field.getKey());
                line.append("\":");
                appendJson(line, field.getValue());
            }
            return line.append('}').toString();
        }
    };

    abstract String line(Event event);

    /** By hand, because the formatter of the library costs 20 ms at its first line. */
    private static void appendTime(StringBuilder line, Instant time) {
        ZonedDateTime utc = time.atZone(ZoneOffset.UTC);
        appendDigits(line, utc.getYear(), 4);
        appendDigits(line.append('-'), utc.getMonthValue(), 2);
        appendDigits(line.append('-'), utc.getDayOfMonth(), 2);
        appendDigits(line.append('T'), utc.getHour(), 2);
        appendDigits(line.append(':'), utc.getMinute(), 2);
        appendDigits(line.append(':'), utc.getSecond(), 2);
        appendDigits(line.append('.'), utc.getNano() / 1_000_000, 3);
        line.append('Z');
    }

    private static void appendDigits(StringBuilder line, int number, int digits) {
        String text = Integer.toString(number);
        line.repeat('0', digits - text.length()).append(text);
    }

    private static void appendJson(StringBuilder line, Object value) {
        boolean bare =
                value instanceof Long || value instanceof Integer || value instanceof Boolean;
        if (bare) {
            line.append(value);
            return;
        }
        line.append('"');
        appendEscaped(line, String.valueOf(value));
        line.append('"');
    }

    private static boolean isPlain(String value) {
        return !value.isEmpty()
                && value.chars().allMatch(c -> c > ' ' && c != '"' && c != '\\' && c != 0x7f);
    }

    /** JSON's escapes, in both forms: no event breaks its line or smuggles a terminal's codes. */
    private static void appendEscaped(StringBuilder line, String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            switch (c) {
                case '"', '\\' -> line.append('\\').append(c);
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029) {
                        line.append("\\u");
                        String hex = Integer.toHexString(c);
                        line.repeat('0', 4 - hex.length()).append(hex);
                    } else {
                        line.append(c);
                    }
                }
            }
        }
    }
}
