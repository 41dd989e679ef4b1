package dev.millrace.kv.stream;

import dev.millrace.kv.collection.Pending;
import dev.millrace.kv.collection.StreamConsumer;
import dev.millrace.kv.collection.StreamCursor;
import dev.millrace.kv.collection.StreamGroup;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamProgress;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.store.Item;

import java.util.List;
import java.util.OptionalLong;

/** XINFO: what a stream, its groups and their consumers are made of. */
public final class StreamInfo {
    private static final String HELP =
            """
            CONSUMERS <key> <groupname>
                Show consumers of <groupname>.
            GROUPS <key>
                Show the stream consumer groups.
            STREAM <key> [FULL [COUNT <count>]
                Show information about the stream.
            """;

    /** FULL without COUNT tells of so many entries, and of so many that are pending. */
    private static final long FULL_COUNT = 10;

    private StreamInfo() {}

    private static Command.Builder about(String name, int arity) {
        return Streams.stream(name, "5.0.0", arity)
                .complexity("O(1)")
                .keys(Keys.range(2, 2, 1))
                .flags(Flag.READONLY);
    }

    public static List<Command> all() {
        return List.of(
                Command.named("xinfo")
                        .since("5.0.0")
                        .group("stream")
                        .complexity("Depends on subcommand.")
                        .summary("A container for stream introspection commands")
                        .arity(-2)
                        .contains(
                                about("consumers", 4)
                                        .summary("List the consumers in a consumer group")
                                        .tips("nondeterministic_output")
                                        .does(StreamInfo::consumers),
                                about("groups", 3)
                                        .summary("List the consumer groups of a stream")
                                        .does(StreamInfo::groups),
                                Help.declared("5.0.0", "stream")
                                        .categories("stream")
                                        .does(Help.answering("xinfo", HELP)),
                                about("stream", -3)
                                        .summary("Get information about a stream")
                                        .does(StreamInfo::stream)));
    }

    private static Key existing(Call call) {
        Key key = call.read(2).require(Item.TYPE_STREAM);
        if (!key.exists()) {
            throw Refusal.NO_SUCH_KEY;
        }
        return key;
    }

    private static void field(Call call, String name, long value) {
        call.reply().bulk(name);
        call.reply().integer(value);
    }

    private static void field(Call call, String name, StreamId value) {
        call.reply().bulk(name);
        Entries.id(call, value);
    }

    private static void field(Call call, String name, OptionalLong value) {
        call.reply().bulk(name);
        if (value.isPresent()) {
            call.reply().integer(value.getAsLong());
        } else {
            call.reply().nullBulk();
        }
    }

    // ---- XINFO CONSUMERS, XINFO GROUPS

    private static void consumers(Call call) {
        Key key = existing(call);
        long group = Groups.group(call, key, 3);
        if (group == 0) {
            throw Groups.noGroup(call);
        }
        call.reply().array(StreamGroup.consumers(group));
        for (int i = 0; i < StreamGroup.consumers(group); i++) {
            long consumer = StreamGroup.consumer(group, i);
            call.reply().map(3);
            call.reply().bulk("name");
            Unacknowledged.name(call, consumer);
            field(call, "pending", StreamConsumer.pending(consumer));
            long idle = call.nowMillis() - StreamConsumer.seenMillis(consumer);
            field(call, "idle", Math.max(idle, 0));
        }
    }

    private static void groups(Call call) {
        Key key = existing(call);
        call.reply().array(StreamValue.groups(key));
        for (int i = 0; i < StreamValue.groups(key); i++) {
            long group = StreamValue.group(key, i);
            call.reply().map(6);
            name(call, group);
            field(call, "consumers", StreamGroup.consumers(group));
            field(call, "pending", StreamGroup.pending(group));
            progress(call, key, group);
        }
    }

    private static void name(Call call, long group) {
        call.reply().bulk("name");
        call.reply().bulk(StreamGroup.name(group), StreamGroup.nameLength(group));
    }

    private static void progress(Call call, Key key, long group) {
        field(call, "last-delivered-id", StreamGroup.last(group));
        long read = StreamGroup.read(group);
        boolean known = read != StreamGroup.UNKNOWN;
        field(call, "entries-read", known ? OptionalLong.of(read) : OptionalLong.empty());
        field(call, "lag", StreamProgress.lag(key, group));
    }

    // ---- XINFO STREAM

    private static void stream(Call call) {
        Key key = existing(call);
        boolean full = call.count() > 3;
        long count = full ? fullCount(call) : 0;
        call.reply().map(full ? 9 : 10);
        facts(call, key);
        if (!full) {
            field(call, "groups", StreamValue.groups(key));
            edge(call, "first-entry", StreamCursor.upwards(key, StreamId.MIN, StreamId.MAX));
            edge(call, "last-entry", StreamCursor.downwards(key, StreamId.MIN, StreamId.MAX));
            return;
        }
        long most = count == 0 ? Long.MAX_VALUE : count;
        call.reply().bulk("entries");
        Entries.entries(call, StreamCursor.upwards(key, StreamId.MIN, StreamId.MAX), most);
        call.reply().bulk("groups");
        call.reply().array(StreamValue.groups(key));
        for (int i = 0; i < StreamValue.groups(key); i++) {
            group(call, key, StreamValue.group(key, i), most);
        }
    }

    /** What COUNT says behind FULL; 0: all. */
    private static long fullCount(Call call) {
        boolean counted = call.count() == 6 && call.is(4, "COUNT");
        if (!call.is(3, "FULL") || call.count() != 4 && !counted) {
            throw Help.wrongForm(call);
        }
        long count = counted ? call.integer(5) : FULL_COUNT;
        return count < 0 ? FULL_COUNT : count;
    }

    private static void facts(Call call, Key key) {
        field(call, "length", StreamValue.length(key));
        field(call, "radix-tree-keys", StreamValue.nodes(key));
        field(call, "radix-tree-nodes", RadixNodes.of(key));
        field(call, "last-generated-id", StreamValue.last(key));
        field(call, "max-deleted-entry-id", StreamValue.deleted(key));
        field(call, "entries-added", StreamValue.added(key));
        field(call, "recorded-first-entry-id", StreamValue.first(key));
    }

    private static void edge(Call call, String name, StreamCursor cursor) {
        call.reply().bulk(name);
        if (cursor.next()) {
            Entries.entry(call, cursor);
        } else {
            call.reply().nullBulk();
        }
    }

    private static void group(Call call, Key key, long group, long most) {
        call.reply().map(7);
        name(call, group);
        progress(call, key, group);
        field(call, "pel-count", StreamGroup.pending(group));
        pending(call, Pending.of(group), most, true);
        call.reply().bulk("consumers");
        call.reply().array(StreamGroup.consumers(group));
        for (int i = 0; i < StreamGroup.consumers(group); i++) {
            long consumer = StreamGroup.consumer(group, i);
            call.reply().map(4);
            call.reply().bulk("name");
            Unacknowledged.name(call, consumer);
            field(call, "seen-time", StreamConsumer.seenMillis(consumer));
            field(call, "pel-count", StreamConsumer.pending(consumer));
            pending(call, Pending.of(group, consumer), most, false);
        }
    }

    private static void pending(Call call, Pending pending, long most, boolean named) {
        Reply reply = call.reply();
        reply.bulk("pending");
        long begun = reply.out().length();
        int answered = 0;
        boolean is = pending.from(StreamId.MIN);
        for (; is && answered < most; is = pending.next()) {
            answered++;
            reply.array(named ? 4 : 3);
            Entries.id(call, pending.id());
            if (named) {
                Unacknowledged.name(call, pending.consumer());
            }
            reply.integer(pending.timeMillis());
            reply.integer(pending.deliveries());
        }
        reply.arrayInFront(begun, answered);
    }
}
