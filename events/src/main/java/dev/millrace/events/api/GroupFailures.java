package dev.millrace.events.api;

import dev.millrace.events.group.Group;
import dev.millrace.events.grpc.Status;

/** How KurrentDB says what went wrong with a persistent subscription (its RpcExceptions). */
final class GroupFailures {
    private GroupFailures() {}

    private static Status status(
            Status.Code code, String message, String exception, Group.Key group) {
        return new Status(code, message)
                .with("exception", exception)
                .with("stream-name", group.stream())
                .with("group-name", group.name());
    }

    private static String group(Group.Key group) {
        return "ubscription group " + group.name() + " on stream " + group.stream();
    }

    static Status failed(Group.Key group, String reason) {
        return status(
                        Status.Code.INTERNAL,
                        "S" + group(group) + " failed: '" + reason + "'",
                        "persistent-subscription-failed",
                        group)
                .with("reason", reason);
    }

    static Status doesNotExist(Group.Key group) {
        return status(
                Status.Code.NOT_FOUND,
                "S" + group(group) + " does not exist.",
                "persistent-subscription-does-not-exist",
                group);
    }

    static Status exists(Group.Key group) {
        return status(
                Status.Code.ALREADY_EXISTS,
                "S" + group(group) + " exists.",
                "persistent-subscription-exists",
                group);
    }

    static Status full(Group.Key group) {
        return status(
                Status.Code.FAILED_PRECONDITION,
                "Maximum subscriptions reached for s" + group(group) + ".",
                "maximum-subscribers-reached",
                group);
    }

    static Status dropped(Group.Key group) {
        return status(
                Status.Code.CANCELLED,
                "S" + group(group) + " was dropped.",
                "persistent-subscription-dropped",
                group);
    }
}
