package dev.millrace.events.api;

import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Status;
import dev.millrace.events.wire.MessageWriter;

import io.netty.buffer.ByteBuf;

import java.util.function.Consumer;

/** An answer of one message. */
final class Message {
    private Message() {}

    /** Sends a message with these fields. */
    static void send(Call call, Consumer<MessageWriter> fields) {
        ByteBuf out = call.buffer();
        int begun = Call.beginMessage(out);
        fields.accept(new MessageWriter(out));
        Call.endMessage(out, begun);
        call.send(out);
    }

    /** Sends it as all that the call answers. */
    static void sendLast(Call call, Consumer<MessageWriter> fields) {
        send(call, fields);
        call.end(Status.OK);
    }
}
