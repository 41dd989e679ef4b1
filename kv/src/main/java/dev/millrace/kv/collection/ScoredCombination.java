package dev.millrace.kv.collection;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The union, intersection or difference of sorted sets and sets, whose members count as having
 * score 1. What comes of it follows from the sources alone: it is computed anew in a replay.
 *
 * <p>Scores are added in the order of the sources' sizes, smallest first, as Redis does: sums of
 * doubles depend on it.
 */
public final class ScoredCombination {
    /** What is done with the sources. */
    public enum Operation {
        UNION(0),
        INTERSECTION(1),
        DIFFERENCE(2);

        private final int code;

        Operation(int code) {
            this.code = code;
        }

        /** As effects name it. */
        public int code() {
            return code;
        }

        public static Operation of(int code) {
            return switch (code) {
                case 0 -> UNION;
                case 1 -> INTERSECTION;
                case 2 -> DIFFERENCE;
                default -> throw new CorruptJournalException("kv sorted sets: operation " + code);
            };
        }
    }

    /** What becomes of the scores of a member that several sources have. */
    public enum Aggregate {
        SUM(0),
        MIN(1),
        MAX(2);

        private final int code;

        Aggregate(int code) {
            this.code = code;
        }

        /** As effects name it. */
        public int code() {
            return code;
        }

        public static Aggregate of(int code) {
            return switch (code) {
                case 0 -> SUM;
                case 1 -> MIN;
                case 2 -> MAX;
                default -> throw new CorruptJournalException("kv sorted sets: aggregate " + code);
            };
        }

        /** Never NaN if the score is none: infinities of both signs make 0, as in Redis. */
        double of(double score, double other) {
            return switch (this) {
                case SUM -> orZero(score + other);
                case MIN -> other < score ? other : score;
                case MAX -> other > score ? other : score;
            };
        }
    }

    private static final double SET_SCORE = 1;

    private final Operation operation;
    private final Aggregate aggregate;
    private final Place[] sources;
    private final double[] weights;
    private final Integer[] order;
    private final Element element;

    /**
     * @param sources at least one; each has a sorted set, a set or nothing
     * @param weights as many; a difference takes scores as they are
     */
    public ScoredCombination(
            Operation operation, Aggregate aggregate, Place[] sources, double[] weights) {
        this.operation = operation;
        this.aggregate = aggregate;
        this.sources = sources.clone();
        this.weights = weights.clone();
        this.element = new Element(sources[0].stripe().lent(2));
        this.order = new Integer[sources.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingLong(i -> size(sources[i])));
    }

    public Operation operation() {
        return operation;
    }

    public Aggregate aggregate() {
        return aggregate;
    }

    public int sources() {
        return sources.length;
    }

    public Place source(int index) {
        return sources[index];
    }

    public double weight(int index) {
        return weights[index];
    }

    private static double orZero(double score) {
        return Double.isNaN(score) ? 0 : score;
    }

    // ---- Sources

    private static boolean isSet(Place source) {
        return source.exists() && Item.type(source.item()) == Item.TYPE_SET;
    }

    private static long size(Place source) {
        return isSet(source) ? SetValue.size(source) : SortedSetValue.size(source);
    }

    /** NaN if the member is not there. */
    private static double score(Place source, Element member) {
        if (isSet(source)) {
            boolean has = SetValue.has(source, member.address(), member.length());
            return has ? SET_SCORE : Double.NaN;
        }
        return SortedSetValue.score(source, member.address(), member.length());
    }

    private void each(Place source, SortedSetValue.Visitor visitor) {
        if (isSet(source)) {
            SetValue.each(source, element, member -> visitor.member(member, SET_SCORE));
        } else {
            SortedSetValue.each(source, 0, Long.MAX_VALUE, false, element, visitor);
        }
    }

    // ---- Results

    /** Computes it in the memory of a stripe. */
    public SortedSetDraft in(Stripe stripe) {
        SortedSetDraft draft = new SortedSetDraft(stripe);
        switch (operation) {
            case UNION -> unite(draft);
            case INTERSECTION -> intersect(draft);
            case DIFFERENCE -> subtract(draft);
        }
        draft.sort();
        return draft;
    }

    private void unite(SortedSetDraft draft) {
        for (int index : order) {
            each(
                    sources[index],
                    (member, score) -> {
                        double weighted = orZero(weights[index] * score);
                        draft.merge(weighted, member.address(), member.length(), aggregate::of);
                        return true;
                    });
        }
    }

    private void intersect(SortedSetDraft draft) {
        each(
                sources[order[0]],
                (member, score) -> {
                    double all = inAll(member, score);
                    if (!Double.isNaN(all)) {
                        draft.add(all, member.address(), member.length());
                    }
                    return true;
                });
    }

    /** The score of a member of the smallest source in an intersection; NaN if it is not in it. */
    private double inAll(Element member, double score) {
        double all = orZero(weights[order[0]] * score);
        for (int i = 1; i < order.length; i++) {
            double other = score(sources[order[i]], member);
            if (Double.isNaN(other)) {
                return Double.NaN;
            }
            all = aggregate.of(all, other * weights[order[i]]);
        }
        return all;
    }

    private void subtract(SortedSetDraft draft) {
        each(
                sources[0],
                (member, score) -> {
                    if (isInFirstOnly(member)) {
                        draft.add(score, member.address(), member.length());
                    }
                    return true;
                });
    }

    private boolean isInFirstOnly(Element member) {
        for (int i = 1; i < sources.length; i++) {
            if (!Double.isNaN(score(sources[i], member))) {
                return false;
            }
        }
        return true;
    }

    /** How many members all sources have, counted up to a limit if that is not 0. */
    public long intersectionSize(long limit) {
        long[] counted = {0};
        each(
                sources[order[0]],
                (member, score) -> {
                    boolean isFull = limit > 0 && counted[0] == limit;
                    if (!isFull && !Double.isNaN(inAll(member, score))) {
                        counted[0]++;
                    }
                    return !isFull;
                });
        return counted[0];
    }
}
