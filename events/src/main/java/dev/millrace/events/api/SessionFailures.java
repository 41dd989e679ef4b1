package dev.millrace.events.api;

import dev.millrace.events.grpc.Status;
import dev.millrace.events.wire.MessageWriter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import java.util.Base64;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * How protocol v2 says what went wrong (kurrentdb/protocol/v2/streams/errors.proto): a
 * google.rpc.Status among the trailers, of whose details the first is an ErrorInfo and the second
 * what clients decide by.
 */
final class SessionFailures {
    private static final String TRAILER = "grpc-status-details-bin";
    private static final String TYPES = "type.googleapis.com/";
    private static final String STREAMS = TYPES + "kurrentdb.protocol.v2.streams.errors.";

    private SessionFailures() {}

    static Status revisionConflict(String stream, long expected, long actual) {
        return of(
                Status.Code.FAILED_PRECONDITION,
                "Append failed due to a revision conflict on stream '%s'. Expected revision: %d. Actual revision: %d."
                        .formatted(stream, expected, actual),
                "STREAM_REVISION_CONFLICT",
                STREAMS + "StreamRevisionConflictErrorDetails",
                out -> {
                    out.text(1, stream);
                    out.signedNumber(2, expected);
                    out.signedNumber(3, actual);
                });
    }

    static Status tombstoned(String stream) {
        return of(
                Status.Code.FAILED_PRECONDITION,
                "Stream '%s' has been tombstoned. It has been permanently removed from the system and cannot be restored."
                        .formatted(stream),
                "STREAM_TOMBSTONED",
                STREAMS + "StreamTombstonedErrorDetails",
                out -> out.text(1, stream));
    }

    static Status recordTooLong(String stream, UUID id, long bytes, long most) {
        return of(
                Status.Code.INVALID_ARGUMENT,
                "The size of record %s (%d bytes) exceeds the maximum allowed size of %d bytes"
                        .formatted(id, bytes, most),
                "APPEND_RECORD_SIZE_EXCEEDED",
                STREAMS + "AppendRecordSizeExceededErrorDetails",
                out -> {
                    out.text(1, stream);
                    out.text(2, id.toString());
                    out.number(3, bytes);
                    out.number(4, most);
                });
    }

    static Status transactionTooLong(int records, long bytes, long most) {
        return of(
                Status.Code.ABORTED,
                "Transaction size (%d bytes) exceeded the maximum allowed size of %d bytes, after %d record(s)."
                        .formatted(bytes, most, records),
                "APPEND_TRANSACTION_SIZE_EXCEEDED",
                STREAMS + "AppendTransactionSizeExceededErrorDetails",
                out -> {
                    out.number(1, bytes);
                    out.number(2, most);
                });
    }

    static Status alreadyInSession(String stream) {
        return of(
                Status.Code.ABORTED,
                "Stream '%s' already has a different group of messages in this session. Appends for the same stream must currently be grouped together and not interleaved with appends for other streams."
                        .formatted(stream),
                "STREAM_ALREADY_IN_APPEND_SESSION",
                STREAMS + "StreamAlreadyInAppendSessionErrorDetails",
                out -> out.text(1, stream));
    }

    static Status noRequests() {
        return of(
                Status.Code.FAILED_PRECONDITION,
                "Append session started, but no append requests were sent before ending the session.",
                "APPEND_SESSION_NO_REQUESTS",
                "",
                _ -> {});
    }

    static Status invalid(String why) {
        return of(
                Status.Code.INVALID_ARGUMENT,
                "The 'AppendRequest' is invalid: " + why,
                "BAD_REQUEST",
                TYPES + "google.rpc.BadRequest",
                out -> {
                    int violation = out.begin(1);
                    out.text(2, why);
                    out.end(violation);
                });
    }

    static Status accessDenied() {
        return of(
                Status.Code.PERMISSION_DENIED,
                "Access denied to operation 'streams:write'.",
                "ACCESS_DENIED",
                TYPES + "kurrent.rpc.AccessDeniedErrorDetails",
                out -> out.text(1, "streams:write"));
    }

    /** Of the streams' own errors, the domain is theirs; of others, the server's. */
    private static Status of(
            Status.Code code,
            String message,
            String reason,
            String detailType,
            Consumer<MessageWriter> detail) {
        boolean ofStreams = detailType.isEmpty() || detailType.startsWith(STREAMS);
        ByteBuf bytes = Unpooled.directBuffer();
        try {
            MessageWriter out = new MessageWriter(bytes);
            out.number(1, code.number());
            out.text(2, message);
            putAny(
                    out,
                    TYPES + "google.rpc.ErrorInfo",
                    info -> {
                        info.text(1, reason);
                        info.text(2, ofStreams ? "streams" : "server");
                    });
            if (!detailType.isEmpty()) {
                putAny(out, detailType, detail);
            }
            byte[] status = new byte[out.written().readableBytes()];
            bytes.readBytes(status);
            return new Status(code, message)
                    .with(TRAILER, Base64.getEncoder().withoutPadding().encodeToString(status));
        } finally {
            bytes.release();
        }
    }

    private static void putAny(MessageWriter out, String type, Consumer<MessageWriter> message) {
        int any = out.begin(3);
        out.text(1, type);
        int value = out.begin(2);
        message.accept(out);
        out.end(value);
        out.end(any);
    }
}
