package dev.millrace.registry.checkpoint;

import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.kernel.shard.LockedMachine;
import dev.millrace.registry.effect.Changes;
import dev.millrace.registry.effect.FormReader;
import dev.millrace.registry.state.State;

import java.util.concurrent.Executor;

/**
 * The registry as a state machine of a shard. Its state is a value, so a cut is a reference to it;
 * a thread of its own gives it to the checkpoint.
 */
public final class RegistryMachine extends LockedMachine {
    private final Executor cutter;
    private final FormReader in = new FormReader();
    private State state = State.EMPTY;

    public RegistryMachine() {
        this(RegistryMachine::onThread);
    }

    /**
     * @param cutter runs what gives a checkpoint its contents, and may wait for who writes it
     */
    public RegistryMachine(Executor cutter) {
        this.cutter = cutter;
    }

    /** Under the lock. */
    public State state() {
        return state;
    }

    /** Under the lock, by who writes the change to a record. */
    public void state(State changed) {
        state = changed;
    }

    @Override
    public int machine() {
        return Changes.machine();
    }

    @Override
    protected void replay(long address, int bytes) {
        in.read(address, bytes);
        while (in.hasMore()) {
            state = Changes.replayed(state, in);
        }
    }

    @Override
    protected void restore(long address, int bytes) {
        in.read(address, bytes);
        while (in.hasMore()) {
            state = Cut.restored(state, in);
        }
    }

    @Override
    public void cut(Checkpoint checkpoint) {
        cutter.execute(new Cut(state, checkpoint));
    }

    private static void onThread(Runnable cut) {
        Thread.ofPlatform().name("registry-checkpoint").daemon(true).start(cut);
    }
}
