package dev.millrace.kv.stream;

import dev.millrace.kv.collection.Pending;
import dev.millrace.kv.collection.StreamConsumer;
import dev.millrace.kv.collection.StreamGroup;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.store.Item;

import java.util.List;

/** XPENDING: what a group has delivered and nobody has acknowledged. */
public final class Unacknowledged {
    private static final int SUMMARY_ARGUMENTS = 3;
    private static final int RANGE_ARGUMENTS_MIN = 6;
    private static final int IDLE_ARGUMENTS_MIN = 8;
    private static final int ARGUMENTS_MAX = 9;

    private Unacknowledged() {}

    public static List<Command> all() {
        return List.of(
                Streams.stream("xpending", "5.0.0", -3)
                        .complexity(
                                "O(N) with N being the number of elements returned, so asking for a"
                                        + " small fixed number of entries per call is O(1). O(M),"
                                        + " where M is the total number of entries scanned when used"
                                        + " with the IDLE filter. When the command returns just the"
                                        + " summary and the list of consumers is small, it runs in"
                                        + " O(1) time; otherwise, an additional O(N) time for"
                                        + " iterating every consumer.")
                        .summary(
                                "Return information and entries from a stream consumer group"
                                        + " pending entries list, that are messages fetched but never"
                                        + " acknowledged.")
                        .flags(Flag.READONLY)
                        .tips("nondeterministic_output")
                        .does(Unacknowledged::pending));
    }

    private static void pending(Call call) {
        int arguments = call.count();
        if (arguments == SUMMARY_ARGUMENTS) {
            Key key = call.read(1).require(Item.TYPE_STREAM);
            summary(call, Groups.required(call, key));
            return;
        }
        if (arguments < RANGE_ARGUMENTS_MIN || arguments > ARGUMENTS_MAX) {
            throw Refusal.SYNTAX;
        }
        range(call);
    }

    private static void summary(Call call, long group) {
        call.reply().array(4);
        call.reply().integer(StreamGroup.pending(group));
        Pending pending = Pending.of(group);
        if (!pending.from(StreamId.MIN)) {
            call.reply().nullBulk();
            call.reply().nullBulk();
            call.reply().nullArray();
            return;
        }
        Entries.id(call, pending.id());
        pending.last();
        Entries.id(call, pending.id());
        consumers(call, group);
    }

    private static void consumers(Call call, long group) {
        long begun = call.reply().out().length();
        int answered = 0;
        for (int i = 0; i < StreamGroup.consumers(group); i++) {
            long consumer = StreamGroup.consumer(group, i);
            if (StreamConsumer.pending(consumer) > 0) {
                answered++;
                call.reply().array(2);
                name(call, consumer);
                call.reply().bulkLong(StreamConsumer.pending(consumer));
            }
        }
        call.reply().arrayInFront(begun, answered);
    }

    static void name(Call call, long consumer) {
        call.reply().bulk(StreamConsumer.name(consumer), StreamConsumer.nameLength(consumer));
    }

    private static void range(Call call) {
        int at = 3;
        long idleMillis = 0;
        if (call.is(at, "IDLE")) {
            idleMillis = call.integer(at + 1);
            if (call.count() < IDLE_ARGUMENTS_MIN) {
                throw Refusal.SYNTAX;
            }
            at += 2;
        }
        long count = call.integer(at + 2);
        StreamId from = IdText.start(call, at);
        StreamId to = IdText.end(call, at + 1);
        Key key = call.read(1).require(Item.TYPE_STREAM);
        long group = Groups.required(call, key);
        int named = at + 3;
        if (named == call.count()) {
            answer(call, Pending.of(group), from, to, count, idleMillis);
            return;
        }
        long consumer = StreamGroup.consumer(group, call.address(named), call.length(named));
        if (consumer == 0) {
            call.reply().emptyArray();
        } else {
            answer(call, Pending.of(group, consumer), from, to, count, idleMillis);
        }
    }

    private static void answer(
            Call call, Pending pending, StreamId from, StreamId to, long count, long idleMillis) {
        long begun = call.reply().out().length();
        int answered = 0;
        boolean is = count > 0 && pending.from(from);
        while (is && answered < count && pending.id().compareTo(to) <= 0) {
            long idle = call.nowMillis() - pending.timeMillis();
            if (idleMillis == 0 || idle >= idleMillis) {
                answered++;
                call.reply().array(4);
                Entries.id(call, pending.id());
                name(call, pending.consumer());
                call.reply().integer(Math.max(idle, 0));
                call.reply().integer(pending.deliveries());
            }
            is = pending.next();
        }
        call.reply().arrayInFront(begun, answered);
    }
}
