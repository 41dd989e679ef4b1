package dev.millrace.it.crash;

import java.util.List;

/**
 * What one writer does, operation after operation, so that the number of operations done says all
 * of its state. Operation n is the n-th since the data directory was empty: a SET of n, an INCR, a
 * transaction that sets two keys of different slots to n, or an INCR of a counter that all share.
 *
 * @param writer tells this writer's keys from another's
 */
record History(int writer) {
    /** The counter that all writers count on. */
    static final String SHARED = "shared";

    private static final int KINDS = 4;

    /** One kind of operation; each comes every fourth time. */
    enum Kind {
        SET(0),
        INCR(1),
        PAIR(2),
        SHARED_INCR(3);

        private final int remainder;

        Kind(int remainder) {
            this.remainder = remainder;
        }

        /** The highest operation of this kind among the first {@code done}; below 1 if none. */
        long latest(long done) {
            return done - Math.floorMod(done - remainder, KINDS);
        }
    }

    /** What operation n is; the first is number 1. */
    Kind kind(long number) {
        for (Kind kind : Kind.values()) {
            if (kind.latest(number) == number) {
                return kind;
            }
        }
        throw new AssertionError("operation " + number + " is of no kind");
    }

    /** The commands of operation n; it is acknowledged by the last one's reply. */
    List<List<String>> commands(long number) {
        String value = "" + number;
        return switch (kind(number)) {
            case SET -> List.of(List.of("SET", last(), value));
            case INCR -> List.of(List.of("INCR", count()));
            case PAIR ->
                    List.of(
                            List.of("MULTI"),
                            List.of("SET", left(), value),
                            List.of("SET", right(), value),
                            List.of("EXEC"));
            case SHARED_INCR -> List.of(List.of("INCR", SHARED));
        };
    }

    /** The keys that tell the state, in the order of {@link #state}. */
    List<String> keys() {
        return List.of(last(), count(), left(), right());
    }

    /** The values of the keys after {@code done} operations; empty where there is none yet. */
    List<String> state(long done) {
        return List.of(
                text(Kind.SET.latest(done)),
                text((Kind.INCR.latest(done) + KINDS - 1) / KINDS),
                text(Kind.PAIR.latest(done)),
                text(Kind.PAIR.latest(done)));
    }

    private static String text(long number) {
        return number <= 0 ? "" : "" + number;
    }

    private String last() {
        return "last:" + writer;
    }

    private String count() {
        return "count:" + writer;
    }

    private String left() {
        return "left:" + writer;
    }

    private String right() {
        return "right:" + writer;
    }
}
