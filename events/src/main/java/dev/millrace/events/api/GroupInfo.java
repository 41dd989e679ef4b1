package dev.millrace.events.api;

import dev.millrace.events.group.Group;
import dev.millrace.events.group.GroupSettings;
import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.subscription.Subscription;
import dev.millrace.events.subscription.SubscriptionInfo;
import dev.millrace.events.subscription.Subscriptions;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;

import java.util.List;

/** PersistentSubscriptions.GetInfo and List. */
final class GroupInfo {
    /** Who everybody is. */
    private static final String USER = "anonymous";

    private GroupInfo() {}

    // ---- GetInfo

    static Requests one(EventsLoop loop, Subscriptions subscriptions, Call call) {
        return new Unary<>(
                loop,
                call,
                GroupInfo::readOne,
                (key, unary) ->
                        subscriptions
                                .find(key)
                                .ifPresentOrElse(
                                        found -> unary.answer(out -> put(out, 1, found.info())),
                                        () -> call.end(GroupFailures.doesNotExist(key))));
    }

    private static Group.Key readOne(MessageReader in) {
        GroupName name = new GroupName();
        while (in.next()) {
            if (in.field() == 1) {
                readOptions(name, in.message());
            }
        }
        return name.whole();
    }

    private static void readOptions(GroupName name, MessageReader in) {
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name.stream(in.message());
                case 2 -> name.all();
                case 3 -> name.name(in.text());
                default -> {
                    // A later version's.
                }
            }
        }
    }

    // ---- List

    /** The groups of one stream, or of all streams. */
    private record Wanted(boolean everything, Group.Key of) {}

    static Requests list(EventsLoop loop, Subscriptions subscriptions, Call call) {
        return new Unary<>(
                loop,
                call,
                GroupInfo::readList,
                (wanted, unary) -> list(wanted, subscriptions.all(), unary));
    }

    private static void list(Wanted wanted, List<Subscription> all, Unary<Wanted> unary) {
        List<Subscription> found =
                all.stream()
                        .filter(
                                each ->
                                        wanted.everything
                                                || each.key().stream().equals(wanted.of.stream()))
                        .toList();
        if (found.isEmpty() && !wanted.everything) {
            unary.call().end(GroupFailures.doesNotExist(wanted.of));
        } else {
            unary.answer(out -> found.forEach(each -> put(out, 1, each.info())));
        }
    }

    private static Wanted readList(MessageReader in) {
        while (in.next()) {
            if (in.field() == 1) {
                return readListOptions(in.message());
            }
        }
        throw new MalformedMessage("a list without options");
    }

    private static Wanted readListOptions(MessageReader in) {
        GroupName name = new GroupName();
        while (in.next()) {
            if (in.field() == 1) {
                return new Wanted(true, new Group.Key("", ""));
            }
            if (in.field() == 2) {
                readStream(name, in.message());
            }
        }
        return new Wanted(false, name.whole());
    }

    private static void readStream(GroupName name, MessageReader in) {
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name.stream(in.message());
                case 2 -> name.all();
                default -> {
                    // A later version's.
                }
            }
        }
    }

    // ---- SubscriptionInfo

    private static void put(MessageWriter out, int field, SubscriptionInfo info) {
        Group group = info.group();
        GroupSettings settings = group.settings();
        int begun = out.begin(field);
        out.text(1, group.key().stream());
        out.text(2, group.key().name());
        out.text(3, info.status());
        info.connections().forEach(connection -> put(out, connection));
        out.number(5, info.averagePerSecond());
        out.number(6, info.total());
        out.number(7, info.sinceMeasured());
        out.text(8, optional(group, info.lastCheckpoint()));
        out.text(9, optional(group, info.lastKnown()));
        out.flag(10, settings.resolveLinks());
        out.text(11, place(group, settings.startFrom()));
        out.number(12, settings.messageTimeoutMillis());
        out.flag(13, settings.extraStatistics());
        out.number(14, settings.maxRetryCount());
        out.number(15, settings.liveBufferSize());
        out.number(16, settings.historyBufferSize());
        out.number(17, settings.readBatchSize());
        out.number(18, settings.checkpointAfterMillis());
        out.number(19, settings.minCheckpointCount());
        out.number(20, settings.maxCheckpointCount());
        out.number(21, 0); // Nothing is read ahead,
        out.number(22, 0); // and nothing live is kept beside what is read.
        out.number(23, info.retrying());
        out.number(24, info.inFlight());
        out.number(25, info.inFlight());
        out.text(26, settings.strategy().wireName());
        out.number(27, settings.maxSubscriberCount());
        out.number(28, info.parked());
        out.end(begun);
    }

    private static String optional(Group group, long place) {
        return place == Group.NONE ? "" : place(group, place);
    }

    private static String place(Group group, long place) {
        return group.isOfAll() ? "C:" + place + "/P:" + place : Long.toString(place);
    }

    private static void put(MessageWriter out, SubscriptionInfo.Connection connection) {
        int begun = out.begin(4);
        out.text(2, USER);
        out.number(3, connection.averagePerSecond());
        out.number(4, connection.total());
        out.number(5, connection.sinceMeasured());
        connection.measurements().forEach(measurement -> put(out, measurement));
        out.number(7, connection.availableSlots());
        out.number(8, connection.inFlight());
        out.text(9, connection.name());
        out.end(begun);
    }

    private static void put(MessageWriter out, SubscriptionInfo.Measurement measurement) {
        int begun = out.begin(6);
        out.text(1, measurement.name());
        out.number(2, measurement.millis());
        out.end(begun);
    }
}
