package dev.millrace.bench.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbered keys of one length: a prefix and the number with leading zeros.
 *
 * @param digits how many digits every number has
 * @param count how many there are, from 0
 */
public record Keys(String prefix, int digits, int count) {
    /** Checks that the last number fits. */
    public Keys {
        if (count < 1 || Integer.toString(count - 1).length() > digits) {
            throw new IllegalArgumentException(
                    "count: " + count + " (expected: 1 or more, in " + digits + " digits)");
        }
    }

    /** The keys that redis-benchmark draws from with {@code -r count}; 16 bytes each. */
    public static Keys ofRedisBenchmark(int count) {
        return new Keys("key:", 12, count);
    }

    /** One key. */
    public String key(int number) {
        byte[] key = Arrays.copyOf(prefix.getBytes(StandardCharsets.US_ASCII), bytes());
        int rest = number;
        for (int at = key.length - 1; at >= prefix.length(); at--) {
            key[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return new String(key, StandardCharsets.US_ASCII);
    }

    /** The length of each. */
    public int bytes() {
        return prefix.length() + digits;
    }
}
