package dev.millrace.kv.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** ACL SAVE: the file of users, and what lies beside it while it is written. */
class UsersFileTest {
    private static final String NOT_SAVED =
            "-ERR There was an error trying to save the ACLs. Please check the server logs for more"
                    + " information";
    private static final int SAVES = 50;

    private final KvLanes kv = KvLanes.open(2);
    private final LaneClient client = kv.client(0);

    @TempDir private Path folder;
    private Path file = Path.of("");

    @BeforeEach
    void use() throws Exception {
        file = Files.createFile(folder.resolve("users.acl"));
        Users.of(kv.server()).useFile(file.toString());
        client.call("ACL SETUSER bob on >pw +@all ~*");
    }

    @AfterEach
    void close() {
        kv.close();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    /** What is written next to the file until it is whole. */
    private Path beside() {
        return folder.resolve("users.acl.tmp-" + ProcessHandle.current().pid());
    }

    @Test
    void a_file_that_was_saved_is_loaded_again_and_nothing_lies_beside_it() throws Exception {
        assertEquals("OK", client.call("ACL SAVE"));
        assertEquals(List.of(file), files());
        client.call("ACL DELUSER bob");
        assertEquals("OK", client.call("ACL LOAD"));
        assertEquals("[bob, default]", client.call("ACL USERS"));
    }

    @Test
    void who_may_read_the_file_stays_as_it_was() throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertEquals("OK", client.call("ACL SAVE"));
        assertEquals(
                "rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void a_save_that_fails_leaves_nothing_beside_what_was_there() throws Exception {
        Files.delete(file);
        Files.createDirectories(file.resolve("full")); // In its way, whoever runs the test.
        assertEquals(NOT_SAVED, client.call("ACL SAVE"));
        assertEquals(List.of(file), files());
    }

    @Test
    void what_a_process_that_was_killed_has_left_is_no_obstacle() throws Exception {
        Files.writeString(beside(), "user half");
        assertEquals("OK", client.call("ACL SAVE"));
        assertEquals(List.of(file), files());
        assertTrue(Files.readString(file).startsWith("user bob on"));
    }

    @Test
    void nothing_is_written_through_a_link_that_somebody_has_put_beside() throws Exception {
        Path other = Files.writeString(folder.resolve("others"), "kept");
        Files.createSymbolicLink(beside(), other);
        assertEquals("OK", client.call("ACL SAVE"));
        assertEquals("kept", Files.readString(other));
        assertEquals(List.of(other, file), files());
        assertTrue(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void saves_of_several_clients_at_a_time_do_well_all_of_them() throws Exception {
        LaneClient other = kv.client(1);
        String[] saves = Stream.generate(() -> "ACL SAVE").limit(SAVES).toArray(String[]::new);
        client.send(saves);
        other.send(saves);
        for (int i = 0; i < SAVES; i++) {
            assertEquals("OK", client.next());
            assertEquals("OK", other.next());
        }
        assertEquals(List.of(file), files());
    }
}
