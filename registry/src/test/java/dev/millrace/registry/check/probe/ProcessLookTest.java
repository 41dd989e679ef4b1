package dev.millrace.registry.check.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.registry.check.Answer;

import org.junit.jupiter.api.Test;

import java.io.BufferedReader;

class ProcessLookTest {
    @Test
    void a_process_passes_while_it_lives() throws Exception {
        Process process = new ProcessBuilder("sleep", "1000").start();
        long pid = process.pid();
        ProcessLook look = new ProcessLook(pid);
        assertEquals(Answer.passing("Process " + pid + " is running"), look.get());
        process.destroyForcibly().waitFor();
        assertEquals(Answer.critical("No process " + pid), look.get());
    }

    @Test
    void a_number_that_nobody_has_is_critical() {
        assertEquals(
                Answer.critical("No process " + Integer.MAX_VALUE),
                new ProcessLook(Integer.MAX_VALUE).get());
    }

    @Test
    void a_process_that_its_parent_has_not_buried_has_ended() throws Exception {
        // The shell becomes sleep, which buries nobody.
        Process parent =
                new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; exec sleep 1000").start();
        try (BufferedReader out = parent.inputReader()) {
            long pid = Long.parseLong(String.valueOf(out.readLine()));
            ProcessLook look = new ProcessLook(pid);
            while (look.get().output().endsWith("is running")) {
                Thread.onSpinWait();
            }
            assertEquals(Answer.critical("Process " + pid + " has ended"), look.get());
        } finally {
            parent.destroyForcibly();
        }
    }
}
