package dev.millrace.events.api;

import dev.millrace.events.group.Group;
import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.subscription.Subscription;
import dev.millrace.events.subscription.Subscriptions;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;

import java.util.Optional;

/** PersistentSubscriptions.ReplayParked. */
final class ReplayingParked {
    private record Wanted(Group.Key key, long stopAt) {}

    private ReplayingParked() {}

    static Requests begin(EventsLoop loop, Subscriptions subscriptions, Call call) {
        return new Unary<>(
                loop,
                call,
                ReplayingParked::read,
                (wanted, unary) -> replay(wanted, subscriptions, unary));
    }

    private static void replay(Wanted wanted, Subscriptions subscriptions, Unary<Wanted> unary) {
        Optional<Subscription> found = subscriptions.find(wanted.key);
        if (wanted.stopAt < 0) {
            unary.call()
                    .end(
                            GroupFailures.failed(
                                    wanted.key,
                                    "Cannot stop replaying parked message at a negative version."));
        } else if (found.isEmpty()) {
            unary.call().end(GroupFailures.doesNotExist(wanted.key));
        } else {
            unary.answer(found.get().replay(wanted.stopAt, unary::again));
        }
    }

    private static Wanted read(MessageReader in) {
        Wanted wanted = new Wanted(new Group.Key("", ""), 0);
        while (in.next()) {
            if (in.field() == 1) {
                wanted = options(in.message());
            }
        }
        return wanted;
    }

    private static Wanted options(MessageReader in) {
        GroupName name = new GroupName();
        boolean hasStop = false;
        long stopAt = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name.name(in.text());
                case 2 -> name.stream(in.message());
                case 3 -> name.all();
                case 4 -> {
                    hasStop = true;
                    stopAt = in.number();
                }
                case 5 -> {
                    hasStop = true;
                    stopAt = Long.MAX_VALUE;
                }
                default -> {
                    // A later version's.
                }
            }
        }
        if (!hasStop) {
            throw new MalformedMessage("a replay without an end, or no limit");
        }
        return new Wanted(name.whole(), stopAt);
    }
}
