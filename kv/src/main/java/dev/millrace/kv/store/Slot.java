package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;

/**
 * The hash slot of a key as Redis Cluster computes it: CRC16 (XMODEM) modulo 16384, of the part
 * between the first { and the next } if that part is not empty (Redis Cluster specification, "Keys
 * hash tags").
 */
public final class Slot {
    public static final int COUNT = 16384;

    private static final char[] CRC16 = table();

    private Slot() {}

    private static char[] table() {
        char[] table = new char[256];
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
            }
            table[i] = (char) crc;
        }
        return table;
    }

    public static int of(long key, int length) {
        for (int open = 0; open < length; open++) {
            if (Memory.getByte(key + open) == '{') {
                for (int close = open + 1; close < length; close++) {
                    if (Memory.getByte(key + close) == '}') {
                        return close == open + 1
                                ? crc(key, length)
                                : crc(key + open + 1, close - open - 1);
                    }
                }
                break;
            }
        }
        return crc(key, length);
    }

    private static int crc(long at, int length) {
        int crc = 0;
        for (int i = 0; i < length; i++) {
            crc = (crc << 8 ^ CRC16[(crc >>> 8 ^ Memory.getByte(at + i)) & 0xff]) & 0xffff;
        }
        return crc & (COUNT - 1);
    }
}
