package dev.millrace.kv.stream;

import dev.millrace.kv.collection.StreamFields;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamTrim;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.store.Item;

import java.util.List;

/** XADD and XTRIM: entries come at the end, and go at the front. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Appending {
    private static final Refusal ARITY =
            new Refusal("ERR wrong number of arguments for 'xadd' command");
    private static final Refusal ZERO =
            new Refusal("ERR The ID specified in XADD must be greater than 0-0");
    private static final Refusal EXHAUSTED =
            new Refusal(
                    "ERR The stream has exhausted the last possible ID, unable to add more items");
    private static final Refusal NOT_ABOVE =
            new Refusal(
                    "ERR The ID specified in XADD is equal or smaller than the target stream top"
                            + " item");
    private static final Refusal TOO_LARGE = new Refusal("ERR Elements are too large to be stored");

    /** What both effects take beside key, names and values. */
    private static final int EFFECTS_BYTES = 96;

    private static final int ARGUMENT_BYTES = 8;

    private Appending() {}

    public static List<Command> all() {
        return List.of(
                Streams.stream("xadd", "5.0.0", -5)
                        .complexity(
                                "O(1) when adding a new entry, O(N) when trimming where N being the"
                                        + " number of entries evicted.")
                        .summary("Appends a new entry to a stream")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .tips("nondeterministic_output")
                        .access(
                                KeyAccess.of("RW", "update")
                                        .noted(
                                                "UPDATE instead of INSERT because of the optional"
                                                        + " trimming feature"))
                        .cost(Appending::cost)
                        .does(Appending::add),
                Streams.stream("xtrim", "5.0.0", -4)
                        .complexity(
                                "O(N), with N being the number of evicted entries. Constant times"
                                        + " are very small however, since entries are organized in"
                                        + " macro nodes containing multiple entries that can be"
                                        + " released with a single deallocation.")
                        .summary(
                                "Trims the stream to (approximately if '~' is passed) a certain"
                                        + " size")
                        .flags(Flag.WRITE)
                        .tips("nondeterministic_output")
                        .access(KeyAccess.of("RW", "delete"))
                        .does(Appending::trim));
    }

    private static long cost(Request request) {
        return request.bytes()
                + request.length(1)
                + (long) ARGUMENT_BYTES * request.count()
                + EFFECTS_BYTES;
    }

    /** The arguments behind the ID. */
    private record Arguments(Request request, int first) implements StreamFields {
        @Override
        public int count() {
            return (request.count() - first) / 2;
        }

        @Override
        public long address(int index) {
            return request.address(first + index);
        }

        @Override
        public int length(int index) {
            return request.length(first + index);
        }

        long bytes() {
            long bytes = 0;
            for (int i = first; i < request.count(); i++) {
                bytes += request.length(i);
            }
            return bytes;
        }
    }

    private static void add(Call call) {
        TrimRequest options = TrimRequest.ofAdding(call);
        int idAt = options.idAt();
        int given = call.count() - idAt - 1;
        if (given < 2 || given % 2 != 0) {
            throw ARITY;
        }
        boolean partial = IdText.isPartial(call, idAt);
        boolean chosen = !partial && !TrimRequest.isStar(call, idAt);
        if (chosen && IdText.id(call, idAt).equals(StreamId.MIN)) {
            throw ZERO;
        }
        Key key = call.write(1).require(Item.TYPE_STREAM);
        if (!key.exists() && !options.makesStream()) {
            call.reply().nullBulk();
            return;
        }
        StreamId last = StreamValue.last(key);
        if (last.equals(StreamId.MAX)) {
            throw EXHAUSTED;
        }
        StreamId id = chosen ? IdText.id(call, idAt) : next(call, last, idAt, partial);
        if (!id.isAfter(last)) {
            throw NOT_ABOVE;
        }
        add(call, key, id, new Arguments(call.request(), idAt + 1));
        trim(call, key, options);
    }

    private static StreamId next(Call call, StreamId last, int idAt, boolean partial) {
        if (!partial) {
            long now = call.nowMillis();
            return Long.compareUnsigned(now, last.ms()) > 0 ? new StreamId(now, 0) : last.next();
        }
        StreamId least = IdText.partial(call, idAt);
        if (last.ms() != least.ms()) {
            return least;
        }
        if (last.seq() == -1) {
            throw NOT_ABOVE;
        }
        return last.next();
    }

    private static void add(Call call, Key key, StreamId id, Arguments fields) {
        long bytes = fields.bytes();
        if (StreamValue.isTooLong(bytes)) {
            throw TOO_LARGE;
        }
        Config config = call.server().config();
        boolean ownNode =
                StreamValue.needsNode(
                        key,
                        bytes,
                        config.get(Quantity.STREAM_NODE_MAX_BYTES),
                        config.get(Quantity.STREAM_NODE_MAX_ENTRIES));
        call.effects().stream().add(key, id.ms(), id.seq(), ownNode, fields);
        Entries.id(call, id);
        call.notify(Notification.STREAM, "xadd", key);
    }

    /** What is cut off while something is added is no change of its own. */
    private static void trim(Call call, Key key, TrimRequest options) {
        if (options.trims() && cut(call, key, options) > 0) {
            call.effects().count(-1);
        }
    }

    private static long cut(Call call, Key key, TrimRequest options) {
        StreamTrim trim = options.plan(key);
        if (trim.removed() > 0) {
            call.effects().stream().trim(key, trim);
            call.notify(Notification.STREAM, "xtrim", key);
        }
        return trim.removed();
    }

    private static void trim(Call call) {
        TrimRequest options = TrimRequest.ofTrimming(call);
        Key key = call.write(1).require(Item.TYPE_STREAM);
        long removed = key.exists() ? cut(call, key, options) : 0;
        if (removed > 0) {
            call.effects().count((int) removed - 1);
        }
        call.reply().integer(removed);
    }
}
