package dev.millrace.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What groups of consumers must have, as plainly as it can be said: each its messages by id, which
 * are there until they are acknowledged.
 */
final class QueueModel {
    /**
     * A message in a group.
     *
     * @param number by which its body is known
     * @param rank of its source
     * @param attempts how often it was delivered
     * @param dueMillis not to be delivered before
     * @param isPutBy it was, once, not to be delivered before a time
     */
    record Item(long number, int rank, int attempts, long dueMillis, boolean isPutBy) {
        Item tried() {
            return new Item(number, rank, attempts + 1, 0, isPutBy);
        }

        Item until(long millis) {
            return new Item(number, rank, attempts, millis, true);
        }
    }

    private final List<TreeMap<Long, Item>> groups = new ArrayList<>();

    QueueModel(int count) {
        for (int i = 0; i < count; i++) {
            groups.add(new TreeMap<>());
        }
    }

    QueueModel copy() {
        QueueModel copy = new QueueModel(groups.size());
        for (int i = 0; i < groups.size(); i++) {
            copy.groups.get(i).putAll(groups.get(i));
        }
        return copy;
    }

    /** The messages of a group, by id. */
    Map<Long, Item> group(int index) {
        return groups.get(index);
    }
}
