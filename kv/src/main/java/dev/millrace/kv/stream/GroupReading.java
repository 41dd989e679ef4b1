package dev.millrace.kv.stream;

import dev.millrace.kv.blocking.Wait;
import dev.millrace.kv.blocking.Wanted;
import dev.millrace.kv.collection.Pending;
import dev.millrace.kv.collection.StreamGroup;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

import java.util.List;

/**
 * XREADGROUP: what nobody in the group has got yet, or what this consumer has got and not
 * acknowledged. If there is nothing new it may wait; in a transaction nobody waits.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class GroupReading {
    private static final Refusal FROM_NOW =
            new Refusal(
                    "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the"
                            + " history of this consumer by specifying a proper ID, or use the > ID"
                            + " to get new messages. The $ ID would just return an empty result"
                            + " set.");
    private static final Refusal KEY_GONE =
            new Refusal("UNBLOCKED the stream key no longer exists");
    private static final Refusal GROUP_GONE =
            new Refusal("NOGROUP the consumer group this client was blocked on no longer exists");

    /** What the effects for one key take beside its name, the group's and the consumer's. */
    private static final int EFFECTS_BYTES = 160;

    private static final int ID_BYTES = 16;

    /**
     * Space is set aside for so many entries of a key before it is locked, and more when it is. Who
     * has waited gets no more at once.
     */
    private static final int UNMEASURED = 4096;

    private GroupReading() {}

    public static List<Command> all() {
        return List.of(
                Streams.stream("xreadgroup", "5.0.0", -7)
                        .complexity(
                                "For each stream mentioned: O(M) with M being the number of"
                                        + " elements returned. If M is constant (e.g. always asking"
                                        + " for the first 10 elements with COUNT), you can consider"
                                        + " it O(1). On the other side when XREADGROUP blocks, XADD"
                                        + " will pay the O(N) time in order to serve the N clients"
                                        + " blocked on the stream getting new data.")
                        .summary(
                                "Return new entries from a stream using a consumer group, or access"
                                        + " the history of the pending entries for a given consumer."
                                        + " Can block.")
                        .keys(Keys.streams(4))
                        .flags(Flag.WRITE, Flag.BLOCKING)
                        .access(KeyAccess.of("RO", "access"))
                        .cost(GroupReading::cost)
                        .measure(GroupReading::measure)
                        .does(GroupReading::read));
    }

    /** A consumer is made, and something delivered, for each key. */
    private static long cost(Request request) {
        int first = Keys.firstStream(request);
        long names = 0;
        for (int i = 1; i < first; i++) {
            names += request.length(i);
        }
        long keys = Math.max(0, request.count() - first) / 2;
        return 2 * (request.bytes() + keys * (names + EFFECTS_BYTES))
                + keys * Math.min(unlocked(request), UNMEASURED) * ID_BYTES;
    }

    /** What COUNT says, as far as that can be told of a request that may be none. */
    private static long unlocked(Request request) {
        int first = Keys.firstStream(request);
        long count = 0;
        for (int i = 1; i + 1 < first; i++) {
            long address = request.address(i + 1);
            int length = request.length(i + 1);
            if (request.is(i, "COUNT") && Decimal.isLong(address, length)) {
                count = Decimal.parse(address, length);
            }
        }
        return count > 0 ? count : UNMEASURED;
    }

    /** Of what is in the streams and is more than {@link #cost} counts. */
    private static long measure(Call call) {
        ReadRequest request = ReadRequest.read(call, true);
        long bytes = 0;
        for (int at = request.first(); at <= request.lastKey(); at++) {
            long length =
                    request.most() <= UNMEASURED
                            ? 0
                            : StreamValue.length(call.peek(at).require(Item.TYPE_STREAM));
            bytes += Math.max(0, Math.min(length, request.most()) - UNMEASURED) * ID_BYTES;
        }
        return bytes;
    }

    private static void read(Call call) {
        ReadRequest request = ReadRequest.read(call, true);
        for (int at = request.first(); at <= request.lastKey(); at++) {
            check(call, request, at);
        }
        long begun = call.reply().out().length();
        int answered = 0;
        for (int at = request.first(); at <= request.lastKey(); at++) {
            answered += answer(call, request, at) ? 1 : 0;
        }
        if (answered > 0) {
            call.reply().mapOfPairsInFront(begun, answered);
        } else if (request.blocks() && !call.isInTransaction()) {
            await(call, request);
        } else {
            call.reply().nullArray();
        }
    }

    private static long group(Call call, ReadRequest request, Place key) {
        return StreamValue.group(key, call.address(request.group()), call.length(request.group()));
    }

    private static void check(Call call, ReadRequest request, int at) {
        Key key = call.read(at).require(Item.TYPE_STREAM);
        if (group(call, request, key) == 0) {
            throw new Refusal(
                    "NOGROUP No such key '"
                            + call.shown(at)
                            + "' or consumer group '"
                            + call.shown(request.group())
                            + "' in XREADGROUP with GROUP option");
        }
        if (request.isFromNow(call, at)) {
            throw FROM_NOW;
        }
        if (!request.isNew(call, at)) {
            IdText.id(call, request.id(at));
        }
    }

    /** Answers what there is for one key; false if there is nothing new. */
    private static boolean answer(Call call, ReadRequest request, int at) {
        Key key = call.read(at);
        long group = group(call, request, key);
        if (!isNew(call, request, at)) {
            named(call, key);
            StreamId known = IdText.id(call, request.id(at));
            history(call, request, key, group, known.next());
            return true;
        }
        StreamId read = StreamGroup.last(group);
        boolean any = StreamValue.length(key) > 0 && StreamValue.lastLive(key).isAfter(read);
        if (any) {
            named(call, key);
            deliver(call, request, key, group, request.most());
        }
        return any;
    }

    /** The greatest ID means the same. */
    private static boolean isNew(Call call, ReadRequest request, int at) {
        return request.isNew(call, at) || IdText.id(call, request.id(at)).equals(StreamId.MAX);
    }

    private static void named(Call call, Key key) {
        call.reply().pair();
        call.reply().bulk(key.address(), key.length());
    }

    private static long consumer(Call call, ReadRequest request, Key key, long group) {
        return Groups.consumer(call, key, group, request.consumer());
    }

    private static void deliver(Call call, ReadRequest request, Key key, long group, long most) {
        long consumer = consumer(call, request, key, group);
        StreamId from = StreamGroup.last(group).next();
        long begun = call.reply().out().length();
        long delivered =
                call.effects().stream()
                        .deliver(
                                key,
                                group,
                                consumer,
                                from,
                                most,
                                request.pends(),
                                call.nowMillis(),
                                entry -> Entries.entry(call, entry));
        call.reply().arrayInFront(begun, (int) delivered);
    }

    /** What is pending for the consumer; of what is not in the stream any more, the ID. */
    private static void history(
            Call call, ReadRequest request, Key key, long group, StreamId from) {
        long consumer = consumer(call, request, key, group);
        long begun = call.reply().out().length();
        int answered = 0;
        Pending pending = Pending.of(group, consumer);
        for (boolean is = pending.from(from);
                is && answered < request.most();
                is = pending.next()) {
            answered++;
            if (!Entries.one(call, key, pending.id())) {
                call.reply().array(2);
                Entries.id(call, pending.id());
                call.reply().nullArray();
            }
        }
        call.reply().arrayInFront(begun, answered);
        call.effects().stream()
                .deliverAgain(key, group, consumer, from, answered, call.nowMillis());
    }

    // ---- Waiting

    private static void await(Call call, ReadRequest request) {
        Wait.begin(
                call,
                new Wanted(
                        new Undelivered(call.bytes(request.group())),
                        request.first(),
                        request.lastKey(),
                        0,
                        request.deadlineMillis()),
                (served, key) -> serve(served, request, key));
    }

    private static void serve(Call call, ReadRequest request, Key key) {
        if (!key.exists() || Item.type(key.item()) != Item.TYPE_STREAM) {
            throw KEY_GONE;
        }
        long group = group(call, request, key);
        if (group == 0) {
            throw GROUP_GONE;
        }
        long begun = call.reply().out().length();
        named(call, key);
        deliver(call, request, key, group, Math.min(request.mostWhenServed(), UNMEASURED));
        call.reply().mapOfPairsInFront(begun, 1);
        call.effects().count(-1); // Redis does not count it.
    }

    /** The wish for entries that its group has not got, or that the key or the group is gone. */
    private static final class Undelivered implements Wanted.Wish {
        private final byte[] group;

        Undelivered(byte[] group) {
            this.group = group;
        }

        @Override
        public boolean isGranted(int index, Place found) {
            if (!found.exists() || Item.type(found.item()) != Item.TYPE_STREAM) {
                return true;
            }
            long reading = StreamValue.group(found, group);
            return reading == 0 || StreamValue.last(found).isAfter(StreamGroup.last(reading));
        }
    }
}
