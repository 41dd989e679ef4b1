package dev.millrace.kv.stream;

import dev.millrace.kv.collection.StreamCursor;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.store.Item;

import java.util.List;

/** XLEN, XRANGE, XREVRANGE, XDEL, XSETID: entries by their IDs. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Streams {
    private static final Refusal BELOW_DELETED =
            new Refusal(
                    "ERR The ID specified in XSETID is smaller than the provided"
                            + " max_deleted_entry_id");
    private static final Refusal BELOW_TOP =
            new Refusal(
                    "ERR The ID specified in XSETID is smaller than the target stream top item");
    private static final Refusal BELOW_LENGTH =
            new Refusal(
                    "ERR The entries_added specified in XSETID is smaller than the target stream"
                            + " length");
    private static final Refusal NEGATIVE_ADDED = new Refusal("ERR entries_added must be positive");

    private Streams() {}

    /** Begins the declaration of a command on one stream. */
    static Command.Builder stream(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("stream")
                .arity(arity)
                .keys(Keys.one())
                .categories("stream");
    }

    public static List<Command> all() {
        return List.of(
                stream("xlen", "5.0.0", 2)
                        .complexity("O(1)")
                        .summary("Return the number of entries in a stream")
                        .flags(Flag.READONLY, Flag.FAST)
                        .access(KeyAccess.of("RO"))
                        .does(Streams::length),
                range("xrange")
                        .complexity(
                                "O(N) with N being the number of elements being returned. If N is"
                                        + " constant (e.g. always asking for the first 10 elements"
                                        + " with COUNT), you can consider it O(1).")
                        .summary(
                                "Return a range of elements in a stream, with IDs matching the"
                                        + " specified IDs interval")
                        .does(Streams::upwards),
                range("xrevrange")
                        .complexity(
                                "O(N) with N being the number of elements returned. If N is"
                                        + " constant (e.g. always asking for the first 10 elements"
                                        + " with COUNT), you can consider it O(1).")
                        .summary(
                                "Return a range of elements in a stream, with IDs matching the"
                                        + " specified IDs interval, in reverse order (from greater to"
                                        + " smaller IDs) compared to XRANGE")
                        .does(Streams::downwards),
                stream("xdel", "5.0.0", -3)
                        .complexity(
                                "O(1) for each single item to delete in the stream, regardless of"
                                        + " the stream size.")
                        .summary(
                                "Removes the specified entries from the stream. Returns the number"
                                        + " of items actually deleted, that may be different from the"
                                        + " number of IDs passed in case certain IDs do not exist.")
                        .flags(Flag.WRITE, Flag.FAST)
                        .access(KeyAccess.of("RW", "delete"))
                        .does(Streams::delete),
                stream("xsetid", "5.0.0", -3)
                        .complexity("O(1)")
                        .summary("An internal command for replicating stream values")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .cost(request -> request.bytes() + 128)
                        .does(Streams::setId));
    }

    private static Command.Builder range(String name) {
        return stream(name, "5.0.0", -4).flags(Flag.READONLY);
    }

    private static void length(Call call) {
        call.reply().integer(StreamValue.length(call.read(1).require(Item.TYPE_STREAM)));
    }

    // ---- XRANGE, XREVRANGE

    private static void upwards(Call call) {
        range(call, IdText.start(call, 2), IdText.end(call, 3), false);
    }

    private static void downwards(Call call) {
        StreamId from = IdText.start(call, 3);
        range(call, from, IdText.end(call, 2), true);
    }

    private static void range(Call call, StreamId from, StreamId to, boolean back) {
        long count = count(call);
        Key key = call.read(1).require(Item.TYPE_STREAM);
        if (!key.exists()) {
            call.reply().emptyArray();
        } else if (count == 0) {
            call.reply().nullArray();
        } else {
            Entries.entries(
                    call,
                    back
                            ? StreamCursor.downwards(key, from, to)
                            : StreamCursor.upwards(key, from, to),
                    count);
        }
    }

    /** What COUNT says, the last one; without any all there are. */
    private static long count(Call call) {
        long count = Long.MAX_VALUE;
        for (int i = 4; i < call.count(); i += 2) {
            if (!call.is(i, "COUNT") || i + 1 == call.count()) {
                throw Refusal.SYNTAX;
            }
            long given = call.integer(i + 1);
            // -1 means all inside Redis, but no client's -1 does.
            count = Math.max(given, 0);
        }
        return count;
    }

    // ---- XDEL

    private static void delete(Call call) {
        Key key = call.write(1).require(Item.TYPE_STREAM);
        if (!key.exists()) {
            call.reply().integer(0);
            return;
        }
        for (int i = 2; i < call.count(); i++) {
            IdText.id(call, i);
        }
        int deleted = 0;
        for (int i = 2; i < call.count(); i++) {
            deleted += call.effects().stream().delete(key, IdText.id(call, i)) ? 1 : 0;
        }
        if (call.effects().stream().endDelete(key)) {
            call.effects().count(deleted - 1);
            call.notify(Notification.STREAM, "xdel", key);
        }
        call.reply().integer(deleted);
    }

    // ---- XSETID

    private static void setId(Call call) {
        StreamId last = IdText.id(call, 2);
        long added = -1;
        StreamId deleted = StreamId.MIN;
        for (int i = 3; i < call.count(); i += 2) {
            boolean more = i + 1 < call.count();
            if (call.is(i, "ENTRIESADDED") && more) {
                added = call.integer(i + 1);
                if (added < 0) {
                    throw NEGATIVE_ADDED;
                }
            } else if (call.is(i, "MAXDELETEDID") && more) {
                deleted = IdText.id(call, i + 1);
                if (deleted.isAfter(last)) {
                    throw BELOW_DELETED;
                }
            } else {
                throw Refusal.SYNTAX;
            }
        }
        setId(call, last, added, deleted);
    }

    private static void setId(Call call, StreamId last, long added, StreamId deleted) {
        Key key = call.write(1).require(Item.TYPE_STREAM);
        if (!key.exists()) {
            throw Refusal.NO_SUCH_KEY;
        }
        if (StreamValue.length(key) > 0) {
            if (StreamValue.lastLive(key).isAfter(last)) {
                throw BELOW_TOP;
            }
            if (added != -1 && StreamValue.length(key) > added) {
                throw BELOW_LENGTH;
            }
        }
        call.effects().stream()
                .set(
                        key,
                        last,
                        added == -1 ? StreamValue.added(key) : added,
                        deleted.equals(StreamId.MIN) ? StreamValue.deleted(key) : deleted);
        call.reply().ok();
        call.notify(Notification.STREAM, "xsetid", key);
    }
}
