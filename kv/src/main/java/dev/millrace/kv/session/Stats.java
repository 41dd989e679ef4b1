package dev.millrace.kv.session;

import dev.millrace.kv.command.Command;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A lane's counters. It alone writes them; INFO adds up those of all lanes, a little stale. */
public final class Stats {
    private final long[] calls = new long[Command.declared()];
    private final long[] nanos = new long[Command.declared()];
    private final long[] rejected = new long[Command.declared()];
    private final long[] failed = new long[Command.declared()];
    private long hits;
    private long misses;
    private long expired;
    private long evicted;
    private long commands;
    private long bytesIn;
    private long bytesOut;
    private long reads;
    private long writes;
    private long errors;
    private final Map<String, Long> errorsByCode = new ConcurrentHashMap<>();
    private final @Nullable Latencies[] latencies = new @Nullable Latencies[Command.declared()];

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

    public void evicted() {
        evicted++;
    }

    void ran(Command command, long took) {
        commands++;
        calls[command.id()]++;
        nanos[command.id()] += took;
        Latencies known = latencies[command.id()];
        if (known == null) {
            known = new Latencies();
            latencies[command.id()] = known;
        }
        known.add(took);
    }

    /** How long calls of this command took, or null if there were none. */
    public @Nullable Latencies latencies(Command command) {
        return latencies[command.id()];
    }

    /** An error was answered; its code is its first word. */
    void error(String text) {
        errors++;
        int blank = text.indexOf(' ');
        errorsByCode.merge(blank < 0 ? "ERR" : text.substring(0, blank), 1L, Long::sum);
    }

    /** How often each code was answered. */
    public Map<String, Long> errorsByCode() {
        return errorsByCode;
    }

    void rejected(Command command) {
        rejected[command.id()]++;
    }

    void failed(Command command) {
        failed[command.id()]++;
    }

    void received(long bytes) {
        reads++;
        bytesIn += bytes;
    }

    public void sent(long bytes) {
        writes++;
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
        evicted = 0;
        commands = 0;
        bytesIn = 0;
        bytesOut = 0;
        reads = 0;
        writes = 0;
        errors = 0;
        errorsByCode.clear();
        Arrays.fill(latencies, null);
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

    public long evictedKeys() {
        return evicted;
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

    /** How often something was received. */
    public long reads() {
        return reads;
    }

    /** How often something was sent. */
    public long writes() {
        return writes;
    }

    public long errors() {
        return errors;
    }
}
