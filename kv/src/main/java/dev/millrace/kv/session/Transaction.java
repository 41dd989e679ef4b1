package dev.millrace.kv.session;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.resp.Request;

import java.util.ArrayList;
import java.util.List;

/** What MULTI has queued: commands with their own copies of their arguments. */
final class Transaction {
    private static final int INITIAL_BYTES = 256;

    /** A command and its arguments, whose base is still to be set. */
    record Queued(Command command, Request request) {}

    private final NativeBuffer arguments;
    private final List<Queued> queue = new ArrayList<>();
    private boolean broken;
    private boolean tells;
    private long cost;

    Transaction(Slabs slabs) {
        arguments = new NativeBuffer(slabs, INITIAL_BYTES);
    }

    void add(Command command, Request request) {
        queue.add(new Queued(command, request.copyTo(arguments)));
        if (command.isWrite()) {
            cost += command.cost(request);
        }
        tells |= command.isWrite() || command.has(Flag.MAY_REPLICATE);
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

    long bytes() {
        return arguments.length();
    }

    int size() {
        return queue.size();
    }

    List<Queued> queue() {
        queue.forEach(queued -> queued.request().base(arguments.address()));
        return queue;
    }

    void free() {
        arguments.free();
    }
}
