package dev.millrace.app;

import dev.millrace.kernel.admin.AdminRoom;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kv.server.KvRoom;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rooms of this build, in the order in which they start. The admin endpoint is first, so that
 * its health can tell what is being waited for; {@code --only} selects among the others.
 */
record Rooms(List<Room> all) {
    /** Rooms that are always started: the others stand on them. */
    private static final Set<String> FOUNDATIONS = Set.of("admin", "journal");

    Rooms {
        all = List.copyOf(all);
    }

    /** Everything that this build can do. A new room is added here and nowhere else. */
    static Rooms ofThisBuild() {
        ShardRoom shards = new ShardRoom();
        return new Rooms(List.of(new AdminRoom(), shards, new KvRoom(shards)));
    }

    /**
     * The rooms to start.
     *
     * @param only names, or none for every room
     */
    List<Room> select(List<String> only) throws Failed {
        for (String name : only) {
            if (all.stream().noneMatch(room -> room.name().equals(name))) {
                throw new Failed(
                        Exit.USAGE, "--only: " + name + " (expected: some of " + names() + ")");
            }
        }
        List<Room> selected = new ArrayList<>();
        for (Room room : all) {
            if (only.isEmpty() || only.contains(room.name()) || FOUNDATIONS.contains(room.name())) {
                selected.add(room);
            }
        }
        return selected;
    }

    private String names() {
        return all.stream().map(Room::name).collect(Collectors.joining(","));
    }
}
