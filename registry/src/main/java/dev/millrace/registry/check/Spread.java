package dev.millrace.registry.check;

/**
 * When, within its interval, each check is run: spread as evenly as can be, however many there are
 * and whenever they come. The phases of one check after another differ by the golden ratio of an
 * interval, so each falls into one of the widest gaps that those before it have left (Weyl's
 * sequence; Knuth, The Art of Computer Programming 3, section 6.4). Random phases, which Consul
 * has, bunch: of ten thousand checks at ten seconds some milliseconds would have four, others none.
 */
final class Spread {
    /** The golden ratio's fraction of 2 to the 64th. */
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private long phase;

    /**
     * @param start of the first phase, so that several processes do not run in step
     */
    Spread(long start) {
        this.phase = start;
    }

    /** How long the next check waits for its first run, from 0 to less than the interval. */
    long nextDelay(long nowNanos, long intervalNanos) {
        phase += GOLDEN;
        long wanted = Math.unsignedMultiplyHigh(phase, intervalNanos);
        return Math.floorMod(wanted - Math.floorMod(nowNanos, intervalNanos), intervalNanos);
    }
}
