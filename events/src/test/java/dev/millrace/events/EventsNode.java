package dev.millrace.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.append.Plan;
import dev.millrace.events.append.StreamName;
import dev.millrace.events.checkpoint.EventsMachine;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.EventLog;
import dev.millrace.events.log.Pace;
import dev.millrace.events.read.StreamView;
import dev.millrace.events.state.State;
import dev.millrace.events.store.Store;
import dev.millrace.kernel.MovedClock;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Checkpoints;
import dev.millrace.kernel.shard.Shard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** An event store on fake disks, that can be killed and started again. */
final class EventsNode implements EventLog.Listener, AutoCloseable {
    private static final SegmentJournal.Options SMALL = new SegmentJournal.Options(2 << 20, 3);
    private static final int SEGMENT_BYTES = 4_096;

    /** What a test appends. */
    record Written(UUID id, String type, String meta, String data) {}

    private final FakeDisk journalDisk = new FakeDisk();
    private final FakeDisk snapshots = new FakeDisk();
    private final FakeDisk files = new FakeDisk();
    private final long memoryBytes;
    private boolean projecting;
    private Pace pace = Pace.FREE;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Throwable> broken = new ArrayList<>();
    private final MovedClock clock = new MovedClock(1_000_000_000);
    private final NativeBuffer scratch = new NativeBuffer(1024);
    private EventsMachine machine;
    private Shard shard;
    private Store store;
    private Appender appender;

    EventsNode(long memoryBytes) throws IOException {
        this(memoryBytes, true);
    }

    EventsNode(long memoryBytes, boolean projecting) throws IOException {
        this.projecting = projecting;
        this.memoryBytes = memoryBytes;
        this.machine = new EventsMachine(files, memoryBytes, SEGMENT_BYTES, projecting);
        this.shard = open();
        this.store = serve();
        this.appender = new Appender(store);
    }

    private Shard open() throws IOException {
        return Shard.open(
                journalDisk, snapshots, SMALL, List.of(machine), Clock.systemUTC(), new Random(1));
    }

    private Store serve() throws IOException {
        Pace paced = (bytes, waits) -> pace.passed(bytes, waits);
        machine.serve(new EventLog.Workers(tasks::add, tasks::add, tasks::add, paced), this);
        return new Store(
                machine.lock(),
                machine.state(),
                shard.journal(),
                clock,
                (what, cause) -> new FailStop.Stopped(what, cause));
    }

    /** Files are made anew at this pace. */
    void pace(Pace wanted) {
        pace = wanted;
    }

    /** From the next start on there are derived streams, or none. */
    void projecting(boolean derived) {
        projecting = derived;
    }

    /** True if there are derived streams now. */
    boolean isProjecting() {
        return state().streams().derives();
    }

    /** Killed, and started again. */
    void restart() throws IOException {
        tasks.clear();
        machine.close();
        machine = new EventsMachine(files, memoryBytes, SEGMENT_BYTES, projecting);
        shard = open();
        store = serve();
        appender = new Appender(store);
    }

    /** Everything was synced to the journal before. */
    void powerCut(Random random) throws IOException {
        shard.journal().sync();
        journalDisk.powerCut(random);
        snapshots.powerCut(random);
        files.powerCut(random);
        restart();
    }

    boolean checkpoint() throws InterruptedException {
        return Checkpoints.take(shard);
    }

    /** Reads and writes files that were asked for. */
    void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    boolean hasTasks() {
        return !tasks.isEmpty();
    }

    Store store() {
        return store;
    }

    State state() {
        return machine.state();
    }

    List<Throwable> broken() {
        return broken;
    }

    MovedClock clock() {
        return clock;
    }

    /** Makes changes as one record. */
    void change(long bytes, Runnable changes) {
        store.lock();
        try {
            admit(bytes);
            changes.run();
            store.commit();
        } finally {
            store.unlock();
        }
    }

    /** Within a change: sets space aside for more. */
    Journal.Admission admit(long bytes) {
        while (store.admit(bytes) != Journal.Admission.ADMITTED) {
            assertEquals(Journal.State.OPEN, store.journal().state());
            shard.segments().prepareSpace();
        }
        return Journal.Admission.ADMITTED;
    }

    /** Appends as a client would; what must be looked up in a file is. */
    Outcome append(String stream, long expected, List<Written> events) {
        NativeBuffer memory = new NativeBuffer(1024);
        try {
            byte[] name = stream.getBytes(StandardCharsets.UTF_8);
            memory.room(name.length + bytes(events));
            StreamName named = new StreamName(memory.address(), name.length);
            memory.put(name);
            List<Event.Draft> drafts = events.stream().map(event -> draft(memory, event)).toList();
            Outcome[] outcome = {new Outcome.Loading()};
            Runnable again = () -> {};
            while (outcome[0] instanceof Outcome.Loading) {
                runTasks();
                change(
                        Appender.cost(named, drafts),
                        () -> outcome[0] = attempt(named, expected, drafts, again));
            }
            return outcome[0];
        } finally {
            memory.free();
        }
    }

    /** Appends as a part of a record that another room writes, which has all of these. */
    void appendElsewhere(List<Wanted> all) {
        RecordWriter record = new RecordWriter();
        Journal.Grant grant = new Journal.Grant();
        NativeBuffer memory = new NativeBuffer(1 << 16);
        NativeBuffer name = new NativeBuffer(256);
        assertTrue(store.join(record));
        try {
            while (store.journal().admit(grant, 1 << 18) != Journal.Admission.ADMITTED) {
                shard.segments().prepareSpace();
            }
            for (Wanted one : all) {
                StreamName named = StreamName.in(name, one.stream);
                Outcome.Done _ = appender.append(named, List.of(draft(memory, one.event)));
            }
            store.leave(store.journal().append(record, grant, clock.millis()));
        } finally {
            memory.free();
            name.free();
        }
    }

    private Outcome attempt(
            StreamName name, long expected, List<Event.Draft> drafts, Runnable again) {
        Outcome checked = appender.check(name, expected, drafts, again);
        return checked instanceof Outcome.Done done && done.position() == 0
                ? appender.append(name, drafts)
                : checked;
    }

    private static long bytes(List<Written> events) {
        return events.stream()
                .mapToLong(
                        event ->
                                4L
                                        * (event.type.length()
                                                + event.meta.length()
                                                + event.data.length()))
                .sum();
    }

    private Event.Draft draft(NativeBuffer memory, Written event) {
        long at = memory.address() + memory.length();
        byte[] type = event.type.getBytes(StandardCharsets.UTF_8);
        byte[] meta = event.meta.getBytes(StandardCharsets.UTF_8);
        byte[] data = event.data.getBytes(StandardCharsets.UTF_8);
        memory.put(type);
        memory.put(meta);
        memory.put(data);
        return new Event.Draft(
                event.id.getMostSignificantBits(),
                event.id.getLeastSignificantBits(),
                clock.millis() * 10_000,
                Event.JSON,
                at,
                type.length,
                at + type.length,
                meta.length,
                at + type.length + meta.length,
                data.length);
    }

    /** What somebody wants to append to a stream. */
    record Wanted(String stream, long expected, Written event) {}

    /** Plans appends, one behind the other, and changes nothing. */
    List<Outcome> plan(List<Wanted> all) {
        Plan plan = new Plan(store);
        List<Outcome> planned = new ArrayList<>();
        NativeBuffer memory = new NativeBuffer(1 << 16);
        NativeBuffer name = new NativeBuffer(256);
        store.lock();
        try {
            plan.begin();
            for (Wanted one : all) {
                planned.add(
                        plan.add(
                                StreamName.in(name, one.stream),
                                one.expected,
                                draft(memory, one.event)));
            }
        } finally {
            store.unlock();
            memory.free();
            name.free();
        }
        return planned;
    }

    /** Deletes a stream, for good or not. */
    Outcome delete(String stream, boolean forGood) {
        Outcome[] outcome = new Outcome[1];
        change(
                1 << 18,
                () -> {
                    StreamName name = StreamName.in(scratch, stream);
                    Outcome checked = appender.check(name, -2, List.of(), () -> {});
                    boolean free = checked instanceof Outcome.Done;
                    outcome[0] =
                            !free
                                    ? checked
                                    : forGood ? appender.tombstone(name) : appender.delete(name);
                });
        return outcome[0];
    }

    /** Begins a scavenge, which goes on in tasks. */
    boolean scavenge() {
        store.lock();
        try {
            return state().log()
                    .scavenge(stream -> StreamView.kept(state(), stream, clock.millis()));
        } finally {
            store.unlock();
        }
    }

    /** A checkpoint that has no room; what it would cover is as before. */
    boolean checkpointWithoutRoom() throws InterruptedException {
        snapshots.capacity(snapshots.usedBytes());
        boolean whole = checkpoint();
        snapshots.capacity(Long.MAX_VALUE);
        return whole;
    }

    /** Opens the newest checkpoint, and closes it: what waited for that is let go of. */
    void lookAtCheckpoint() throws IOException {
        shard.openNewest().orElseThrow().close();
    }

    FakeDisk files() {
        return files;
    }

    /** A byte of the first event of the first file is another. */
    void damageFirstFile() {
        String first = files.list().stream().sorted().findFirst().orElseThrow();
        files.flip(first, Event.HEADER_BYTES + 3);
    }

    /** A stream's number, or -1. */
    int find(String stream) {
        StreamName name = StreamName.in(scratch, stream);
        return state().streams().find(name.address(), name.bytes());
    }

    /** Lets go of what a process would lose with its end. */
    @Override
    public void close() throws IOException {
        machine.close();
    }

    @Override
    public void broken(Throwable failure) {
        broken.add(failure);
    }

    @Override
    public void unwritable(IOException failure) {
        broken.add(failure);
    }

    @Override
    public void uncompacted(IOException failure) {
        broken.add(failure);
    }
}
