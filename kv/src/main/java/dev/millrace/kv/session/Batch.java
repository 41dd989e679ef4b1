package dev.millrace.kv.session;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Dictionary;

import org.jspecify.annotations.Nullable;

/**
 * Some requests of a pipeline that were parsed before the first of them is executed.
 *
 * <p><b>Why.</b> With millions of keys a look-up waits for two cache lines from memory, one of the
 * index and one of the item, and that waiting is most of what a pipelined GET costs. The loads of
 * sixteen keys issued in a row overlap (bench: get-p16).
 */
final class Batch {
    static final int REQUESTS_MAX = 16;

    private final Slabs slabs;
    private final Request[] requests = new Request[REQUESTS_MAX];
    private final @Nullable Command[] commands = new @Nullable Command[REQUESTS_MAX];
    private final int[] ends = new int[REQUESTS_MAX];
    private int count;
    private long sink;

    Batch(Slabs slabs) {
        this.slabs = slabs;
        for (int i = 0; i < REQUESTS_MAX; i++) {
            requests[i] = new Request(slabs);
        }
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    /** Where the next request is to be parsed to. */
    Request next() {
        return requests[count];
    }

    /** The next request is whole, and the one after it begins at this offset. */
    void add(Request request, int end, CommandTable table) {
        put(count, request);
        commands[count] =
                request.count() == 0 ? null : table.find(request.address(0), request.length(0));
        ends[count++] = end;
    }

    /** The next request is not whole, and somebody keeps it. */
    void giveAway() {
        requests[count] = new Request(slabs);
    }

    /** Somebody keeps this one. */
    void giveAway(int index) {
        requests[index] = new Request(slabs);
    }

    /** One that was given away comes back in another's place. */
    // Whether it is the same one is a comparison of references.
    @SuppressWarnings("ReferenceEquality")
    private void put(int index, Request request) {
        if (requests[index] != request) {
            requests[index].free();
            requests[index] = request;
        }
    }

    Request request(int index) {
        return requests[index];
    }

    /** Null if there is no such command. */
    @Nullable Command command(int index) {
        return commands[index];
    }

    int end(int index) {
        return ends[index];
    }

    /** Brings what the look-ups of the first keys will read into the cache. */
    void touch(Dictionary items) {
        long loaded = 0;
        for (int i = 0; i < count; i++) {
            Command command = commands[i];
            Request request = requests[i];
            if (command != null && command.keys().first() == 1 && request.count() > 1) {
                request.keyHash(KeyHash.of(request.address(1), request.length(1)));
                loaded ^= items.touchBucket(request.keyHash());
            }
        }
        for (int i = 0; i < count; i++) {
            if (requests[i].isHashed()) {
                loaded ^= items.touchItem(requests[i].keyHash());
            }
        }
        sink = loaded;
    }

    @Override
    public String toString() {
        return count + " requests (" + sink + ")";
    }
}
