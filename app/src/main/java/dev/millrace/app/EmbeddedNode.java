package dev.millrace.app;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.config.Settings.Sources;
import dev.millrace.kernel.discovery.Services;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.Room;
import dev.millrace.kv.embedded.Block;
import dev.millrace.kv.server.KvRoom;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A node inside another program's JVM, as in its tests: every room on free ports of the loopback
 * address, unless the settings say otherwise. A node whose state and log are no longer the same
 * ends the JVM ({@link dev.millrace.kernel.room.FailStop}), as it would end its process.
 *
 * <pre>{@code
 * try (EmbeddedNode node = EmbeddedNode.start(folder, Map.of())) {
 *     node.begin().command("SET", "order:1", "paid").publish("orders", body).commit().get();
 *     Jedis redis = new Jedis("127.0.0.1", node.port("kv.resp.port"));
 * }
 * }</pre>
 */
public final class EmbeddedNode implements AutoCloseable {
    private final Node node;
    private final KvRoom kv;
    private final Services services;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedNode(Node node, KvRoom kv, Services services) {
        this.node = node;
        this.kv = kv;
        this.services = services;
    }

    /**
     * Starts one; when this returns it serves.
     *
     * @param data the data directory, which is its own while it runs
     * @param settings by key, as in {@code --set}
     * @throws IllegalArgumentException for settings that are none
     * @throws IOException if a file or a socket fails
     */
    public static EmbeddedNode start(Path data, Map<String, String> settings)
            throws IOException, InterruptedException {
        Rooms rooms = Rooms.ofThisBuild();
        List<String> assignments = new ArrayList<>();
        for (Setting<?> setting : Node.settings(rooms.all())) {
            if (setting.key().endsWith(".port")) {
                assignments.add(setting.key() + "=0");
            }
        }
        settings.forEach((key, value) -> assignments.add(key + "=" + value));
        try {
            Settings all =
                    Settings.read(
                            Node.settings(rooms.all()),
                            Sources.of(assignments.toArray(String[]::new)));
            // SHUTDOWN ends the node, and not the program around it.
            CompletableFuture<EmbeddedNode> started = new CompletableFuture<>();
            KvRoom kv = kv(rooms).onShutdown(() -> started.thenAcceptAsync(EmbeddedNode::end));
            Node node = Node.start(rooms.all(), all, data, Log.silent());
            EmbeddedNode embedded = new EmbeddedNode(node, kv, rooms.services());
            started.complete(embedded);
            return embedded;
        } catch (BadSettings bad) {
            throw new IllegalArgumentException(bad.getMessage(), bad);
        }
    }

    private static KvRoom kv(Rooms rooms) {
        for (Room room : rooms.others()) {
            if (room instanceof KvRoom kv) {
                return kv;
            }
        }
        throw new AssertionError("a build without kv");
    }

    /** Finds the healthy instances of services that are registered here. */
    public Services services() {
        return services;
    }

    /** Begins a block of changes in any rooms that happen wholly or not at all. */
    public Block begin() {
        return kv.begin();
    }

    /**
     * Where it listens.
     *
     * @param setting the key of the port's setting, as {@code kv.resp.port}
     */
    public int port(String setting) {
        return node.listeners().stream()
                .filter(listener -> listener.endpoint().place().key().equals(setting))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        setting
                                                + ": nothing listens there (expected: a port's key)"))
                .port();
    }

    private void end() {
        try {
            close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Stops it in order: what was acknowledged is in the data directory, and a Redis that follows
     * has {@code shutdown-timeout} to get it. A script that goes on for ever is ended, and nothing
     * of what it has changed is kept. Twice is quiet.
     *
     * @throws IOException if a file or a loop does not come to its end
     */
    @Override
    public void close() throws IOException {
        if (closed.getAndSet(true)) {
            return;
        }
        try {
            node.stop();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
