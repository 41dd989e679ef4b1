package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;

/**
 * The checksum of Redis's dumps: CRC-64 of Jones, polynomial ad93d23594c935a9, reflected, from 0
 * (D. T. Jones, "An Improved 64-bit Cyclic Redundancy Check for Protein Sequences", 2002). Eight
 * bytes at a time (Kounavis and Berry, "slicing", 2005).
 */
final class Crc64 {
    /** The polynomial, its bits reversed. */
    private static final long POLYNOMIAL = Long.reverse(0xad93d23594c935a9L);

    private static final int SLICES = 8;
    private static final long[][] TABLES = tables();

    private Crc64() {}

    private static long[][] tables() {
        long[][] tables = new long[SLICES][256];
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
            }
            tables[0][i] = crc;
        }
        for (int slice = 1; slice < SLICES; slice++) {
            for (int i = 0; i < 256; i++) {
                long before = tables[slice - 1][i];
                tables[slice][i] = tables[0][(int) before & 0xff] ^ before >>> 8;
            }
        }
        return tables;
    }

    /** Goes on with a sum, 0 at first. */
    static long update(long crc, long address, long bytes) {
        long sum = crc;
        long at = address;
        long end = address + bytes;
        for (; at + 8 <= end; at += 8) {
            long word = sum ^ Memory.getLong(at);
            sum = 0;
            for (int slice = 0; slice < SLICES; slice++) {
                sum ^= TABLES[SLICES - 1 - slice][(int) (word >>> 8 * slice) & 0xff];
            }
        }
        for (; at < end; at++) {
            sum = TABLES[0][(int) (sum ^ Memory.getByte(at)) & 0xff] ^ sum >>> 8;
        }
        return sum;
    }
}
