package dev.millrace.kernel.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

class DataFolderTest {
    @TempDir Path temporary;

    @Test
    void a_missing_directory_is_made() throws IOException {
        Path folder = temporary.resolve("a/b");
        try (DataFolder data = DataFolder.open(folder)) {
            assertEquals(folder, data.path());
            assertTrue(Files.isDirectory(folder));
        }
    }

    @Test
    void a_second_owner_is_told_who_the_first_is() throws IOException {
        try (DataFolder first = DataFolder.open(temporary)) {
            DataInUse refused = assertThrows(DataInUse.class, () -> DataFolder.open(first.path()));
            String pid = Long.toString(ProcessHandle.current().pid());
            assertTrue(String.valueOf(refused.getMessage()).contains("in use by process " + pid));
        }
    }

    /** Another process's whole life: it tries to own the directory that its argument names. */
    static final class Another {
        private Another() {}

        public static void main(String[] arguments) throws IOException {
            try (DataFolder data = DataFolder.open(Path.of(arguments[0]))) {
                System.out.println("owns " + data.path());
            } catch (DataInUse refused) {
                System.out.println(refused.getMessage());
            }
        }
    }

    private String another() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Another.class.getName(),
                                temporary.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    @Test
    void a_second_process_is_refused_until_the_first_lets_go() throws Exception {
        try (DataFolder first = DataFolder.open(temporary)) {
            String said = another();
            String pid = Long.toString(ProcessHandle.current().pid());
            assertTrue(said.contains(first.path() + ": in use by process " + pid), said);
        }
        String said = another();
        assertTrue(said.contains("owns"), said);
    }

    @Test
    void what_was_closed_can_be_owned_again_and_closing_twice_is_quiet() throws IOException {
        DataFolder first = DataFolder.open(temporary);
        first.close();
        first.close();
        DataFolder.open(temporary).close();
    }

    @Test
    void a_file_in_its_place_is_an_io_failure() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "x");
        assertThrows(IOException.class, () -> DataFolder.open(file));
    }
}
