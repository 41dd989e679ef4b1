package dev.millrace.bench.kv;

/**
 * How long a run takes its time.
 *
 * @param rounds measured rounds per side of a closed-loop row
 * @param warmSeconds per side and row, discarded: the JVM compiles meanwhile
 * @param roundSeconds of a closed-loop round
 * @param openSeconds of an open-loop round
 * @param openRounds measured rounds per side of an open-loop row
 * @param startRounds starts per side of the rows that start servers
 * @param memoryRounds fills per side of the rows that fill a server each time
 * @param importKeys how many keys the dump file has
 * @param largeElements how many elements a large collection has that is removed
 */
public record Effort(
        int rounds,
        double warmSeconds,
        double roundSeconds,
        double openSeconds,
        int openRounds,
        int startRounds,
        int memoryRounds,
        int importKeys,
        int largeElements) {
    /** A dump file of 1 GiB. */
    private static final int IMPORT_KEYS = 12_000_000;

    private static final int LARGE_ELEMENTS = 10_000_000;
    private static final int QUICKER = 8;

    /** What a published result takes. */
    public static Effort full() {
        return new Effort(5, 12, 3, 60, 3, 7, 3, IMPORT_KEYS, LARGE_ELEMENTS);
    }

    /** Enough to see a direction. */
    public static Effort quick() {
        return new Effort(3, 4, 1, 10, 2, 3, 1, IMPORT_KEYS / QUICKER, LARGE_ELEMENTS / QUICKER);
    }

    /** The same with another number of rounds, in every row. */
    public Effort withRounds(int count) {
        return new Effort(
                count,
                warmSeconds,
                roundSeconds,
                openSeconds,
                count,
                count,
                count,
                importKeys,
                largeElements);
    }

    /** As the report says it. */
    public String text() {
        return rounds
                + " closed-loop rounds of "
                + roundSeconds
                + " s, "
                + openRounds
                + " open-loop rounds of "
                + openSeconds
                + " s, sides taking turns (A B B A …); before them, per side and row, "
                + warmSeconds
                + " s are run and discarded to warm the JVM up";
    }
}
