package dev.millrace.kv.collection;

/**
 * What is cut off a stream's front, in terms of its nodes: a replay needs not know why.
 *
 * @param nodes so many nodes are gone whole
 * @param entries so many live entries of the next one are deleted
 * @param removed how many entries that makes
 */
public record StreamTrim(long nodes, long entries, long removed) {
    public static final StreamTrim NOTHING = new StreamTrim(0, 0, 0);
}
