package dev.millrace.kv.collection;

/** Members of a sorted set that are next to each other: so many from a rank on. */
public record Ranks(long first, long count) {
    boolean has(long rank) {
        return first <= rank && rank - first < count;
    }
}
