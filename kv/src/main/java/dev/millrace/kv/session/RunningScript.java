package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.resp.Request;

import java.util.List;

/**
 * A script or a function that runs: who sees it are the loop it runs on, and, on any thread, who
 * wants to end it or to know of it.
 */
public final class RunningScript {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Session caller;
    private final Command caused;
    private final Request request;
    private final String name;
    private final boolean isFunction;
    private final boolean readOnly;
    private final boolean allowsOom;
    private final long startNanos = System.nanoTime();
    private volatile boolean wrote;
    private volatile boolean killed;
    private volatile boolean busy;
    private volatile List<byte[]> command = List.of();

    /**
     * Begins one.
     *
     * @param caused by this command
     * @param request which was given so
     * @param name of a script the SHA-1
     * @param readOnly it must not change anything
     * @param allowsOom its commands may take memory when there is none left
     */
    public RunningScript(
            Session caller,
            Command caused,
            Request request,
            String name,
            boolean isFunction,
            boolean readOnly,
            boolean allowsOom) {
        this.caller = caller;
        this.caused = caused;
        this.request = request;
        this.name = name;
        this.isFunction = isFunction;
        this.readOnly = readOnly;
        this.allowsOom = allowsOom;
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

    /** The command that runs it; empty until it {@link #isBusy}. */
    public List<byte[]> command() {
        return command;
    }

    /** How long it has run, ms. */
    public long millis() {
        return (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
    }

    void writes() {
        wrote = true;
    }

    /** It has had a command executed that writes: it cannot be ended any more. */
    public boolean hasWritten() {
        return wrote;
    }

    /** Has it end at its next instructions. */
    public void kill() {
        killed = true;
    }

    public boolean isKilled() {
        return killed;
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
