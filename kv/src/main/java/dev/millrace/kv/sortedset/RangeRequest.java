package dev.millrace.kv.sortedset;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Place;

/**
 * What the arguments behind a key ask for: {@code min max [BYSCORE|BYLEX] [REV] [WITHSCORES] [LIMIT
 * offset count]}, in as far as a command has these options.
 *
 * @param offset so many are passed over, from the end where it begins; negative: there are none
 * @param limit so many at most; negative: no limit
 */
record RangeRequest(Interval interval, boolean down, boolean withScores, long offset, long limit) {
    static final int RANK = 0;
    static final int SCORE = 1;
    static final int NAME = 2;
    private static final int ANY = -1;

    /** Of a command that does one thing. */
    static RangeRequest of(Call call, int kind, boolean down) {
        return new Options(kind, down, true).read(call, 1);
    }

    /** Of ZRANGE, or ZRANGESTORE, which does not know WITHSCORES. */
    static RangeRequest any(Call call, int key, boolean mayHaveScores) {
        return new Options(ANY, false, mayHaveScores).read(call, key);
    }

    /** Whether ranks were asked for, so that how many members there will be is known at once. */
    boolean isByRank() {
        return interval instanceof Interval.Ranks;
    }

    /** Ranks that are next to each other. */
    record Span(long first, long count) {}

    /** The ranks that are asked for of a sorted set. */
    Span in(Place place, Element element) {
        long first = interval.first(place, element);
        long inRange = interval.end(place, element) - first;
        long left = offset < 0 || offset >= inRange ? 0 : inRange - offset;
        long count = limit < 0 ? left : Math.min(left, limit);
        return new Span(down ? first + left - count : first + offset, count);
    }

    private static final class Options {
        private int kind;
        private boolean down;
        private final boolean anyOrder;
        private final boolean mayHaveScores;
        private boolean withScores;
        private long offset;
        private long limit = -1;

        Options(int kind, boolean down, boolean mayHaveScores) {
            this.kind = kind;
            this.down = down;
            this.anyOrder = kind == ANY;
            this.mayHaveScores = mayHaveScores;
        }

        RangeRequest read(Call call, int key) {
            int i = key + 3;
            while (i < call.count()) {
                i += option(call, i);
            }
            if (kind == ANY) {
                kind = RANK;
            }
            if (limit != -1 && kind == RANK) {
                throw new Refusal(
                        "ERR syntax error, LIMIT is only supported in combination with either"
                                + " BYSCORE or BYLEX");
            }
            if (withScores && kind == NAME) {
                throw new Refusal(
                        "ERR syntax error, WITHSCORES not supported in combination with BYLEX");
            }
            // By rank, an offset without a limit is allowed and means nothing.
            long skipped = kind == RANK ? 0 : offset;
            return new RangeRequest(interval(call, key), down, withScores, skipped, limit);
        }

        /** Reads an option; returns how many arguments it has. */
        private int option(Call call, int i) {
            if (mayHaveScores && call.is(i, "WITHSCORES")) {
                withScores = true;
            } else if (call.is(i, "LIMIT") && i + 2 < call.count()) {
                offset = call.integer(i + 1);
                limit = call.integer(i + 2);
                return 3;
            } else if (anyOrder && !down && call.is(i, "REV")) {
                down = true;
            } else if (kind == ANY && call.is(i, "BYLEX")) {
                kind = NAME;
            } else if (kind == ANY && call.is(i, "BYSCORE")) {
                kind = SCORE;
            } else {
                throw Refusal.SYNTAX;
            }
            return 1;
        }

        private Interval interval(Call call, int key) {
            if (kind == RANK) {
                return Interval.Ranks.of(call, key + 1, key + 2, down);
            }
            int least = down ? key + 2 : key + 1;
            int most = down ? key + 1 : key + 2;
            return kind == SCORE
                    ? Interval.ScoreRange.of(call, least, most)
                    : Interval.NameRange.of(call, least, most);
        }
    }
}
