package dev.millrace.app;

import dev.millrace.kernel.admin.AdminRoom;
import dev.millrace.kernel.room.Room;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rooms of this build, in the order in which they start. The admin endpoint is first, so that
 * its health can tell what is being waited for; {@code --only} selects among the others.
 */
record Rooms(List<Room> all) {
    private static final String ADMIN = "admin";

    Rooms {
        all = List.copyOf(all);
    }

    /** Everything that this build can do. A new room is added here and nowhere else. */
    static Rooms ofThisBuild() {
        return new Rooms(List.of(new AdminRoom()));
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
            if (only.isEmpty() || only.contains(room.name()) || room.name().equals(ADMIN)) {
                selected.add(room);
            }
        }
        return selected;
    }

    private String names() {
        return all.stream().map(Room::name).collect(Collectors.joining(","));
    }
}
