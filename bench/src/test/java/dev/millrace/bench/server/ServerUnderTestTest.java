package dev.millrace.bench.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class ServerUnderTestTest {
    @TempDir Path home = Path.of("");

    @Test
    void a_server_that_ends_at_start_is_reported_with_its_last_words() throws Exception {
        Path script = script("echo 'kv.resp.port: nonsense'; exit 78");
        try (Workspace workspace = Workspace.below(home)) {
            IOException failure =
                    assertThrows(IOException.class, () -> start(workspace, script).close());
            String message = String.valueOf(failure.getMessage());
            assertTrue(message.startsWith("Millrace: ended with 78 at start"), message);
        }
    }

    @Test
    void a_workspace_leaves_neither_processes_nor_files() throws Exception {
        Path directory;
        Process sleeper;
        try (Workspace workspace = Workspace.below(home)) {
            directory = workspace.directory("data");
            Files.writeString(directory.resolve("file"), "x");
            sleeper = workspace.start(new ProcessBuilder("sleep", "60"));
        }
        assertFalse(sleeper.isAlive());
        assertFalse(Files.exists(directory.resolveSibling(".")));
    }

    @Test
    void nothing_starts_once_a_run_is_ending() throws Exception {
        Workspace workspace = Workspace.below(home);
        workspace.close();
        assertThrows(IOException.class, () -> workspace.start(new ProcessBuilder("true")));
    }

    @Test
    void the_line_that_says_ready_is_found_once() {
        ServerOutput output = new ServerOutput();
        output.line("RESP on 127.0.0.1:6379");
        assertTrue(output.readyNanos().isEmpty());
        output.line("ready in 231 ms");
        output.line("ready in 999 ms");
        assertEquals(231, output.saidMillis().getAsLong());
        assertTrue(output.tail().startsWith("RESP on"));
    }

    @Test
    void published_command_lines_name_no_path_of_this_machine() {
        Millrace millrace = new Millrace("Millrace", home.resolve("millrace"), List.of("a=b"));
        assertEquals(
                "./millrace up --data DIR --only kv --set kv.resp.port=PORT"
                        + " --set admin.http.port=0 --set kv.sync=always --set a=b",
                millrace.template(Durability.ALWAYS));
        assertEquals(
                "redis-server --port PORT --bind 127.0.0.1 --dir DIR --save ''"
                        + " --appendonly yes --appendfsync everysec",
                new Redis("Redis").template(Durability.EVERYSEC));
    }

    private static ServerUnderTest start(Workspace workspace, Path script)
            throws IOException, InterruptedException {
        Millrace millrace = new Millrace("Millrace", script, List.of());
        Path data = workspace.directory("data");
        return ServerUnderTest.start(millrace, workspace, data, Durability.EVERYSEC);
    }

    private Path script(String text) throws IOException {
        Path script = Files.writeString(home.resolve("script"), "#!/bin/sh\n" + text + "\n");
        assertTrue(script.toFile().setExecutable(true));
        return script;
    }
}
