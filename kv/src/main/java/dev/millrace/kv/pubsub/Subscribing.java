package dev.millrace.kv.pubsub;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Channels;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.pubsub.Subscriptions.Kind;
import dev.millrace.kv.session.KeptNames;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE and their opposites. */
public final class Subscribing {
    private Subscribing() {}

    private static Command.Builder subscribing(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("pubsub")
                .arity(arity)
                .flags(Flag.PUBSUB, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    public static List<Command> all() {
        return List.of(
                subscribing("subscribe", "2.0.0", -2)
                        .complexity("O(N) where N is the number of channels to subscribe to.")
                        .summary("Listen for messages published to the given channels")
                        .channels(Channels.SUBSCRIBED)
                        .does(call -> begin(call, Kind.CHANNEL)),
                subscribing("unsubscribe", "2.0.0", -1)
                        .complexity(
                                "O(N) where N is the number of clients already subscribed to a"
                                        + " channel.")
                        .summary("Stop listening for messages posted to the given channels")
                        .does(call -> end(call, Kind.CHANNEL)),
                subscribing("psubscribe", "2.0.0", -2)
                        .complexity(
                                "O(N) where N is the number of patterns the client is already"
                                        + " subscribed to.")
                        .summary(
                                "Listen for messages published to channels matching the given"
                                        + " patterns")
                        .channels(Channels.PATTERNS)
                        .does(call -> begin(call, Kind.PATTERN)),
                subscribing("punsubscribe", "2.0.0", -1)
                        .complexity(
                                "O(N+M) where N is the number of patterns the client is already"
                                        + " subscribed and M is the number of total patterns"
                                        + " subscribed in the system (by any client).")
                        .summary(
                                "Stop listening for messages posted to channels matching the given"
                                        + " patterns")
                        .does(call -> end(call, Kind.PATTERN)),
                subscribing("ssubscribe", "7.0.0", -2)
                        .complexity("O(N) where N is the number of shard channels to subscribe to.")
                        .summary("Listen for messages published to the given shard channels")
                        .access(KeyAccess.of("not_key").at(1, -1))
                        .channels(Channels.SUBSCRIBED)
                        .does(call -> begin(call, Kind.SHARD_CHANNEL)),
                subscribing("sunsubscribe", "7.0.0", -1)
                        .complexity(
                                "O(N) where N is the number of clients already subscribed to a"
                                        + " shard channel.")
                        .summary("Stop listening for messages posted to the given shard channels")
                        .access(KeyAccess.of("not_key").at(1, -1))
                        .does(call -> end(call, Kind.SHARD_CHANNEL)));
    }

    private static Subscriptions own(Call call) {
        return PubSub.of(call.server()).of(call.session());
    }

    private static void begin(Call call, Kind kind) {
        if (kind == Kind.SHARD_CHANNEL && call.isInTransaction()) {
            throw new Refusal("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
        }
        KeptNames kept = call.server().keptNames();
        kept.take(heapBytes(call)); // All or none: what has been confirmed cannot be refused.
        call.lane().answerWithPushes(call.session());
        Subscriptions own = own(call);
        for (int i = 1; i < call.count(); i++) {
            Name name = new Name(call.bytes(i));
            if (!own.add(kind, name)) {
                kept.giveBack(Subscriptions.heapBytes(call.length(i)));
            }
            confirm(call, kind.begun(), name, own.count(kind));
        }
    }

    private static long heapBytes(Call call) {
        long bytes = 0;
        for (int i = 1; i < call.count(); i++) {
            bytes += Subscriptions.heapBytes(call.length(i));
        }
        return bytes;
    }

    private static void end(Call call, Kind kind) {
        call.lane().answerWithPushes(call.session());
        Subscriptions own = own(call);
        if (call.count() == 1) {
            List<Name> all = own.all(kind);
            all.forEach(name -> end(call, own, kind, name));
            if (all.isEmpty()) {
                confirm(call, kind.ended(), null, own.count(kind));
            }
        }
        for (int i = 1; i < call.count(); i++) {
            end(call, own, kind, new Name(call.bytes(i)));
        }
    }

    private static void end(Call call, Subscriptions own, Kind kind, Name name) {
        own.remove(kind, name);
        confirm(call, kind.ended(), name, own.count(kind));
    }

    private static void confirm(Call call, String word, @Nullable Name name, int count) {
        call.reply().push(3);
        call.reply().bulk(word);
        if (name == null) {
            call.reply().nullBulk();
        } else {
            call.reply().bulk(name.bytes());
        }
        call.reply().integer(count);
    }
}
