package dev.millrace.kv.rooms;

import dev.millrace.kernel.transaction.Messages;
import dev.millrace.kernel.transaction.Streams;
import dev.millrace.kv.command.Branch;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/**
 * MR.PUB, MR.PUBX and MR.APPEND: a message or an event, alone or as a part of a transaction
 * (docs/decisions/transactions.md). Here is only what their arguments mean; whether the room takes
 * it, and in what words it does not, is the room's to say.
 */
public final class Rooms {
    /** What is made on the heap for one of them until its transaction is over, beside names. */
    private static final int BRANCH_BYTES = 768;

    private Rooms() {}

    private static Command.Builder elsewhere(String name) {
        return Command.named(name)
                .since("0.1.0")
                .group("transactions")
                .complexity("O(1)")
                .flags(Flag.WRITE);
    }

    public static List<Command> all() {
        return List.of(
                elsewhere("mr.pub")
                        .summary("Publish a message to a topic of the message queue (NSQ)")
                        .arity(-3)
                        .branch(Rooms::pub)
                        .does(Rooms::published),
                elsewhere("mr.pubx")
                        .complexity("O(N), when N is the number of queues it goes to")
                        .summary("Publish a message to an exchange of the message queue (AMQP)")
                        .arity(4)
                        .branch(Rooms::pubx)
                        .does(Rooms::counted),
                elsewhere("mr.append")
                        .summary("Append an event to a stream of the event store (KurrentDB)")
                        .arity(-4)
                        .branch(Rooms::append)
                        .does(Rooms::counted));
    }

    private static void published(Call call) {
        call.lane().changeElsewhere(call);
        call.reply().ok();
    }

    private static void counted(Call call) {
        call.reply().integer(call.lane().changeElsewhere(call));
    }

    private static Refusal notStarted(String room) {
        return new Refusal("ERR the " + room + " room is not started on this node");
    }

    // ---- Messages

    private static Messages messages(Call call) {
        return call.server().participants().messages().orElseThrow(() -> notStarted("queue"));
    }

    private static Branch pub(Call call) {
        Messages messages = messages(call);
        call.takeHeap(BRANCH_BYTES + 2L * call.length(1));
        String topic = call.text(1);
        long delayMillis = delayMillis(call);
        long body = call.address(2);
        int bodyBytes = call.length(2);
        return new Branch(messages, () -> messages.publish(topic, body, bodyBytes, delayMillis));
    }

    private static long delayMillis(Call call) {
        if (call.count() == 3) {
            return 0;
        }
        if (call.count() != 5 || !call.is(3, "DELAY")) {
            throw Refusal.SYNTAX;
        }
        Refusal otherwise =
                new Refusal("ERR DELAY: " + call.shown(4) + " (expected: milliseconds, >= 0)");
        return call.integer(4, 0, Long.MAX_VALUE, otherwise);
    }

    private static Branch pubx(Call call) {
        Messages messages = messages(call);
        call.takeHeap(BRANCH_BYTES + 2L * (call.length(1) + call.length(2)));
        String exchange = call.text(1);
        String routingKey = call.text(2);
        long body = call.address(3);
        int bodyBytes = call.length(3);
        return new Branch(messages, () -> messages.publish(exchange, routingKey, body, bodyBytes));
    }

    // ---- Events

    private static Streams streams(Call call) {
        return call.server().participants().streams().orElseThrow(() -> notStarted("events"));
    }

    private static Streams.Bytes bytes(Call call, int index) {
        return new Streams.Bytes(call.address(index), call.length(index));
    }

    private static Branch append(Call call) {
        Streams streams = streams(call);
        // The room keeps the name in mind until all is checked, and perhaps its metadata's.
        call.takeHeap(BRANCH_BYTES + 4L * call.length(1));
        Streams.Append event = event(call, streams);
        return new Branch(streams, () -> streams.append(event));
    }

    private static Streams.Append event(Call call, Streams streams) {
        Streams.Bytes meta = new Streams.Bytes(0, 0);
        boolean hasMeta = false;
        long expected = Streams.ANY;
        boolean hasExpected = false;
        for (int i = 4; i < call.count(); i += 2) {
            boolean hasValue = i + 1 < call.count();
            if (call.is(i, "META") && hasValue && !hasMeta) {
                hasMeta = true;
                meta = meta(call, i + 1, streams);
            } else if (call.is(i, "EXPECT") && hasValue && !hasExpected) {
                hasExpected = true;
                expected = expected(call, i + 1);
            } else {
                throw Refusal.SYNTAX;
            }
        }
        Streams.Bytes data = bytes(call, 3);
        return new Streams.Append(
                bytes(call, 1), bytes(call, 2), data, streams.isJson(data), meta, expected);
    }

    private static Streams.Bytes meta(Call call, int index, Streams streams) {
        Streams.Bytes meta = bytes(call, index);
        if (!streams.isJson(meta)) {
            throw new Refusal("ERR META: not JSON (expected: one value of JSON)");
        }
        return meta;
    }

    private static long expected(Call call, int index) {
        if (call.is(index, "ANY")) {
            return Streams.ANY;
        }
        if (call.is(index, "NONE")) {
            return Streams.NO_STREAM;
        }
        Refusal otherwise =
                new Refusal(
                        "ERR EXPECT: "
                                + call.shown(index)
                                + " (expected: a revision, none or any)");
        return call.integer(index, 0, Long.MAX_VALUE, otherwise);
    }
}
