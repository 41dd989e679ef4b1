package dev.millrace.kv.session;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.resp.Request;

/**
 * What MULTI has queued. All of it is in one piece of memory outside the heap, each command behind
 * the one before, so that the queue is no longer than what the client has sent, about:
 *
 * <pre>
 *   int id of the command | int count | count times (int offset, int length) | the arguments
 * </pre>
 */
final class Transaction {
    private static final int INITIAL_BYTES = 256;
    private static final int HEAD_BYTES = 8;

    private final NativeBuffer queued;
    private final Request request = Request.view();
    private int size;
    private boolean broken;
    private boolean tells;
    private boolean needsMemory;
    private boolean branches;
    private boolean runsScripts;
    private long cost;

    /** Takes each queued command in turn. The request is good during the call only. */
    interface Each {
        void queued(Command command, Request request);
    }

    Transaction(Slabs slabs) {
        queued = new NativeBuffer(slabs, INITIAL_BYTES);
    }

    /**
     * Queues a command.
     *
     * @param tells it may change something, or is told to those who follow us
     */
    void add(Command command, Request request, boolean tells) {
        queued.putInt(command.id());
        queued.putInt(request.count());
        request.copyTo(queued);
        size++;
        if (command.isWrite()) {
            cost += command.cost(request);
        }
        branches |= command.isBranch();
        runsScripts |= command.runsScripts();
        needsMemory |= command.has(Flag.DENYOOM);
        this.tells |= tells;
    }

    /** A command could not be queued: EXEC will refuse. */
    void spoil() {
        broken = true;
    }

    boolean isBroken() {
        return broken;
    }

    long cost() {
        return cost;
    }

    /** True if a command in it changes something, or tells others. */
    boolean tells() {
        return tells;
    }

    /** True if a command in it changes something in another room. */
    boolean branches() {
        return branches;
    }

    /** True if a command in it runs a script. */
    boolean runsScripts() {
        return runsScripts;
    }

    /** True if a command in it may take memory. */
    boolean needsMemory() {
        return needsMemory;
    }

    /** What the queue takes, places and all. */
    long bytes() {
        return queued.length();
    }

    int size() {
        return size;
    }

    void each(CommandTable commands, Each each) {
        long at = queued.address();
        for (int i = 0; i < size; i++) {
            Command command = commands.declared(Memory.getInt(at));
            at = request.show(at + HEAD_BYTES, Memory.getInt(at + 4));
            each.queued(command, request);
        }
    }

    void free() {
        queued.free();
    }
}
