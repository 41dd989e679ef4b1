package dev.millrace.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class MainTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void no_command_is_bad_usage_and_shows_the_commands_that_exist() {
        assertEquals(Exit.USAGE, run());
        assertTrue(err().contains("up"), err());
        assertFalse(err().contains("train"), err());
    }

    @Test
    void help_is_what_was_asked_for() {
        assertEquals(Exit.OK, run("help"));
        assertEquals(Exit.OK, run("--help"));
        assertEquals(Exit.OK, run("up", "--help"));
        assertTrue(out().contains("--port-offset"), out());
        assertEquals("", err());
    }

    @Test
    void an_unknown_option_is_bad_usage() {
        assertEquals(Exit.USAGE, run("up", "--prot", "1"));
        assertTrue(err().contains("--prot"), err());
    }

    @Test
    void an_unknown_room_is_bad_usage_and_names_the_rooms() {
        assertEquals(Exit.USAGE, up("--only", "kw"));
        assertTrue(err().contains("--only: kw (expected: some of kv"), err());
    }

    @Test
    void bad_configuration_starts_nothing_and_gives_a_line_per_fault() throws IOException {
        Path file = Files.writeString(folder.resolve("m.yaml"), "admin.http.prot: 1\nnet: 5\n");
        assertEquals(Exit.CONFIG, up("--config", file.toString(), "--log", "json"));
        assertEquals(
                "millrace: "
                        + file
                        + ":1: admin.http.prot: no such setting (expected: perhaps"
                        + " admin.http.port)",
                err().lines().findFirst().orElseThrow());
        assertEquals(2, err().lines().count());
        assertFalse(Files.exists(folder.resolve("data")));
    }

    @Test
    void a_taken_port_is_unavailable() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(Exit.UNAVAILABLE, up("--set", "admin.http.port=" + taken.getLocalPort()));
            assertTrue(err().contains("--set admin.http.port=N"), err());
        }
    }

    @Test
    void data_that_cannot_be_written_is_an_io_failure() throws IOException {
        Path file = Files.writeString(folder.resolve("data"), "a file");
        assertEquals(Exit.IO, run("up", "--data", file.toString(), "--set", "admin.http.port=0"));
    }

    @Test
    void a_training_run_leaves_nothing_behind() {
        assertEquals(Exit.OK, run("train"));
    }

    private Exit up(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("up", "--data", folder.resolve("data").toString()));
        arguments.addAll(List.of("--set", "kv.resp.port=0"));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private Exit run(String... arguments) {
        return new Main(Main.commands(printer(out)), printer(out), printer(err))
                .run(List.of(arguments));
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
