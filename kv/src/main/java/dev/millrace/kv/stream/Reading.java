package dev.millrace.kv.stream;

import dev.millrace.kv.blocking.Wait;
import dev.millrace.kv.blocking.Wanted;
import dev.millrace.kv.collection.StreamCursor;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

import java.util.List;

/**
 * XREAD: what stands in streams behind IDs that the client knows. If there is nothing it may wait;
 * in a transaction nobody waits.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Reading {
    private static final Refusal NEW_WITHOUT_GROUP =
            new Refusal(
                    "ERR The > ID can be specified only when calling XREADGROUP using the GROUP"
                            + " <group> <consumer> option.");

    private Reading() {}

    public static List<Command> all() {
        return List.of(
                Streams.stream("xread", "5.0.0", -4)
                        .complexity(
                                "For each stream mentioned: O(N) with N being the number of"
                                        + " elements being returned, it means that XREAD-ing with a"
                                        + " fixed COUNT is O(1). Note that when the BLOCK option is"
                                        + " used, XADD will pay O(M) time in order to serve the M"
                                        + " clients blocked on the stream getting new data.")
                        .summary(
                                "Return never seen elements in multiple streams, with IDs greater"
                                        + " than the ones reported by the caller for each stream."
                                        + " Can block.")
                        .keys(Keys.streams(1))
                        .flags(Flag.READONLY, Flag.BLOCKING)
                        .does(Reading::read));
    }

    private static void read(Call call) {
        ReadRequest request = ReadRequest.read(call, false);
        StreamId[] known = known(call, request);
        long begun = call.reply().out().length();
        int answered = 0;
        for (int i = 0; i < request.keys(); i++) {
            Key key = call.read(request.first() + i);
            boolean any = StreamValue.length(key) > 0;
            if (any && StreamValue.lastLive(key).isAfter(known[i])) {
                answered++;
                answer(call, key, known[i], request.most());
            }
        }
        if (answered > 0) {
            call.reply().mapOfPairsInFront(begun, answered);
        } else if (request.blocks() && !call.isInTransaction()) {
            await(call, request, known);
        } else {
            call.reply().nullArray();
        }
    }

    /** The ID behind which each stream is to be read. */
    private static StreamId[] known(Call call, ReadRequest request) {
        call.takeHeap((long) request.keys() * Unread.ID_BYTES);
        StreamId[] known = new StreamId[request.keys()];
        for (int i = 0; i < request.keys(); i++) {
            int at = request.first() + i;
            Key key = call.read(at).require(Item.TYPE_STREAM);
            if (request.isFromNow(call, at)) {
                known[i] = StreamValue.last(key);
            } else if (request.isNew(call, at)) {
                throw NEW_WITHOUT_GROUP;
            } else {
                known[i] = IdText.id(call, request.id(at));
            }
        }
        return known;
    }

    private static void answer(Call call, Key key, StreamId known, long most) {
        call.reply().pair();
        call.reply().bulk(key.address(), key.length());
        Entries.entries(call, StreamCursor.upwards(key, known.next(), StreamId.MAX), most);
    }

    // ---- Waiting

    private static void await(Call call, ReadRequest request, StreamId[] known) {
        Unread unread = new Unread(request.first(), List.of(known));
        Wait.begin(
                call,
                new Wanted(unread, request.first(), request.lastKey(), 0, request.deadlineMillis()),
                (served, key) -> {
                    long begun = served.reply().out().length();
                    answer(served, key, unread.of(served, key), request.mostWhenServed());
                    served.reply().mapOfPairsInFront(begun, 1);
                });
    }

    /**
     * The wish for entries behind IDs, also for some that were deleted meanwhile, as in Redis.
     *
     * @param first index of the first key
     * @param known the ID of each
     */
    private record Unread(int first, List<StreamId> known) implements Wanted.Wish {
        /** What an ID takes of the heap, about. */
        static final long ID_BYTES = 40;

        @Override
        public boolean isGranted(int index, Place found) {
            return found.exists()
                    && Item.type(found.item()) == Item.TYPE_STREAM
                    && StreamValue.last(found).isAfter(known.get(index - first));
        }

        /** The ID of a key, the first if it is given twice. */
        StreamId of(Call call, Key key) {
            for (int i = 0; i < known.size(); i++) {
                if (call.request().isBytes(first + i, key.address(), key.length())) {
                    return known.get(i);
                }
            }
            throw new AssertionError("a key that was not waited for");
        }
    }
}
