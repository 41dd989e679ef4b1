package dev.millrace.registry.check.probe;

import io.netty.buffer.ByteBuf;

import java.util.List;

/** {@code HealthCheckResponse}: one message, of whose fields the first is the status. */
final class ServingStatus {
    static final int SERVING = 1;
    static final int MALFORMED = -1;

    private static final List<String> NAMES =
            List.of("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN");

    private static final int HEAD_BYTES = 5;

    private ServingStatus() {}

    static String name(int number) {
        return number < NAMES.size() ? NAMES.get(number) : Integer.toString(number);
    }

    /** The number of the status; {@link #MALFORMED}: it is no such message, or compressed. */
    static int read(ByteBuf body) {
        ByteBuf rest = body.slice();
        if (rest.readableBytes() < HEAD_BYTES
                || rest.readByte() != 0
                || rest.readUnsignedInt() != rest.readableBytes()) {
            return MALFORMED;
        }
        int status = 0;
        while (rest.isReadable()) {
            long tag = Varint.read(rest);
            if (tag == (1 << 3 | Varint.WIRE_NUMBER)) {
                long value = Varint.read(rest);
                if (value < 0 || value > Integer.MAX_VALUE) {
                    return MALFORMED;
                }
                status = (int) value;
            } else if (!skip(rest, tag)) {
                return MALFORMED;
            }
        }
        return status;
    }

    private static boolean skip(ByteBuf rest, long tag) {
        if (tag < 0) {
            return false;
        }
        long bytes =
                switch ((int) (tag & 7)) {
                    case Varint.WIRE_NUMBER -> Varint.read(rest) < 0 ? -1 : 0;
                    case Varint.WIRE_EIGHT -> 8;
                    case Varint.WIRE_BYTES -> Varint.read(rest);
                    case Varint.WIRE_FOUR -> 4;
                    default -> -1;
                };
        if (bytes < 0 || bytes > rest.readableBytes()) {
            return false;
        }
        rest.skipBytes((int) bytes);
        return true;
    }
}
