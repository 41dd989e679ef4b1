package dev.millrace.events.api;

import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Status;
import dev.millrace.events.wire.MessageWriter;

import java.util.function.Consumer;

/** An answer of one message. */
final class Message {
    /** Most answers are shorter. */
    private static final int BYTES_EXPECTED = 256;

    private Message() {}

    /** Sends a message with these fields. */
    static void send(Call call, Consumer<MessageWriter> fields) {
        MessageWriter out = new MessageWriter(call.buffer(BYTES_EXPECTED));
        int begun = out.beginPrefixed();
        fields.accept(out);
        out.endPrefixed(begun);
        call.send(out.written());
    }

    /** Sends it as all that the call answers. */
    static void sendLast(Call call, Consumer<MessageWriter> fields) {
        send(call, fields);
        call.end(Status.OK);
    }
}
