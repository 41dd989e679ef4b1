package dev.millrace.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The directories and processes of one run. Whatever ends the run, its processes are ended by their
 * pids and its directories removed: by {@link #close} usually, by a shutdown hook after an
 * interrupt.
 *
 * <p>It lies below the source tree, not in the system's temporary directory: that may be memory,
 * where an fsync costs nothing.
 */
public final class Workspace implements AutoCloseable {
    private final Path root;
    private final Set<Process> living = ConcurrentHashMap.newKeySet();
    private final Thread hook = new Thread(this::clear, "workspace");
    private boolean cleared;

    private Workspace(Path root) {
        this.root = root;
    }

    /** Makes a new directory below this one. */
    public static Workspace below(Path parent) throws IOException {
        Files.createDirectories(parent);
        Workspace workspace = new Workspace(Files.createTempDirectory(parent, "run-"));
        Runtime.getRuntime().addShutdownHook(workspace.hook);
        return workspace;
    }

    /** A new, empty directory. */
    public Path directory(String name) throws IOException {
        return Files.createTempDirectory(root, name.replaceAll("[^a-zA-Z0-9]", "") + "-");
    }

    /** A new directory with the same content, for a start that must not change the original. */
    public Path copyOf(Path original) throws IOException {
        Path copy = directory("copy");
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.skip(1).toList()) {
                Files.copy(file, copy.resolve(original.relativize(file)));
            }
        }
        return copy;
    }

    /** Removes a directory and everything in it. */
    public static void remove(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.deleteIfExists(file);
        }
    }

    /** The file system it lies on, for example {@code ext4}. */
    public String fileSystem() throws IOException {
        return Files.getFileStore(root).type();
    }

    /** Starts a process that this workspace answers for. */
    public synchronized Process start(ProcessBuilder builder) throws IOException {
        // An interrupt clears in another thread: what started after that would outlive the run.
        if (cleared) {
            throw new IOException("the run is ending");
        }
        Process process = builder.start();
        living.add(process);
        return process;
    }

    /** Whether it was closed or the run was interrupted: what fails now says nothing. */
    public synchronized boolean ended() {
        return cleared;
    }

    /** Runs a process to its end and returns what it printed. */
    public String run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = start(builder);
        process.getOutputStream().close();
        try {
            String out =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(
                        builder.command() + ": exit " + process.exitValue() + "\n" + out);
            }
            return out;
        } finally {
            end(process);
        }
    }

    /** Ends a process at once, and returns when it is gone. */
    public void end(Process process) {
        process.destroyForcibly();
        process.onExit().join();
        living.remove(process);
    }

    /** Ends what still runs and removes all directories. */
    @Override
    public void close() {
        clear();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private synchronized void clear() {
        cleared = true;
        living.forEach(this::end);
        try {
            if (Files.exists(root)) {
                remove(root);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
