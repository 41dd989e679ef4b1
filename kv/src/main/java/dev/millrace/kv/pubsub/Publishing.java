package dev.millrace.kv.pubsub;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Channels;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.glob.GlobPattern;
import dev.millrace.kv.resp.RequestWriter;
import dev.millrace.kv.session.RecordTap;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** PUBLISH, SPUBLISH and PUBSUB. */
public final class Publishing {
    /** What a message that waits for its transaction takes beside its bytes. */
    private static final long DEFERRED_BYTES = 96;

    private Publishing() {}

    private static final String HELP =
            """
            CHANNELS [<pattern>]
                Return the currently active channels matching a <pattern> (default: '*').
            NUMPAT
                Return number of subscriptions to patterns.
            NUMSUB [<channel> ...]
                Return the number of subscribers for the specified channels, excluding
                pattern subscriptions(default: no channels).
            SHARDCHANNELS [<pattern>]
                Return the currently active shard level channels matching a <pattern> (default: '*').
            SHARDNUMSUB [<shardchannel> ...]
                Return the number of subscribers for the specified shard level channel(s)
            """;

    private static Command.Builder publishing(String name, String since) {
        return Command.named(name)
                .since(since)
                .group("pubsub")
                .arity(3)
                .flags(Flag.PUBSUB, Flag.LOADING, Flag.STALE, Flag.FAST, Flag.MAY_REPLICATE)
                .channels(Channels.PUBLISHED);
    }

    private static Command.Builder asking(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("pubsub")
                .arity(arity)
                .flags(Flag.PUBSUB, Flag.LOADING, Flag.STALE);
    }

    public static List<Command> all() {
        return List.of(
                publishing("publish", "2.0.0")
                        .complexity(
                                "O(N+M) where N is the number of clients subscribed to the"
                                        + " receiving channel and M is the total number of"
                                        + " subscribed patterns (by any client).")
                        .summary("Post a message to a channel")
                        .does(Publishing::publish),
                publishing("spublish", "7.0.0")
                        .complexity(
                                "O(N) where N is the number of clients subscribed to the receiving"
                                        + " shard channel.")
                        .summary("Post a message to a shard channel")
                        .access(KeyAccess.of("not_key").at(1, 1))
                        .does(Publishing::publishToShard),
                Command.named("pubsub")
                        .since("2.8.0")
                        .group("pubsub")
                        .complexity("Depends on subcommand.")
                        .summary("A container for Pub/Sub commands")
                        .arity(-2)
                        .contains(
                                asking("channels", "2.8.0", -2)
                                        .complexity(
                                                "O(N) where N is the number of active channels,"
                                                        + " and assuming constant time pattern"
                                                        + " matching (relatively short channels"
                                                        + " and patterns)")
                                        .summary("List active channels")
                                        .does(call -> names(call, pubSub(call).channels())),
                                asking("numpat", "2.8.0", 2)
                                        .complexity("O(1)")
                                        .summary(
                                                "Get the count of unique patterns pattern"
                                                        + " subscriptions")
                                        .does(
                                                call ->
                                                        call.reply()
                                                                .integer(
                                                                        pubSub(call)
                                                                                .patternCount())),
                                asking("numsub", "2.8.0", -2)
                                        .complexity(
                                                "O(N) for the NUMSUB subcommand, where N is the"
                                                        + " number of requested channels")
                                        .summary("Get the count of subscribers for channels")
                                        .does(call -> counts(call, pubSub(call).channels())),
                                asking("shardchannels", "7.0.0", -2)
                                        .complexity(
                                                "O(N) where N is the number of active shard"
                                                        + " channels, and assuming constant time"
                                                        + " pattern matching (relatively short"
                                                        + " shard channels).")
                                        .summary("List active shard channels")
                                        .does(call -> names(call, pubSub(call).shardChannels())),
                                asking("shardnumsub", "7.0.0", -2)
                                        .complexity(
                                                "O(N) for the SHARDNUMSUB subcommand, where N is"
                                                        + " the number of requested shard channels")
                                        .summary("Get the count of subscribers for shard channels")
                                        .does(call -> counts(call, pubSub(call).shardChannels())),
                                Help.declared("6.2.0", "pubsub")
                                        .does(Help.answering("pubsub", HELP))));
    }

    private static PubSub pubSub(Call call) {
        return PubSub.of(call.server());
    }

    /** Those who follow us publish it as well. */
    private static void repeat(Call call, String command, byte[] channel, byte[] message) {
        RecordTap tap = call.server().recordTap();
        if (tap != null) {
            tap.said(
                    RequestWriter.of(
                            call.scratch(),
                            command.getBytes(StandardCharsets.US_ASCII),
                            channel,
                            message));
        }
    }

    /**
     * What a transaction publishes goes out with its record, not before: until then it is only
     * known who would be told.
     */
    private static void publish(Call call) {
        PubSub pubSub = pubSub(call);
        byte[] channel = call.bytes(1);
        byte[] message = call.bytes(2);
        if (call.isInTransaction()) {
            call.takeHeap(DEFERRED_BYTES + channel.length + message.length);
            call.afterCommit(position -> pubSub.publish(call.lane(), channel, message, position));
            call.afterCommit(position -> repeat(call, "PUBLISH", channel, message));
            call.reply().integer(pubSub.receivers(channel));
        } else {
            long dependsOn = call.session().dependsOn();
            call.reply().integer(pubSub.publish(call.lane(), channel, message, dependsOn));
            repeat(call, "PUBLISH", channel, message);
        }
    }

    private static void publishToShard(Call call) {
        PubSub pubSub = pubSub(call);
        byte[] channel = call.bytes(1);
        byte[] message = call.bytes(2);
        if (call.isInTransaction()) {
            call.takeHeap(DEFERRED_BYTES + channel.length + message.length);
            call.afterCommit(
                    position -> pubSub.publishToShard(call.lane(), channel, message, position));
            call.afterCommit(position -> repeat(call, "SPUBLISH", channel, message));
            call.reply().integer(pubSub.shardReceivers(channel));
        } else {
            long dependsOn = call.session().dependsOn();
            call.reply().integer(pubSub.publishToShard(call.lane(), channel, message, dependsOn));
            repeat(call, "SPUBLISH", channel, message);
        }
    }

    private static void names(Call call, Directory directory) {
        if (call.count() > 3) {
            throw Help.wrongForm(call);
        }
        byte @Nullable [] pattern = call.count() == 3 ? call.bytes(2) : null;
        List<Name> matching = new ArrayList<>();
        directory.eachName(
                name -> {
                    if (pattern == null || GlobPattern.of(pattern).matches(name.bytes())) {
                        matching.add(name);
                    }
                });
        call.reply().array(matching.size());
        matching.forEach(name -> call.reply().bulk(name.bytes()));
    }

    private static void counts(Call call, Directory directory) {
        call.reply().array((call.count() - 2) * 2);
        for (int i = 2; i < call.count(); i++) {
            byte[] name = call.bytes(i);
            Subscribers subscribers = directory.find(new Name(name));
            call.reply().bulk(name);
            call.reply().integer(subscribers == null ? 0 : subscribers.count());
        }
    }
}
