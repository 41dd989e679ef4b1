package dev.millrace.kv.stream;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.collection.StreamConsumer;
import dev.millrace.kv.collection.StreamGroup;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.store.Item;

import java.util.List;

/** XGROUP and XACK: groups come and go, and what was delivered is done with. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Groups {
    private static final Refusal NO_KEY =
            new Refusal(
                    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you"
                            + " may want to use the MKSTREAM option to create an empty stream"
                            + " automatically.");
    private static final Refusal BUSY = new Refusal("BUSYGROUP Consumer Group name already exists");
    private static final Refusal NEGATIVE_READ =
            new Refusal("ERR value for ENTRIESREAD must be positive or -1");

    /** More arguments CREATE does not take, options and all. */
    private static final int CREATE_ARGUMENTS_MAX = 8;

    /** With its one option SETID has so many. */
    private static final int SET_ID_ARGUMENTS = 7;

    private static final String HELP =
            """
            CREATE <key> <groupname> <id|$> [option]
                Create a new consumer group. Options are:
                * MKSTREAM
                  Create the empty stream if it does not exist.
                * ENTRIESREAD entries_read
                  Set the group's entries_read counter (internal use).
            CREATECONSUMER <key> <groupname> <consumer>
                Create a new consumer in the specified group.
            DELCONSUMER <key> <groupname> <consumer>
                Remove the specified consumer.
            DESTROY <key> <groupname>
                Remove the specified group.
            SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]
                Set the current group ID and entries_read counter.
            """;

    private Groups() {}

    private static Command.Builder group(String name, String since, int arity, String access) {
        return Streams.stream(name, since, arity)
                .complexity("O(1)")
                .keys(Keys.range(2, 2, 1))
                .flags(Flag.WRITE)
                .access(KeyAccess.of("RW", access));
    }

    public static List<Command> all() {
        return List.of(
                Command.named("xgroup")
                        .since("5.0.0")
                        .group("stream")
                        .complexity("Depends on subcommand.")
                        .summary("A container for consumer groups commands")
                        .arity(-2)
                        .contains(
                                group("create", "5.0.0", -5, "insert")
                                        .summary("Create a consumer group.")
                                        .flags(Flag.DENYOOM)
                                        .does(Groups::create),
                                group("createconsumer", "6.2.0", 5, "insert")
                                        .summary("Create a consumer in a consumer group.")
                                        .flags(Flag.DENYOOM)
                                        .does(Groups::createConsumer),
                                group("delconsumer", "5.0.0", 5, "delete")
                                        .summary("Delete a consumer from a consumer group.")
                                        .does(Groups::deleteConsumer),
                                group("destroy", "5.0.0", 4, "delete")
                                        .complexity(
                                                "O(N) where N is the number of entries in the"
                                                        + " group's pending entries list (PEL).")
                                        .summary("Destroy a consumer group.")
                                        .does(Groups::destroy),
                                Help.declared("5.0.0", "stream")
                                        .categories("stream")
                                        .does(Help.answering("xgroup", HELP)),
                                group("setid", "5.0.0", -5, "update")
                                        .summary(
                                                "Set a consumer group to an arbitrary last delivered"
                                                        + " ID value.")
                                        .does(Groups::setId)),
                Streams.stream("xack", "5.0.0", -4)
                        .complexity("O(1) for each message ID processed.")
                        .summary(
                                "Marks a pending message as correctly processed, effectively"
                                        + " removing it from the pending entries list of the"
                                        + " consumer group. Return value of the command is the"
                                        + " number of messages successfully acknowledged, that is,"
                                        + " the IDs we were actually able to resolve in the PEL.")
                        .flags(Flag.WRITE, Flag.FAST)
                        .does(Groups::acknowledge));
    }

    // ---- For all that work with groups

    /** The group that an argument names, or 0. */
    static long group(Call call, Key key, int index) {
        return StreamValue.group(key, call.address(index), call.length(index));
    }

    /** The consumer that an argument names, which is made if there is none. */
    static long consumer(Call call, Key key, long group, int index) {
        long consumer = StreamGroup.consumer(group, call.address(index), call.length(index));
        return consumer == 0 ? addConsumer(call, key, group, index) : consumer;
    }

    private static long addConsumer(Call call, Key key, long group, int index) {
        long consumer =
                call.effects().stream()
                        .addConsumer(
                                key,
                                group,
                                call.address(index),
                                call.length(index),
                                call.nowMillis());
        call.notify(Notification.STREAM, "xgroup-createconsumer", key);
        return consumer;
    }

    /** The group that arguments 1 and 2 name. */
    static long required(Call call, Key key) {
        long group = group(call, key, 2);
        if (group == 0) {
            throw new Refusal(
                    "NOGROUP No such key '"
                            + call.shown(1)
                            + "' or consumer group '"
                            + call.shown(2)
                            + "'");
        }
        return group;
    }

    static Refusal noGroup(Call call) {
        return new Refusal(
                "NOGROUP No such consumer group '"
                        + call.shown(3)
                        + "' for key name '"
                        + call.shown(2)
                        + "'");
    }

    // ---- XGROUP

    private static Key existing(Call call) {
        Key key = call.write(2).require(Item.TYPE_STREAM);
        if (!key.exists()) {
            throw NO_KEY;
        }
        return key;
    }

    private static long existingGroup(Call call, Key key) {
        long group = group(call, key, 3);
        if (group == 0) {
            throw noGroup(call);
        }
        return group;
    }

    private static void create(Call call) {
        boolean makesStream = false;
        long read = StreamGroup.UNKNOWN;
        for (int i = 5; i < call.count(); i++) {
            if (call.is(i, "MKSTREAM")) {
                makesStream = true;
            } else {
                read = entriesRead(call, i++);
            }
        }
        Key key = makesStream ? call.write(2).require(Item.TYPE_STREAM) : existing(call);
        if (call.count() > CREATE_ARGUMENTS_MAX) {
            throw Help.wrongForm(call);
        }
        StreamId last = isFromNow(call) ? StreamValue.last(key) : IdText.id(call, 4);
        if (group(call, key, 3) != 0) {
            throw BUSY;
        }
        call.effects().stream().putGroup(key, call.address(3), call.length(3), last, read);
        call.reply().ok();
        call.notify(Notification.STREAM, "xgroup-create", key);
    }

    private static boolean isFromNow(Call call) {
        return call.length(4) == 1 && Memory.getByte(call.address(4)) == '$';
    }

    /** What the option ENTRIESREAD says that stands at an index, as it must. */
    private static long entriesRead(Call call, int index) {
        if (!call.is(index, "ENTRIESREAD") || index + 1 == call.count()) {
            throw Help.wrongForm(call);
        }
        long read = call.integer(index + 1);
        if (read < StreamGroup.UNKNOWN) {
            throw NEGATIVE_READ;
        }
        return read;
    }

    private static void setId(Call call) {
        long read = StreamGroup.UNKNOWN;
        for (int i = 5; i < call.count(); i += 2) {
            read = entriesRead(call, i);
        }
        Key key = existing(call);
        existingGroup(call, key);
        if (call.count() > SET_ID_ARGUMENTS) {
            throw Help.wrongForm(call);
        }
        StreamId last = isFromNow(call) ? StreamValue.last(key) : IdText.idOrEnd(call, 4, 0);
        call.effects().stream().putGroup(key, call.address(3), call.length(3), last, read);
        call.reply().ok();
        call.notify(Notification.STREAM, "xgroup-setid", key);
    }

    private static void destroy(Call call) {
        Key key = existing(call);
        long group = group(call, key, 3);
        if (group == 0) {
            call.reply().integer(0);
            return;
        }
        call.effects().stream().removeGroup(key, group);
        call.reply().integer(1);
        call.notify(Notification.STREAM, "xgroup-destroy", key);
    }

    private static void createConsumer(Call call) {
        Key key = existing(call);
        long group = existingGroup(call, key);
        boolean there = StreamGroup.consumer(group, call.address(4), call.length(4)) != 0;
        if (!there) {
            addConsumer(call, key, group, 4);
        }
        call.reply().flag(!there);
    }

    private static void deleteConsumer(Call call) {
        Key key = existing(call);
        long group = existingGroup(call, key);
        long consumer = StreamGroup.consumer(group, call.address(4), call.length(4));
        if (consumer == 0) {
            call.reply().integer(0);
            return;
        }
        call.reply().integer(StreamConsumer.pending(consumer));
        call.effects().stream().removeConsumer(key, group, consumer);
        call.notify(Notification.STREAM, "xgroup-delconsumer", key);
    }

    // ---- XACK

    private static void acknowledge(Call call) {
        Key key = call.read(1).require(Item.TYPE_STREAM);
        long group = group(call, key, 2);
        if (group == 0) {
            call.reply().integer(0);
            return;
        }
        for (int i = 3; i < call.count(); i++) {
            IdText.id(call, i);
        }
        int done = 0;
        for (int i = 3; i < call.count(); i++) {
            StreamId id = IdText.id(call, i);
            done += call.effects().stream().acknowledge(key, group, id) ? 1 : 0;
        }
        if (call.effects().stream().endAcknowledge(key)) {
            call.effects().count(done - 1);
        }
        call.reply().integer(done);
    }
}
