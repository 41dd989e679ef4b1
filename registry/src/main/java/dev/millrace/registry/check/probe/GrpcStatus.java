package dev.millrace.registry.check.probe;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How calls end (grpc/grpc, doc/statuscodes.md), in the words of Go's client. */
final class GrpcStatus {
    private static final List<String> NAMES =
            List.of(
                    "OK",
                    "Canceled",
                    "Unknown",
                    "InvalidArgument",
                    "DeadlineExceeded",
                    "NotFound",
                    "AlreadyExists",
                    "PermissionDenied",
                    "ResourceExhausted",
                    "FailedPrecondition",
                    "Aborted",
                    "OutOfRange",
                    "Unimplemented",
                    "Internal",
                    "Unavailable",
                    "DataLoss",
                    "Unauthenticated");

    private GrpcStatus() {}

    static String error(int number, String description) {
        String name =
                number >= 0 && number < NAMES.size() ? NAMES.get(number) : "Code(" + number + ")";
        return "rpc error: code = " + name + " desc = " + description;
    }

    /** The number in a trailer, or another if it holds none. */
    static int number(String text, int otherwise) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException none) {
            return otherwise;
        }
    }

    /** Percent-decoded; what is malformed stays as it is. */
    static String decoded(@Nullable CharSequence encoded) {
        if (encoded == null) {
            return "";
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            int value = encoded.charAt(i) == '%' ? hex(encoded, i + 1) : -1;
            if (value < 0) {
                bytes.write(encoded.charAt(i));
            } else {
                bytes.write(value);
                i += 2;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static int hex(CharSequence text, int at) {
        if (at + 2 > text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
