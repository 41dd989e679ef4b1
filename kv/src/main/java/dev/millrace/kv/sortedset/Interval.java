package dev.millrace.kv.sortedset;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.Strtod;
import dev.millrace.kv.store.Place;

/** Which members are meant: from one to another, by rank, score or name. */
sealed interface Interval {
    /** The first rank in it. */
    long first(Place place, Element element);

    /** The rank behind the last in it; not more than the first if there are none. */
    long end(Place place, Element element);

    /** Ranks from one on to the other inclusive; negative ones count from the end. */
    record Ranks(long start, long stop, boolean down) implements Interval {
        static Ranks of(Call call, int start, int stop, boolean down) {
            return new Ranks(call.integer(start), call.integer(stop), down);
        }

        private static long fromEnd(long rank, long size) {
            return Math.max(rank < 0 ? rank + size : rank, -1);
        }

        @Override
        public long first(Place place, Element element) {
            long size = SortedSetValue.size(place);
            return down ? size - 1 - stop(size) : start(size);
        }

        @Override
        public long end(Place place, Element element) {
            long size = SortedSetValue.size(place);
            return down ? size - start(size) : stop(size) + 1;
        }

        private long start(long size) {
            return Math.min(Math.max(fromEnd(start, size), 0), size);
        }

        private long stop(long size) {
            return Math.min(fromEnd(stop, size), size - 1);
        }
    }

    /** From one score to another. */
    record ScoreRange(double least, boolean withoutLeast, double most, boolean withoutMost)
            implements Interval {
        static ScoreRange of(Call call, int least, int most) {
            return new ScoreRange(
                    bound(call, least), isOpen(call, least), bound(call, most), isOpen(call, most));
        }

        private static boolean isOpen(Call call, int index) {
            return call.length(index) > 0 && Memory.getByte(call.address(index)) == '(';
        }

        private static double bound(Call call, int index) {
            int skipped = isOpen(call, index) ? 1 : 0;
            double bound =
                    Strtod.lenient(call.address(index) + skipped, call.length(index) - skipped);
            if (Double.isNaN(bound)) {
                throw new Refusal("ERR min or max is not a float");
            }
            return bound;
        }

        @Override
        public long first(Place place, Element element) {
            return SortedSetValue.countBelow(
                    place,
                    element,
                    (member, score) -> score < least || withoutLeast && score == least);
        }

        @Override
        public long end(Place place, Element element) {
            return SortedSetValue.countBelow(
                    place,
                    element,
                    (member, score) -> score < most || !withoutMost && score == most);
        }
    }

    /** From one name to another, where all scores are the same. */
    record NameRange(Bound least, Bound most) implements Interval {
        static NameRange of(Call call, int least, int most) {
            return new NameRange(Bound.of(call, least), Bound.of(call, most));
        }

        @Override
        public long first(Place place, Element element) {
            return SortedSetValue.countBelow(
                    place, element, (member, score) -> least.isBelow(member, least.open));
        }

        @Override
        public long end(Place place, Element element) {
            return SortedSetValue.countBelow(
                    place, element, (member, score) -> most.isBelow(member, !most.open));
        }

        /**
         * An end of the range: before all names, behind all, or at one.
         *
         * @param side negative before all, positive behind all, else 0
         * @param open the name itself does not belong to the range
         */
        record Bound(int side, boolean open, long name, int length) {
            static Bound of(Call call, int index) {
                long at = call.address(index);
                int length = call.length(index);
                int kind = length == 0 ? 0 : Memory.getByte(at);
                boolean alone = length == 1 || length > 1 && Memory.getByte(at + 1) == 0;
                return switch (kind) {
                    case '-' -> end(-1, alone);
                    case '+' -> end(1, alone);
                    case '(' -> new Bound(0, true, at + 1, length - 1);
                    case '[' -> new Bound(0, false, at + 1, length - 1);
                    default -> throw noBound();
                };
            }

            private static Refusal noBound() {
                return new Refusal("ERR min or max not valid string range item");
            }

            private static Bound end(int side, boolean alone) {
                if (!alone) {
                    throw noBound();
                }
                return new Bound(side, true, 0, 0);
            }

            /** Whether a member is less than it, or, if so wanted, the same. */
            boolean isBelow(Element member, boolean orSame) {
                if (side != 0) {
                    return side > 0;
                }
                int order = Memory.compare(member.address(), member.length(), name, length);
                return order < 0 || orSame && order == 0;
            }
        }
    }
}
