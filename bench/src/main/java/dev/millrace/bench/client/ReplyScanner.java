package dev.millrace.bench.client;

import io.netty.buffer.ByteBuf;

/**
 * Counts whole RESP2 replies in a stream of bytes, however they are cut: lines ({@code +OK}, {@code
 * -ERR}, {@code :1}) and bulk strings. Nothing is kept but where in a reply the stream stands.
 */
final class ReplyScanner {
    private enum Place {
        TYPE,
        LINE,
        LENGTH,
        BULK
    }

    private Place place = Place.TYPE;
    private boolean negative;
    private long length;
    private long skip;
    private long errors;

    /** How many replies ended within these bytes; consumes them all. */
    int scan(ByteBuf bytes) {
        int ended = 0;
        while (bytes.isReadable()) {
            if (place == Place.BULK) {
                ended += bulk(bytes);
            } else {
                ended += letter(bytes.readByte());
            }
        }
        return ended;
    }

    /** How many of all replies were errors. */
    long errors() {
        return errors;
    }

    private int bulk(ByteBuf bytes) {
        int step = (int) Math.min(skip, bytes.readableBytes());
        bytes.skipBytes(step);
        skip -= step;
        return skip == 0 ? end() : 0;
    }

    private int letter(byte letter) {
        return switch (place) {
            case TYPE -> type(letter);
            case LINE -> letter == '\n' ? end() : 0;
            case LENGTH -> length(letter);
            case BULK -> throw new AssertionError("bulk bytes are skipped, not read");
        };
    }

    private int type(byte letter) {
        switch (letter) {
            case '+', ':' -> place = Place.LINE;
            case '-' -> {
                place = Place.LINE;
                errors++;
            }
            case '$' -> place = Place.LENGTH;
            default ->
                    throw new IllegalStateException(
                            "reply type: " + (char) letter + " (expected: + - : $)");
        }
        return 0;
    }

    private int length(byte letter) {
        switch (letter) {
            case '-' -> negative = true;
            case '\r' -> {}
            case '\n' -> {
                if (negative) {
                    return end();
                }
                skip = length + 2;
                place = Place.BULK;
            }
            default -> length = length * 10 + (letter - '0');
        }
        return 0;
    }

    private int end() {
        place = Place.TYPE;
        negative = false;
        length = 0;
        return 1;
    }
}
