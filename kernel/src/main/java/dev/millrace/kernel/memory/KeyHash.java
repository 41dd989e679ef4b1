package dev.millrace.kernel.memory;

import java.security.SecureRandom;

/**
 * SipHash-1-3 of a key, seeded once per process, so that a client cannot choose keys that collide
 * (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", 2012).
 */
public final class KeyHash {
    private static final long SEED_LOW;
    private static final long SEED_HIGH;

    static {
        Long fixed = Long.getLong("millrace.hash-seed");
        SecureRandom random = new SecureRandom();
        SEED_LOW = fixed == null ? random.nextLong() : fixed;
        SEED_HIGH = fixed == null ? random.nextLong() : ~fixed;
    }

    private KeyHash() {}

    public static long of(long key, int length) {
        long v0 = SEED_LOW ^ 0x736f6d6570736575L;
        long v1 = SEED_HIGH ^ 0x646f72616e646f6dL;
        long v2 = SEED_LOW ^ 0x6c7967656e657261L;
        long v3 = SEED_HIGH ^ 0x7465646279746573L;
        int whole = length & ~7;
        for (int at = 0; at <= whole; at += 8) {
            long word =
                    at < whole
                            ? Memory.getLong(key + at)
                            : tail(key + at, length - whole) | ((long) length << 56);
            v3 ^= word;
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 3; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static long tail(long at, int bytes) {
        long word = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            word = word << 8 | Memory.getUnsignedByte(at + i);
        }
        return word;
    }
}
