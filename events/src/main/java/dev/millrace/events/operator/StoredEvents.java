package dev.millrace.events.operator;

import dev.millrace.events.append.StreamName;
import dev.millrace.events.checkpoint.EventsMachine;
import dev.millrace.events.log.AllCursor;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.EventLog;
import dev.millrace.events.log.EventTaker;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.read.StreamView;
import dev.millrace.events.state.State;
import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kernel.shard.StateMachine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The events in a data directory that no node has open: its newest checkpoint, and what the journal
 * has behind it, are brought into memory; what lies in files is read there. One thread.
 */
public final class StoredEvents implements AutoCloseable {
    private static final String ALL = "$all";
    private static final long MEMORY_BYTES = 32 << 20;
    private static final int MACHINES_MAX = 255;

    /** What other rooms wrote is passed over. */
    private record Passed(int machine) implements StateMachine {
        @Override
        public void apply(long address, int bytes) {
            // Another room's.
        }

        @Override
        public void load(long address, int bytes) {
            // Another room's.
        }

        @Override
        public void freeze() {
            throw new UnsupportedOperationException("nothing is saved");
        }

        @Override
        public void thaw() {
            throw new UnsupportedOperationException("nothing is saved");
        }

        @Override
        public void cut(Checkpoint checkpoint) {
            throw new UnsupportedOperationException("nothing is saved");
        }
    }

    private final DataFolder folder;
    private final EventsMachine machine;
    private final Shard shard;
    private final String stream;
    private final Clock clock;

    private StoredEvents(
            DataFolder folder, EventsMachine machine, Shard shard, String stream, Clock clock) {
        this.folder = folder;
        this.machine = machine;
        this.shard = shard;
        this.stream = stream;
        this.clock = clock;
    }

    /**
     * Opens a data directory for one stream, or {@code $all}; derived streams are there if it is
     * one.
     *
     * @throws NoSuchFileException if there is none
     * @throws dev.millrace.kernel.data.DataInUse if a node runs on it
     * @throws dev.millrace.kernel.journal.CorruptJournalException if it is damaged
     */
    public static StoredEvents open(Path data, String stream, Clock clock) throws IOException {
        if (!Files.exists(data.resolve("journal"))) {
            throw new NoSuchFileException(data + ": no data directory");
        }
        DataFolder folder = DataFolder.open(data);
        boolean opened = false;
        try {
            EventsMachine machine =
                    new EventsMachine(
                            new FileDisk(ShardRoom.bodies(folder.path()).resolve("events")),
                            MEMORY_BYTES,
                            EventLog.SEGMENT_BYTES,
                            isDerived(stream));
            Shard shard =
                    Shard.open(
                            new FileDisk(folder.path().resolve("journal")),
                            new FileDisk(folder.path().resolve("snapshot")),
                            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1),
                            machines(machine),
                            clock,
                            new SecureRandom());
            opened = true;
            return new StoredEvents(folder, machine, shard, stream, clock);
        } finally {
            if (!opened) {
                folder.close();
            }
        }
    }

    private static boolean isDerived(String stream) {
        NativeBuffer copy = new NativeBuffer(256);
        try {
            StreamName name = StreamName.in(copy, stream);
            return State.isDerivedName(name.address(), name.bytes());
        } finally {
            copy.free();
        }
    }

    private static List<StateMachine> machines(EventsMachine machine) {
        List<StateMachine> all = new ArrayList<>();
        all.add(machine);
        for (int number = 1; number <= MACHINES_MAX; number++) {
            if (number != machine.machine()) {
                all.add(new Passed(number));
            }
        }
        return all;
    }

    /**
     * Gives events as lines, each with its end (see {@link EventLine}), the oldest first.
     *
     * @param from the first revision, or position
     * @param line takes one; false: no more
     * @return false if there is no such stream, or nothing of it is to be seen
     */
    public boolean replay(long from, Predicate<String> line) {
        State state = machine.state();
        EventTaker taker = event -> line.test(EventLine.of(state.streams(), event) + "\n");
        if (stream.equals(ALL)) {
            replayAll(Math.max(1, from), taker);
            return true;
        }
        NativeBuffer copy = new NativeBuffer(256);
        try {
            StreamName name = StreamName.in(copy, stream);
            return replayStream(state.streams().find(name.address(), name.bytes()), from, taker);
        } finally {
            copy.free();
        }
    }

    private void replayAll(long from, EventTaker taker) {
        EventLog log = machine.state().log();
        try (AllCursor cursor = log.readAll(from, true, () -> {})) {
            Cursor.Step step;
            do {
                step = cursor.read(log.end(), taker);
            } while (step == Cursor.Step.LOADING);
        }
    }

    private boolean replayStream(int number, long from, EventTaker taker) {
        State state = machine.state();
        StreamView view = StreamView.of(state, number, clock.millis());
        if (view.isNone() || state.streams().isTombstoned(number)) {
            return false;
        }
        try (StreamCursor cursor = state.log().read(number, from, true, () -> {})) {
            Cursor.Step step;
            do {
                step =
                        cursor.read(
                                view.first(),
                                view.last(),
                                state.log().end(),
                                event -> !view.isYoung(event) || taker.take(event));
            } while (step == Cursor.Step.LOADING);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        try (folder) {
            shard.journal().close();
            machine.close();
        }
    }
}
