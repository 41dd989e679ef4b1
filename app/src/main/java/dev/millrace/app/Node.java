package dev.millrace.app;

import dev.millrace.kernel.admin.AdminRoutes;
import dev.millrace.kernel.admin.Health;
import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.guard.DenyList;
import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.guard.Refusal;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.metrics.Metrics;
import dev.millrace.kernel.net.Listener;
import dev.millrace.kernel.net.Network;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * One running process, or one running node inside a test: rooms on one data directory.
 *
 * <pre>
 *   start    own DATA/lock, network, rooms in order         any failure: what was started is stopped
 *   serve    rooms work on their event loops                nothing happens here
 *   stop     rooms hand over, listeners stop accepting,     each step is tried whatever the one
 *            rooms settle, connections drain, rooms stop    before it said; the first failure is
 *            (last first), loops end, DATA/lock is given    thrown at the end
 *            back
 * </pre>
 *
 * <p>Started and stopped by one thread.
 */
final class Node {
    private static final Duration DRAIN_MAX = Duration.ofSeconds(5);

    private final DataFolder data;
    private final Log log;
    private final RoomContext context;
    private final Deque<Room> started = new ArrayDeque<>();

    private Node(DataFolder data, Log log, RoomContext context) {
        this.data = data;
        this.log = log;
        this.context = context;
    }

    /** Every setting of the kernel and of these rooms. */
    static List<Setting<?>> settings(List<Room> rooms) {
        List<Setting<?>> all = new ArrayList<>();
        all.addAll(Network.settings());
        all.addAll(Guard.settings());
        rooms.forEach(room -> all.addAll(room.settings()));
        return all;
    }

    /** Starts the rooms in their order; when this returns they serve. */
    static Node start(List<Room> rooms, Settings settings, Path folder, Log log)
            throws BadSettings, IOException, InterruptedException {
        Guard guard = new Guard(settings, new DenyList(System::nanoTime));
        Network network = new Network(settings, guard);
        DataFolder data = DataFolder.open(folder);
        Node node =
                new Node(
                        data,
                        log,
                        new RoomContext(
                                settings,
                                log,
                                network,
                                guard,
                                new Metrics(),
                                new Health(),
                                new AdminRoutes(),
                                FailStop.halting(log),
                                data.path()));
        try {
            node.start(rooms);
            return node;
        } catch (BadSettings | IOException | InterruptedException | RuntimeException failure) {
            node.stopAfter(failure);
            throw failure;
        }
    }

    /** Every bound address, in the order of binding. */
    List<Listener> listeners() {
        return context.network().listeners();
    }

    /** As a line for the operator: which transport carries the bytes. */
    String transport() {
        return context.network().transport().name().toLowerCase(Locale.ROOT);
    }

    private void start(List<Room> rooms) throws BadSettings, IOException, InterruptedException {
        declareMetrics();
        context.health().unready(Health.NODE, "starting");
        for (Room room : rooms) {
            started.push(room);
            room.start(context.in(room));
        }
        context.health().ready(Health.NODE);
    }

    private void declareMetrics() {
        Guard guard = context.guard();
        context.metrics().gauge("connections", "open connections", guard::connections);
        for (Refusal reason : Refusal.values()) {
            context.metrics()
                    .counter(
                            "guard.refused",
                            "connections turned away or dropped",
                            () -> guard.refusals(reason),
                            "reason",
                            reason.name().toLowerCase(Locale.ROOT));
        }
    }

    /** Takes every step of a stop; once. */
    void stop() throws IOException, InterruptedException {
        context.health().unready(Health.NODE, "stopping");
        Shutdown shutdown = new Shutdown(log);
        for (Room room : started) {
            shutdown.step("hand over " + room.name(), room::handOver);
        }
        for (Listener listener : listeners()) {
            shutdown.step("stop accepting", listener::stopAccepting);
        }
        for (Room room : started) {
            shutdown.step("settle " + room.name(), room::settle);
        }
        for (Listener listener : listeners()) {
            shutdown.step("drain " + listener.address(), () -> listener.drain(DRAIN_MAX));
        }
        while (!started.isEmpty()) {
            Room room = started.pop();
            shutdown.step("stop " + room.name(), room::stop);
        }
        shutdown.step("close the network", context.network()::close);
        shutdown.step("give back the data directory", data::close);
        shutdown.throwIfFailed();
    }

    private void stopAfter(Exception failure) {
        try {
            stop();
        } catch (IOException another) {
            failure.addSuppressed(another);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
