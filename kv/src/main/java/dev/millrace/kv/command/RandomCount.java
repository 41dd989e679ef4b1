package dev.millrace.kv.command;

/**
 * How many elements SRANDMEMBER and its kin are asked for.
 *
 * @param count how many: never negative
 * @param repeats whether the same may be chosen again
 */
public record RandomCount(long count, boolean repeats) {
    /** A reply with repetitions may be so long, bytes: it has no bound in what there is. */
    private static final long REPLY_BYTES_MAX = 1 << 29;

    /** A negative argument asks for that many with repetitions. */
    public static RandomCount parse(Call call, int index) {
        long count = call.integer(index);
        if (count == Long.MIN_VALUE) {
            throw outOfRange(-Long.MAX_VALUE);
        }
        return new RandomCount(Math.abs(count), count < 0);
    }

    /** Refuses what would be too long, of elements of so many bytes at most. */
    public void requireBelow(long elementBytes) {
        if (repeats && count > REPLY_BYTES_MAX / (elementBytes + 16)) {
            throw outOfRange(-(REPLY_BYTES_MAX / (elementBytes + 16)));
        }
    }

    private static Refusal outOfRange(long least) {
        return new Refusal(
                "ERR value is out of range, value must between "
                        + least
                        + " and "
                        + Long.MAX_VALUE);
    }
}
