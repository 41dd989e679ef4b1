package dev.millrace.kv.collection;

import java.util.SplittableRandom;

/**
 * Chooses so many of a number of things, every choice with the same chance, while all of them are
 * walked over once (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).
 */
public final class Selection {
    private final SplittableRandom random;
    private long left;
    private long wanted;

    /**
     * @param wanted how many to choose: not more than there are
     */
    public Selection(SplittableRandom random, long size, long wanted) {
        this.random = random;
        this.left = size;
        this.wanted = wanted;
    }

    /** Whether the next thing is one of the chosen. */
    public boolean takes() {
        boolean taken = random.nextLong(left) < wanted;
        left--;
        wanted -= taken ? 1 : 0;
        return taken;
    }
}
