package dev.millrace.events.grpc;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a call ended (grpc/grpc, doc/statuscodes.md).
 *
 * @param message for people
 * @param details further trailers
 */
public record Status(Code code, String message, Map<String, String> details) {
    /** The codes that are answered here, with their numbers. */
    public enum Code {
        OK(0),
        CANCELLED(1),
        INVALID_ARGUMENT(3),
        DEADLINE_EXCEEDED(4),
        NOT_FOUND(5),
        ALREADY_EXISTS(6),
        PERMISSION_DENIED(7),
        RESOURCE_EXHAUSTED(8),
        FAILED_PRECONDITION(9),
        ABORTED(10),
        UNIMPLEMENTED(12),
        INTERNAL(13),
        UNAVAILABLE(14),
        UNAUTHENTICATED(16);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    public static final Status OK = new Status(Code.OK, "");

    public Status {
        details = Map.copyOf(details);
    }

    public Status(Code code, String message) {
        this(code, message, Map.of());
    }

    /** The same with one more trailer. */
    public Status with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(details);
        more.put(name, value);
        return new Status(code, message, more);
    }

    /** Percent-encoded, as a header can have it (PROTOCOL-HTTP2.md, "Responses"). */
    static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            int c = each & 0xff;
            if (c >= ' ' && c <= '~' && c != '%') {
                encoded.append((char) c);
            } else {
                encoded.append('%');
                encoded.append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                encoded.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return encoded.toString();
    }
}
