package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;

/**
 * Every change there is. The codes are the format: they never change, and a new one gets the next.
 * Lengths and offsets are varints, times are ms since 1970 in eight bytes.
 */
enum Effect {
    /** {@code db key encoding(u8) expiry value}: the key is this string now. */
    PUT_STRING(0),
    /** {@code db key}: the key is gone. */
    DELETE(1),
    /** {@code db key expiry}: it expires then; 0 for never. */
    EXPIRE(2),
    /** {@code db key offset value}: these bytes stand in the string; it grows with zeros. */
    SET_RANGE(3),
    /** {@code db key db2 key2}: key2 is a copy of key, with its expiry. */
    COPY(4),
    /** {@code db}: the database is empty. */
    FLUSH(5),
    /** {@code db db2}: the two databases changed places. */
    SWAP(6),
    /** {@code db key operation(u8) count key...}: the key is the strings' bitwise combination. */
    COMBINE(7);

    static final int MACHINE = 1;

    private final int code;

    Effect(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    private static final Effect[] BY_CODE = values();

    static Effect of(int code) {
        if (code >= BY_CODE.length) {
            throw new CorruptJournalException(
                    "kv effect: " + code + " (expected: < " + BY_CODE.length + ")");
        }
        return BY_CODE[code];
    }
}
