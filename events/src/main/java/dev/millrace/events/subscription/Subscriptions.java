package dev.millrace.events.subscription;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.StreamName;
import dev.millrace.events.effect.Effects;
import dev.millrace.events.group.Group;
import dev.millrace.events.group.GroupForm;
import dev.millrace.events.group.GroupSettings;
import dev.millrace.events.state.State;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.memory.NativeBuffer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The persistent subscriptions of the room: one runs for every group of the state. On the room's
 * loop, under its lock.
 */
public final class Subscriptions {
    /** How often {@link #tick} is to be called: it is as exact as message timeouts are. */
    public static final long TICK_MILLIS = 1_000;

    /** An effect of numbers only takes no more. */
    static final long NUMBERS_BYTES = Effects.BYTES_MAX;

    private final Host host;
    private final Appender appender;
    private final NativeBuffer memory = new NativeBuffer(1024);
    private final Map<Integer, Subscription> running = new HashMap<>();

    public Subscriptions(Host host, Appender appender) {
        this.host = host;
        this.appender = appender;
    }

    private State state() {
        return host.store().state();
    }

    /** Runs what the state has. */
    public void start() {
        state().groups().all().forEach(this::run);
    }

    private void run(Group group) {
        running.put(group.number(), new Subscription(host, appender, memory, group));
    }

    private void close(int number) {
        Subscription was = running.remove(number);
        if (was != null) {
            was.close();
        }
    }

    /** Ends all of them: consumers have to come again. */
    public void stop() {
        List.copyOf(running.keySet()).forEach(this::close);
    }

    /** Ends all of them, and runs what the state has. */
    public void restart() {
        stop();
        start();
    }

    /** Message timeouts, and checkpoints that are due by time. */
    public void tick() {
        List.copyOf(running.values()).forEach(Subscription::tick);
    }

    /** True if there is nothing that time would change. */
    public boolean isEmpty() {
        return running.isEmpty();
    }

    // ---- Which there are

    public Optional<Subscription> find(Group.Key key) {
        return state().groups().find(key).map(this::of);
    }

    private Subscription of(Group group) {
        return Objects.requireNonNull(running.get(group.number()), "a group that does not run");
    }

    /** All of them: those of one stream together, in the order in which they were created. */
    public List<Subscription> all() {
        return state().groups().all().stream().map(this::of).toList();
    }

    // ---- Changes

    /**
     * Creates a group, or gives one that there is other settings: then its consumers have to come
     * again. Which events are wanted stays as it was, as in KurrentDB.
     *
     * @param again run when there may be space, if there is none at the moment
     */
    public Journal.Admission define(Group.Key key, GroupSettings settings, Runnable again) {
        Group group = group(key, settings);
        Journal.Admission admission = host.admit(GroupForm.bytesMax(group), again);
        if (admission == Journal.Admission.ADMITTED) {
            host.store().effects().defineGroup(group);
            close(group.number());
            run(state().groups().get(group.number()));
        }
        return admission;
    }

    private Group group(Group.Key key, GroupSettings settings) {
        Optional<Group> before = state().groups().find(key);
        int number = before.map(Group::number).orElse(state().groups().nextNumber());
        GroupSettings filtered =
                before.map(group -> settings.with(group.settings().filter())).orElse(settings);
        long from = settings.startFrom();
        if (from == GroupSettings.END) {
            // From here on, also if there is no checkpoint before the node starts again.
            from = end(key) + 1;
        }
        return new Group(number, key, filtered, from, Group.NONE, 0);
    }

    private long end(Group.Key key) {
        if (key.stream().equals(Group.ALL)) {
            return state().log().end();
        }
        StreamName name = StreamName.in(memory, key.stream());
        int stream = state().streams().find(name.address(), name.bytes());
        return stream < 0 ? -1 : state().streams().last(stream);
    }

    /**
     * Deletes the group of a subscription, and what it has parked.
     *
     * @param again run when there may be space, if there is none at the moment
     */
    public Journal.Admission delete(Subscription subscription, Runnable again) {
        int number = state().groups().find(subscription.key()).orElseThrow().number();
        Journal.Admission admission =
                host.admit(NUMBERS_BYTES + subscription.deletionCost(), again);
        if (admission == Journal.Admission.ADMITTED) {
            subscription.deleteParked();
            host.store().effects().dropGroup(number);
            close(number);
        }
        return admission;
    }
}
