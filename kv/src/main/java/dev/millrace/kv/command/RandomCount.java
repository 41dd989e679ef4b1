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

    /** Of each element beside itself, twice: its length and two line ends. */
    private static final long HEAD_BYTES = 16;

    /** A negative argument asks for that many with repetitions. */
    public static RandomCount parse(Call call, int index) {
        long count = call.integer(index);
        if (count == Long.MIN_VALUE) {
            throw outOfRange(-Long.MAX_VALUE);
        }
        return new RandomCount(Math.abs(count), count < 0);
    }

    /**
     * Refuses what would be too long, of elements of so many bytes at most; but not if its client
     * is dropped before ({@code client-output-buffer-limit}).
     */
    public void requireBelow(Call call, long elementBytes) {
        long most = REPLY_BYTES_MAX / (elementBytes + HEAD_BYTES);
        if (repeats && count > most && !isDroppedBefore(call)) {
            throw outOfRange(-most);
        }
    }

    /** True if a client is dropped before what it is answered is too long for a reply. */
    public static boolean isDroppedBefore(Call call) {
        return call.lane().answerBytesMax(call.session()) <= REPLY_BYTES_MAX;
    }

    /** Draws so many with repetitions, or until the client is dropped for what it is answered. */
    public static void draw(Call call, long count, Runnable one) {
        for (long left = count; left > 0; left--) {
            one.run();
            if (call.lane().dropsForAnswer(call.session())) {
                return;
            }
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
