package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.resp.Request;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A script or a function that runs: who sees it are the loop it runs on, and, on any thread, who
 * wants to end it or to know of it.
 */
public final class RunningScript {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /**
     * Who has written cannot be killed, and who is killed does not write: it is decided once. Only
     * when the node ends without it what it has written does not count any more.
     */
    private enum Fate {
        OPEN,
        WRITTEN,
        KILLED,
        GIVEN_UP
    }

    private final Session caller;
    private final Command caused;
    private final Request request;
    private final String name;
    private final boolean isFunction;
    private final boolean readOnly;
    private final boolean allowsOom;
    private final boolean allowsSlots;
    private int slot;
    private final long startNanos = System.nanoTime();
    private final AtomicReference<Fate> fate = new AtomicReference<>(Fate.OPEN);
    private final Queue<Runnable> errands = new ArrayDeque<>();
    private boolean ended;
    private volatile boolean busy;
    private volatile boolean unwanted;
    private volatile List<byte[]> command = List.of();

    /**
     * Begins one.
     *
     * @param caused by this command
     * @param request which was given so
     * @param name of a script the SHA-1
     * @param readOnly it must not change anything
     * @param allowsOom its commands may take memory when there is none left
     * @param allowsSlots in a cluster, its commands may have keys of different slots
     */
    public RunningScript(
            Session caller,
            Command caused,
            Request request,
            String name,
            boolean isFunction,
            boolean readOnly,
            boolean allowsOom,
            boolean allowsSlots) {
        this.caller = caller;
        this.caused = caused;
        this.request = request;
        this.name = name;
        this.isFunction = isFunction;
        this.readOnly = readOnly;
        this.allowsOom = allowsOom;
        this.allowsSlots = allowsSlots;
        this.slot = caller.slot();
    }

    public Session caller() {
        return caller;
    }

    Command caused() {
        return caused;
    }

    /** On its lane. */
    Request request() {
        return request;
    }

    public String name() {
        return name;
    }

    public boolean isFunction() {
        return isFunction;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    boolean allowsOom() {
        return allowsOom;
    }

    /**
     * Whether a command of it may have keys of a slot, in a cluster; from there on others may not
     * have those of another.
     */
    boolean mayUse(int wanted) {
        if (allowsSlots || wanted == OneSlot.NONE) {
            return true;
        }
        if (slot == OneSlot.NONE) {
            slot = wanted;
        }
        return slot == wanted;
    }

    /** The command that runs it; empty until it {@link #isBusy}. */
    public List<byte[]> command() {
        return command;
    }

    /** How long it has run, ms. */
    public long millis() {
        return (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
    }

    /** It is about to have a command executed that writes; false if it is killed. */
    boolean writes() {
        return fate.compareAndSet(Fate.OPEN, Fate.WRITTEN) || hasWritten();
    }

    /** It has had a command executed that writes: it cannot be ended any more. */
    public boolean hasWritten() {
        return fate.get() == Fate.WRITTEN;
    }

    /** Has it end at its next instructions; false if it has written. */
    public boolean kill() {
        return fate.compareAndSet(Fate.OPEN, Fate.KILLED) || isKilled();
    }

    public boolean isKilled() {
        Fate now = fate.get();
        return now == Fate.KILLED || now == Fate.GIVEN_UP;
    }

    /**
     * Has it end at its next instructions though it may have written: nothing of what it has
     * changed is kept, and nobody may see any of it. To be called when no other lane executes
     * anything any more; from any thread.
     */
    public void giveUp() {
        fate.set(Fate.GIVEN_UP);
    }

    boolean isGivenUp() {
        return fate.get() == Fate.GIVEN_UP;
    }

    /** Nobody is to wait for its end: the node is to end without it. */
    public void unwanted() {
        unwanted = true;
    }

    public boolean isUnwanted() {
        return unwanted;
    }

    /**
     * Has something done on its lane, all stripes locked, at its next instructions or when it ends;
     * false if it has ended. From any thread.
     */
    synchronized boolean asks(Runnable errand) {
        return !ended && errands.add(errand);
    }

    /** Does what was asked for; on its lane. */
    void runErrands() {
        for (Runnable errand = nextErrand(); errand != null; errand = nextErrand()) {
            errand.run();
        }
    }

    private synchronized @Nullable Runnable nextErrand() {
        return errands.poll();
    }

    /** It has ended, and asked nothing more. */
    void ends() {
        synchronized (this) {
            ended = true;
        }
        runErrands();
    }

    void becomesBusy(List<byte[]> command) {
        this.command = command;
        busy = true;
    }

    /** It runs for so long that others are told so. */
    public boolean isBusy() {
        return busy;
    }

    /** What others are answered meanwhile. */
    public String busyError() {
        return "BUSY Redis is busy running a script. You can only call "
                + (isFunction ? "FUNCTION" : "SCRIPT")
                + " KILL or SHUTDOWN NOSAVE.";
    }
}
