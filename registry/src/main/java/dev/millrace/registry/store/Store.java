package dev.millrace.registry.store;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.room.RoomStore;
import dev.millrace.registry.checkpoint.RegistryMachine;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.Changes;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Topic;

import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Set;

/** The registry's state and its journal, as those who change it see them. */
public final class Store extends RoomStore {
    /** What a change takes of a record beside its own bytes, at most. */
    private static final long RECORD_BYTES = 16;

    private final RegistryMachine machine;
    private final NativeBuffer measured = new NativeBuffer(4096);
    private RecordWriter target = record();
    private Set<Topic> touched = new LinkedHashSet<>();

    /** The index of the changes that are not committed; 0: there are none. */
    private long open;

    public Store(RegistryMachine machine, Journal journal, Clock clock, FailStop failStop) {
        super(machine.lock(), journal, clock, failStop, "a change of the registry");
        this.machine = machine;
    }

    @Override
    protected void into(RecordWriter other) {
        target = other;
    }

    @Override
    protected void appended(long at) {
        open = 0;
    }

    /** The state with all changes, also those that are not committed. Under the lock. */
    public State state() {
        return machine.state();
    }

    /** What a change takes of a record, in bytes. */
    public long bytes(Change change) {
        measured.shrink();
        Changes.write(measured, Long.MAX_VALUE, change);
        return measured.length() + RECORD_BYTES;
    }

    /** Makes a change. All of one record have one index. Under the lock, with space set aside. */
    public void make(Change change) {
        if (open == 0) {
            open = state().index() + 1;
        }
        State after = change.on(state(), open, touched::add).at(open);
        Changes.write(target.part(Changes.machine()), open, change);
        machine.state(after);
    }

    /** What was touched since this was asked last. Under the lock. */
    public Set<Topic> takeTouched() {
        Set<Topic> all = touched;
        if (!all.isEmpty()) {
            touched = new LinkedHashSet<>();
        }
        return all;
    }
}
