package dev.millrace.it.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A server in a process of its own, with a folder of its own. Its port is picked here, so that it
 * is the same after a restart, as a user's port is.
 */
abstract class ServerProcess implements Server {
    private final String name;
    private final Duration startMax;
    private final Path folder;
    private final int port = Scratch.freePort();
    private final List<String> command;
    private Child child;

    /**
     * @param command the program and its arguments, by the port
     */
    ServerProcess(String name, Duration startMax, Path folder, IntFunction<List<String>> command) {
        this.name = name;
        this.startMax = startMax;
        this.folder = folder;
        this.command = command.apply(port);
        this.child = Child.start(this.command, folder);
    }

    /** Whether it serves, which is asked until it does or has ended. */
    abstract boolean isReady();

    /** Where it keeps its files: SAVE of Redis writes {@code dump.rdb} there. */
    public final Path folder() {
        return folder;
    }

    @Override
    public final int port() {
        return port;
    }

    @Override
    public final long pid() {
        return child.pid();
    }

    @Override
    public final void kill() {
        child.kill();
    }

    @Override
    public final int terminate() {
        return child.terminate();
    }

    @Override
    public final void start() {
        child = Child.start(command, folder);
        awaitReady();
    }

    /** Waits until it serves; fails with what it printed if it ends before. */
    final void awaitReady() {
        Await.until(
                () -> name + " is ready; it printed:\n" + child.printed(),
                startMax,
                () -> !child.alive() || isReady());
        if (!child.alive()) {
            throw new AssertionError(name + " ended at start:\n" + child.printed());
        }
    }

    @Override
    public final String printed() {
        return child.printed();
    }

    @Override
    public final boolean alive() {
        return child.alive();
    }

    @Override
    public final void close() {
        child.kill();
        Scratch.delete(folder);
    }
}
