package dev.millrace.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.config.Settings.Sources;
import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.data.DataInUse;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class NodeTest {
    @TempDir Path folder;

    private final List<String> events = new ArrayList<>();

    /** Notes what happens to it, and fails where it is told to. */
    private final class NotingRoom implements Room {
        private final String name;
        private final String failsAt;

        NotingRoom(String name, String failsAt) {
            this.name = name;
            this.failsAt = failsAt;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<Setting<?>> settings() {
            return List.of();
        }

        @Override
        public void start(RoomContext context) throws IOException {
            note("start");
        }

        @Override
        public void settle() {
            events.add("settle " + name);
        }

        @Override
        public void stop() throws IOException {
            note("stop");
        }

        private void note(String what) throws IOException {
            events.add(what + " " + name);
            if (what.equals(failsAt)) {
                throw new IOException(name + " failed at " + what);
            }
        }
    }

    @Test
    void rooms_start_in_order_and_stop_the_last_first_after_all_have_settled() throws Exception {
        start(new NotingRoom("a", ""), new NotingRoom("b", "")).stop();
        assertEquals(
                List.of("start a", "start b", "settle b", "settle a", "stop b", "stop a"), events);
    }

    @Test
    void a_room_that_cannot_start_stops_those_before_it_and_frees_the_data() throws Exception {
        IOException failure =
                assertThrows(
                        IOException.class,
                        () -> start(new NotingRoom("a", ""), new NotingRoom("b", "start")));
        assertEquals("b failed at start", failure.getMessage());
        assertEquals("stop a", events.getLast());
        DataFolder.open(folder).close();
    }

    @Test
    void a_room_that_cannot_stop_keeps_no_other_from_stopping() throws Exception {
        Node node = start(new NotingRoom("a", ""), new NotingRoom("b", "stop"));
        IOException failure = assertThrows(IOException.class, node::stop);
        assertEquals("b failed at stop", failure.getMessage());
        assertEquals("stop a", events.getLast());
        DataFolder.open(folder).close();
    }

    @Test
    void two_nodes_never_share_their_data() throws Exception {
        Node first = start();
        assertThrows(DataInUse.class, () -> start());
        first.stop();
        start().stop();
    }

    private Node start(Room... rooms) throws BadSettings, IOException, InterruptedException {
        List<Room> all = List.of(rooms);
        Settings settings = Settings.read(Node.settings(all), Sources.none());
        return Node.start(all, settings, folder, Log.silent());
    }
}
