package dev.millrace.events.api;

import dev.millrace.events.grpc.Status;

/**
 * How KurrentDB says what went wrong: a status, and in its trailers what its clients decide by (its
 * RpcExceptions).
 */
final class Failures {
    private static final String EXCEPTION = "exception";
    private static final String STREAM = "stream-name";

    private Failures() {}

    static Status invalid(String message) {
        return new Status(Status.Code.INVALID_ARGUMENT, message);
    }

    static Status streamDeleted(String stream) {
        return new Status(
                        Status.Code.FAILED_PRECONDITION,
                        "Event stream '" + stream + "' is deleted.")
                .with(EXCEPTION, "stream-deleted")
                .with(STREAM, stream);
    }

    static Status wrongExpectedVersion(String stream, long expected, long actual) {
        return new Status(
                        Status.Code.FAILED_PRECONDITION,
                        "Append failed due to WrongExpectedVersion. Stream: "
                                + stream
                                + ", Expected version: "
                                + expected
                                + ", Actual version: "
                                + actual)
                .with(EXCEPTION, "wrong-expected-version")
                .with(STREAM, stream)
                .with("expected-version", Long.toString(expected))
                .with("actual-version", actual < 0 ? "" : Long.toString(actual));
    }

    static Status appendTooLong(long most) {
        return new Status(
                        Status.Code.INVALID_ARGUMENT,
                        "Maximum Append Size of " + most + " Exceeded.")
                .with(EXCEPTION, "maximum-append-size-exceeded")
                .with("maximum-append-size", Long.toString(most));
    }

    static Status missingMetadata(String property) {
        return new Status(
                        Status.Code.INVALID_ARGUMENT,
                        "Required Metadata Property '" + property + "' is missing")
                .with(EXCEPTION, "missing-required-metadata-property")
                .with("required-metadata-properties", "type,content-type");
    }

    static Status accessDenied() {
        return new Status(Status.Code.PERMISSION_DENIED, "Access Denied")
                .with(EXCEPTION, "access-denied");
    }

    static Status diskFull(String trouble) {
        return new Status(Status.Code.UNAVAILABLE, "the log takes nothing: " + trouble);
    }
}
