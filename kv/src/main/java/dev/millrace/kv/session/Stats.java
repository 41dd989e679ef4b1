package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;
import java.util.Arrays;

/** A lane's counters. It alone writes them; INFO adds up those of all lanes, a little stale. */
public final class Stats {
    private final long[] calls = new long[Command.declared()];
    private final long[] nanos = new long[Command.declared()];
    private final long[] rejected = new long[Command.declared()];
    private final long[] failed = new long[Command.declared()];
    private long hits;
    private long misses;
    private long expired;
    private long commands;
    private long bytesIn;
    private long bytesOut;
    private long errors;

    public void lookedUp(boolean hit) {
        if (hit) {
            hits++;
        } else {
            misses++;
        }
    }

    public void expired() {
        expired++;
    }

    void ran(Command command, long took) {
        commands++;
        calls[command.id()]++;
        nanos[command.id()] += took;
    }

    void rejected(Command command) {
        rejected[command.id()]++;
        errors++;
    }

    void failed(Command command) {
        failed[command.id()]++;
        errors++;
    }

    void received(long bytes) {
        bytesIn += bytes;
    }

    void sent(long bytes) {
        bytesOut += bytes;
    }

    /** Makes all counters zero, as CONFIG RESETSTAT does. */
    public void reset() {
        Arrays.fill(calls, 0);
        Arrays.fill(nanos, 0);
        Arrays.fill(rejected, 0);
        Arrays.fill(failed, 0);
        hits = 0;
        misses = 0;
        expired = 0;
        commands = 0;
        bytesIn = 0;
        bytesOut = 0;
        errors = 0;
    }

    public long calls(Command command) {
        return calls[command.id()];
    }

    public long nanos(Command command) {
        return nanos[command.id()];
    }

    public long rejectedCalls(Command command) {
        return rejected[command.id()];
    }

    public long failedCalls(Command command) {
        return failed[command.id()];
    }

    public long hits() {
        return hits;
    }

    public long misses() {
        return misses;
    }

    public long expiredKeys() {
        return expired;
    }

    public long commands() {
        return commands;
    }

    public long bytesIn() {
        return bytesIn;
    }

    public long bytesOut() {
        return bytesOut;
    }

    public long errors() {
        return errors;
    }
}
