package dev.millrace.events.api;

import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.subscription.Subscriptions;

/**
 * PersistentSubscriptions.Create and Update. Mistakes are looked for in KurrentDB's order: a name,
 * (Update) whether there is such a group, the settings, (Create) whether there is one, sizes.
 */
final class DefiningGroup {
    private DefiningGroup() {}

    static Requests create(EventsLoop loop, Subscriptions subscriptions, Call call) {
        return new Unary<>(
                loop,
                call,
                GroupRequest::read,
                (request, unary) -> create(request, loop.visible(), subscriptions, unary));
    }

    private static void create(
            GroupRequest request,
            long end,
            Subscriptions subscriptions,
            Unary<GroupRequest> unary) {
        if (isRefused(request.objectionToName(), unary, request)
                || isRefused(request.objectionToSettings(end), unary, request)) {
            return;
        }
        if (subscriptions.find(request.key()).isPresent()) {
            unary.call().end(GroupFailures.exists(request.key()));
        } else {
            define(request, subscriptions, unary);
        }
    }

    static Requests update(EventsLoop loop, Subscriptions subscriptions, Call call) {
        return new Unary<>(
                loop,
                call,
                GroupRequest::read,
                (request, unary) -> update(request, loop.visible(), subscriptions, unary));
    }

    private static void update(
            GroupRequest request,
            long end,
            Subscriptions subscriptions,
            Unary<GroupRequest> unary) {
        if (isRefused(request.objectionToName(), unary, request)) {
            return;
        }
        if (subscriptions.find(request.key()).isEmpty()) {
            unary.call().end(GroupFailures.doesNotExist(request.key()));
        } else if (!isRefused(request.objectionToSettings(end), unary, request)) {
            define(request, subscriptions, unary);
        }
    }

    private static void define(
            GroupRequest request, Subscriptions subscriptions, Unary<GroupRequest> unary) {
        if (!isRefused(request.objectionToSizes(), unary, request)) {
            unary.answer(subscriptions.define(request.key(), request.settings(), unary::again));
        }
    }

    private static boolean isRefused(
            String objection, Unary<GroupRequest> unary, GroupRequest request) {
        if (objection.isEmpty()) {
            return false;
        }
        unary.call().end(GroupFailures.failed(request.key(), objection));
        return true;
    }
}
