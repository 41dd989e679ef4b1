package dev.millrace.registry.check;

import java.nio.charset.StandardCharsets;

/** What is kept of what somebody says. */
final class Output {
    private Output() {}

    /** The beginning of a longer text, and how long it was, as Consul has it of TTL checks. */
    static String begun(String text, int bytesMax) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= bytesMax
                ? text
                : begin(bytes, bytesMax)
                        + " ... (captured "
                        + bytesMax
                        + " of "
                        + bytes.length
                        + " bytes)";
    }

    /** The beginning of a longer text, without a word about it. */
    static String cut(String text, int bytesMax) {
        // No char has more than three bytes, so most texts need not be encoded.
        if (text.length() <= bytesMax / 3) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= bytesMax ? text : begin(bytes, bytesMax);
    }

    /** Whole characters only: what a cut leaves of one is left out. */
    private static String begin(byte[] bytes, int bytesMax) {
        int end = bytesMax;
        while (end > 0 && (bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
