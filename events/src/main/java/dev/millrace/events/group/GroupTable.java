package dev.millrace.events.group;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The groups that there are. Under the room's lock. */
public final class GroupTable {
    private final Map<Group.Key, Integer> numbers = new HashMap<>();
    private final TreeMap<Integer, Group> groups = new TreeMap<>();

    /** The number of the next group that is added. */
    public int nextNumber() {
        return groups.isEmpty() ? 0 : groups.lastKey() + 1;
    }

    public Optional<Group> find(Group.Key key) {
        return Optional.ofNullable(numbers.get(key)).map(groups::get);
    }

    /** True if there is one of this number. */
    public boolean has(long number) {
        return number <= Integer.MAX_VALUE && groups.containsKey((int) number);
    }

    /** The group of a number that there is. */
    public Group get(int number) {
        Group found = groups.get(number);
        if (found == null) {
            throw new IllegalArgumentException("group " + number);
        }
        return found;
    }

    /** All of them: those of one stream together, in the order in which they were created. */
    public List<Group> all() {
        return groups.values().stream()
                .sorted(Comparator.comparing((Group group) -> group.key().stream()))
                .toList();
    }

    /** Adds a group, or has it with all that belongs to it. */
    public void put(Group group) {
        numbers.put(group.key(), group.number());
        groups.put(group.number(), group);
    }

    /**
     * Adds a group, or gives one other settings; its checkpoint and what is replayed stay as they
     * are.
     */
    public void define(Group group) {
        if (has(group.number())) {
            Group before = get(group.number());
            put(group.withCheckpoint(before.checkpoint()).withReplayUntil(before.replayUntil()));
        } else {
            put(group);
        }
    }

    public void drop(int number) {
        numbers.remove(get(number).key());
        groups.remove(number);
    }

    /** Up to this place all is done. */
    public void checkpoint(int number, long place) {
        groups.put(number, get(number).withCheckpoint(place));
    }

    /** Parked messages before this revision are to be delivered again. */
    public void replay(int number, long until) {
        groups.put(number, get(number).withReplayUntil(until));
    }
}
