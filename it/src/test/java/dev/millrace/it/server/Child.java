package dev.millrace.it.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * One child process with what it prints. Every child still alive when this JVM ends is ended with
 * it, so that a failed or interrupted test leaves nothing behind.
 */
final class Child {
    private static final Duration END_MAX = Duration.ofSeconds(60);
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private final Process process;
    private final Thread reader;
    private final Queue<String> printed = new ConcurrentLinkedQueue<>();

    private Child(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().unstarted(this::read);
    }

    static Child start(List<String> command, Path folder) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .start();
            RUNNING.add(process);
            process.getOutputStream().close();
            Child child = new Child(process);
            child.reader.start();
            return child;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    String printed() {
        return String.join("\n", printed) + "\n";
    }

    /** Sends SIGKILL and waits. */
    void kill() {
        process.destroyForcibly();
        join();
    }

    /** Sends SIGTERM, waits, and returns the exit code. */
    int terminate() {
        process.destroy();
        return join();
    }

    private int join() {
        try {
            if (!process.waitFor(END_MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "process "
                                + process.pid()
                                + " still runs "
                                + END_MAX.toSeconds()
                                + " s after it was told to end; it printed:\n"
                                + printed());
            }
            reader.join();
            RUNNING.remove(process);
            return process.exitValue();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IllegalStateException("interrupted", interrupt);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                printed.add(line);
            }
        } catch (IOException gone) {
            printed.add("(output ended: " + gone.getMessage() + ")");
        }
    }
}
