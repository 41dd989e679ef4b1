package dev.millrace.events.checkpoint;

import dev.millrace.events.effect.Replay;
import dev.millrace.events.group.Group;
import dev.millrace.events.group.GroupForm;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.EventLog;
import dev.millrace.events.state.State;
import dev.millrace.events.stream.StreamsCut;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The state at one moment, on its way into a checkpoint. It is made under the lock; {@link #run}
 * takes it for one page of streams at a time.
 *
 * <pre>
 * STREAMS  streams (see {@link StreamsCut}), in the order of their numbers
 * FILE     name bytes varint | name
 * EVENTS   events (see {@link Event}), in the order of the log
 * GROUPS   groups of consumers, whole (see {@link GroupForm})
 * </pre>
 */
final class Cut implements Runnable {
    static final int STREAMS = 1;
    static final int FILE = 2;
    static final int EVENTS = 3;
    static final int GROUPS = 4;

    private final ReentrantLock lock;
    private final Checkpoint checkpoint;
    private final StreamsCut streams;
    private final Queue<EventLog.Image> segments;
    private final Queue<Group> groups;

    Cut(State state, ReentrantLock lock, Checkpoint checkpoint) {
        this.lock = lock;
        this.checkpoint = checkpoint;
        this.streams = state.streams().cut();
        this.segments = new ArrayDeque<>(state.log().images());
        this.groups = new ArrayDeque<>(state.groups().all());
    }

    @Override
    public void run() {
        String failure = "";
        try {
            giveAll();
        } catch (RuntimeException | Error failed) {
            failure = "events: " + failed;
        } catch (InterruptedException stopped) {
            failure = "the process stops";
        }
        // Before anybody is told that it is over: he may begin the next.
        end();
        if (failure.isEmpty()) {
            checkpoint.done();
        } else {
            checkpoint.abandon(failure);
        }
    }

    private void giveAll() throws InterruptedException {
        boolean more = true;
        while (more && !checkpoint.isAbandoned()) {
            more = giveStreams();
        }
        while (!segments.isEmpty() && !checkpoint.isAbandoned()) {
            give(segments.remove());
        }
        while (!groups.isEmpty() && !checkpoint.isAbandoned()) {
            giveGroups();
        }
    }

    private void end() {
        lock.lock();
        try {
            streams.end();
        } finally {
            lock.unlock();
        }
        segments.forEach(Cut::letGo);
    }

    private static void letGo(EventLog.Image image) {
        if (image instanceof EventLog.Image.InMemory memory) {
            memory.letGo().run();
        }
    }

    private boolean giveStreams() throws InterruptedException {
        Checkpoint.Block block = checkpoint.takeWaiting();
        block.buffer().putByte(STREAMS);
        boolean more;
        lock.lock();
        try {
            more = streams.hasMore();
            if (more) {
                streams.give(block.buffer());
            }
        } finally {
            lock.unlock();
        }
        checkpoint.give(Replay.machine(), block);
        return more;
    }

    private void giveGroups() throws InterruptedException {
        Checkpoint.Block block = checkpoint.takeWaiting();
        NativeBuffer out = block.buffer();
        out.putByte(GROUPS);
        while (!groups.isEmpty() && out.length() < Checkpoint.BLOCK_BYTES / 2) {
            GroupForm.putWhole(out, groups.remove());
        }
        checkpoint.give(Replay.machine(), block);
    }

    private void give(EventLog.Image image) throws InterruptedException {
        switch (image) {
            case EventLog.Image.InFile(String file) -> give(file);
            case EventLog.Image.InMemory memory -> {
                try {
                    give(memory);
                } finally {
                    letGo(memory);
                }
            }
        }
    }

    private void give(String file) throws InterruptedException {
        byte[] name = file.getBytes(StandardCharsets.UTF_8);
        Checkpoint.Block block = checkpoint.takeWaiting();
        block.buffer().putByte(FILE);
        block.buffer().putVarint(name.length);
        block.buffer().put(name);
        checkpoint.give(Replay.machine(), block);
    }

    private void give(EventLog.Image.InMemory memory) throws InterruptedException {
        long at = memory.address();
        long end = at + memory.bytes();
        while (at < end) {
            Checkpoint.Block block = checkpoint.takeWaiting();
            block.buffer().putByte(EVENTS);
            long from = at;
            do {
                at += Event.bytes(at);
            } while (at < end && at - from + Event.bytes(at) < Checkpoint.BLOCK_BYTES);
            block.buffer().put(from, at - from);
            checkpoint.give(Replay.machine(), block);
        }
    }
}
