package dev.millrace.registry.server;

import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.RoomLoop;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.session.Invalidation;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Topic;
import dev.millrace.registry.store.Store;

import io.netty.channel.SingleThreadEventLoop;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The event loop of the registry, on which everything is changed and HTTP is served. What is to be
 * seen is a state of the past: the last one that is durable as the room's policy has it, so nobody
 * reads what a power cut could take. It may be read from any thread.
 */
public final class RegistryLoop extends RoomLoop<Store> {
    /** Is told of changes when they are durable, in their order. */
    @FunctionalInterface
    public interface Observer {
        void made(Change change, State after);
    }

    private final Watchers watchers = new Watchers();
    private final List<Observer> observers = new ArrayList<>();
    private List<Change> open = new ArrayList<>();
    private List<Change> made = new ArrayList<>();
    private Set<Topic> touched = new LinkedHashSet<>();
    private State after;
    private volatile State visible;

    /**
     * @param waitsForDisk whether answers wait until the medium has what they depend on
     */
    public RegistryLoop(SingleThreadEventLoop loop, Store store, boolean waitsForDisk, Log log) {
        super(loop, store, waitsForDisk, log);
        this.after = store.state();
        this.visible = after;
    }

    /** What is to be seen now; from any thread. */
    public State visible() {
        return visible;
    }

    /** Who waits for a change; on the loop. */
    public Watchers watchers() {
        return watchers;
    }

    /** On the loop. */
    public void observe(Observer observer) {
        observers.add(observer);
    }

    /** Makes changes, within {@link #change}, with space set aside for them. */
    public void make(List<Change> changes) {
        for (Change change : changes) {
            store().make(change);
            open.add(change);
        }
    }

    /** Changes with all that follows from them, to be made together. Under the lock. */
    public List<Change> whole(List<Change> changes) {
        return Invalidation.with(store().state(), changes, nowMillis());
    }

    /** Bytes that changes take, to be set aside. */
    public long bytes(List<Change> changes) {
        return changes.stream().mapToLong(store()::bytes).sum();
    }

    /**
     * Makes changes that nobody waits for; they are tried again for as long as the disk is full.
     *
     * @param changes made anew each time it is tried, of the state as it is then
     */
    public void makeOrRetry(Planning changes) {
        change(
                () -> {
                    List<Change> planned = whole(changes.of(store().state()));
                    if (!planned.isEmpty()
                            && admitOrRetry(bytes(planned), () -> makeOrRetry(changes))) {
                        make(planned);
                    }
                });
    }

    /** Says what is to be changed of a state. */
    @FunctionalInterface
    public interface Planning {
        List<Change> of(State state);
    }

    @Override
    protected void committed() {
        after = store().state();
        if (!open.isEmpty()) {
            // What a change that failed half way has made is not shown yet.
            made.addAll(open);
            touched.addAll(store().takeTouched());
            open = new ArrayList<>();
        }
    }

    @Override
    protected void unlocked() {
        if (!made.isEmpty()) {
            List<Change> all = made;
            State shown = after;
            Set<Topic> topics = touched;
            made = new ArrayList<>();
            touched = new LinkedHashSet<>();
            // Before the answers: who has one sees what he has written.
            await(() -> show(all, shown, topics));
        }
    }

    private void show(List<Change> all, State shown, Set<Topic> topics) {
        visible = shown;
        for (Observer observer : observers) {
            all.forEach(change -> observer.made(change, shown));
        }
        watchers.touched(topics);
    }
}
