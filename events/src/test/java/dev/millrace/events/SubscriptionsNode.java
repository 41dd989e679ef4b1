package dev.millrace.events;

import dev.millrace.events.append.Appender;
import dev.millrace.events.store.Store;
import dev.millrace.events.subscription.Host;
import dev.millrace.events.subscription.Subscriptions;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.log.Log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Persistent subscriptions of a node that can be killed, without a loop: {@link #settle}. */
final class SubscriptionsNode implements Host, AutoCloseable {
    private final EventsNode node;
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    private final Set<Runnable> atHead = new LinkedHashSet<>();
    private long visible;
    private boolean full;
    private Subscriptions subscriptions;

    SubscriptionsNode(long memoryBytes) throws IOException {
        node = new EventsNode(memoryBytes);
        subscriptions = serve();
    }

    private Subscriptions serve() {
        soon.clear();
        atHead.clear();
        visible = node.state().log().end();
        Subscriptions made = new Subscriptions(this, new Appender(node.store()));
        change(made::start);
        return made;
    }

    EventsNode node() {
        return node;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    void restart() throws IOException {
        letGo();
        node.restart();
        subscriptions = serve();
    }

    void powerCut(Random random) throws IOException {
        letGo();
        node.powerCut(random);
        subscriptions = serve();
    }

    /** From now on the journal takes nothing, or takes it again. */
    void full(boolean isFull) {
        full = isFull;
    }

    /** Makes changes, which are a record of their own. */
    void change(Runnable changes) {
        node.change(0, changes);
    }

    /** Runs all that waits for a turn, for a file or for more to be seen. */
    void settle() {
        do {
            node.runTasks();
            while (!soon.isEmpty()) {
                change(soon.remove());
            }
            long end = node.state().log().end();
            if (end > visible) {
                visible = end;
                soon.addAll(atHead);
                atHead.clear();
            }
        } while (!soon.isEmpty() || node.hasTasks());
    }

    @Override
    public Store store() {
        return node.store();
    }

    @Override
    public long visible() {
        return visible;
    }

    @Override
    public long nowMillis() {
        return node.clock().millis();
    }

    @Override
    public Journal.Admission admit(long bytes, Runnable again) {
        return full ? Journal.Admission.REFUSED : node.admit(bytes);
    }

    @Override
    public void whenMore(Runnable then) {
        atHead.add(then);
    }

    @Override
    public void forget(Runnable then) {
        atHead.remove(then);
    }

    @Override
    public void soon(Runnable then) {
        soon.add(then);
    }

    @Override
    public Log log() {
        return Log.silent();
    }

    /** What went wrong with files. */
    List<Throwable> broken() {
        return node.broken();
    }

    /** Of what a process would lose with its end. */
    private void letGo() {
        change(subscriptions::stop);
    }

    @Override
    public void close() throws IOException {
        letGo();
        node.close();
    }
}
