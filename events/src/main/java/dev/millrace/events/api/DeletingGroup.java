package dev.millrace.events.api;

import dev.millrace.events.group.Group;
import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.subscription.Subscription;
import dev.millrace.events.subscription.Subscriptions;
import dev.millrace.events.wire.MessageReader;

import java.util.Optional;

/** PersistentSubscriptions.Delete. */
final class DeletingGroup {
    private record Wanted(Group.Key key, boolean byName) {}

    private DeletingGroup() {}

    static Requests begin(EventsLoop loop, Subscriptions subscriptions, Call call) {
        return new Unary<>(
                loop,
                call,
                DeletingGroup::read,
                (wanted, unary) -> delete(wanted, subscriptions, unary));
    }

    private static void delete(Wanted wanted, Subscriptions subscriptions, Unary<Wanted> unary) {
        String objection = wanted.byName ? GroupRequest.objectionToName(wanted.key.stream()) : "";
        Optional<Subscription> found = subscriptions.find(wanted.key);
        if (!objection.isEmpty()) {
            unary.call().end(GroupFailures.failed(wanted.key, objection));
        } else if (found.isEmpty()) {
            unary.call().end(GroupFailures.doesNotExist(wanted.key));
        } else {
            unary.answer(subscriptions.delete(found.get(), unary::again));
        }
    }

    private static Wanted read(MessageReader in) {
        GroupName name = new GroupName();
        while (in.next()) {
            if (in.field() == 1) {
                options(name, in.message());
            }
        }
        return new Wanted(name.whole(), name.isByName());
    }

    private static void options(GroupName name, MessageReader in) {
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name.stream(in.message());
                case 2 -> name.name(in.text());
                case 3 -> name.all();
                default -> {
                    // A later version's.
                }
            }
        }
    }
}
