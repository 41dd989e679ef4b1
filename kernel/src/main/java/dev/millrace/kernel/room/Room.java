package dev.millrace.kernel.room;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;

import java.io.IOException;
import java.util.List;

/**
 * One part of the house that can be started: a protocol with its state. The process that assembles
 * rooms calls, from one thread and in this order: {@link #settings} of all rooms, started or not;
 * {@link #start}; later {@link #handOver}; after every listener stopped accepting, {@link #settle};
 * after every connection was closed, {@link #stop}, the last started first.
 */
public interface Room {
    /** As in {@code --only}, in log lines and as the first word of its settings' keys. */
    String name();

    /** Every setting it reads. Asked of rooms that are not started, too. */
    List<Setting<?>> settings();

    /**
     * Brings its state up to date, then listens through {@link RoomContext#network}; when it
     * returns the room serves.
     *
     * @throws BadSettings when two settings are at odds, or what they name is not there
     * @throws IOException when a file or socket fails; the process does not start then
     */
    void start(RoomContext context) throws BadSettings, IOException, InterruptedException;

    /**
     * The node is to end: whatever other servers are to have of this one, they are given now,
     * within a limit. Clients still come, and are served as far as that allows.
     */
    default void handOver() throws InterruptedException {}

    /**
     * Nobody new comes in; answer what is being worked on. What is written before this returns
     * reaches its client before the connection is closed.
     */
    default void settle() throws InterruptedException {}

    /**
     * Flushes and lets go of everything. Called once for a room whose {@link #start} was called,
     * also when that threw.
     */
    void stop() throws IOException, InterruptedException;
}
