package dev.millrace.queue.amqp.session;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Things by delivery tag.
 *
 * <p>Tags only grow, and mostly the oldest go first. So they stand in an array in their order,
 * where one is found by halving; what is removed leaves a gap, and the gaps are closed when there
 * is no room behind them. In a tree every delivery and every acknowledgement would cost a walk, and
 * an object beside the thing.
 */
final class ByTag<T> {
    private static final int LENGTH_MIN = 16;

    /** Ascending from {@code start} to {@code end}. */
    private long[] tags = new long[LENGTH_MIN];

    /** Of each tag; null where it was removed. */
    private @Nullable Object[] things = new Object[LENGTH_MIN];

    /** Of the first thing: no gap stands before it. */
    private int start;

    private int end;
    private int count;

    int count() {
        return count;
    }

    /** Adds one at the end, or, which takes as long as there are many, anywhere. */
    void add(long tag, T thing) {
        if (count == 0) {
            start = 0;
            end = 0;
        }
        if (end > start && tags[end - 1] >= tag) {
            insert(tag, thing);
            return;
        }
        if (end == tags.length) {
            makeRoom();
        }
        tags[end] = tag;
        things[end] = thing;
        end++;
        count++;
    }

    private void insert(long tag, T thing) {
        int index = index(tag);
        if (tags[index] != tag) {
            if (end == tags.length) {
                makeRoom();
                index = index(tag);
            }
            System.arraycopy(tags, index, tags, index + 1, end - index);
            System.arraycopy(things, index, things, index + 1, end - index);
            end++;
        }
        tags[index] = tag;
        things[index] = thing;
        count++;
    }

    private void makeRoom() {
        int length = count > tags.length / 2 ? 2 * tags.length : tags.length;
        long[] movedTags = new long[length];
        @Nullable Object[] moved = new Object[length];
        int to = 0;
        for (int i = start; i < end; i++) {
            if (things[i] != null) {
                movedTags[to] = tags[i];
                moved[to] = things[i];
                to++;
            }
        }
        tags = movedTags;
        things = moved;
        start = 0;
        end = to;
    }

    /** Where a tag stands, or would stand. */
    private int index(long tag) {
        int found = Arrays.binarySearch(tags, start, end, tag);
        return found < 0 ? -found - 1 : found;
    }

    @SuppressWarnings("unchecked") // Only things come in.
    private @Nullable T thing(int index) {
        return (T) things[index];
    }

    /** The one of that tag; null if there is none. */
    @Nullable T get(long tag) {
        int index = index(tag);
        return index < end && tags[index] == tag ? thing(index) : null;
    }

    /** Those up to a tag, in order. */
    List<T> upTo(long tag) {
        List<T> found = new ArrayList<>();
        for (int i = start; i < end && tags[i] <= tag; i++) {
            T thing = thing(i);
            if (thing != null) {
                found.add(thing);
            }
        }
        return found;
    }

    /** Takes out the one of that tag, if it is there. */
    void remove(long tag) {
        int index = index(tag);
        if (index == end || tags[index] != tag || things[index] == null) {
            return;
        }
        things[index] = null;
        count--;
        while (start < end && things[start] == null) {
            start++;
        }
    }
}
