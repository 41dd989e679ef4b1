package dev.millrace.events.api;

import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.wire.MessageWriter;

import java.util.function.Consumer;

/** A call whose request says nothing, and whose answer is one message. */
record Answering(Call call, Consumer<MessageWriter> answer) implements Requests {
    @Override
    public void message(long address, int bytes) {
        // Empty of shared.proto.
    }

    @Override
    public void halfClosed() {
        Message.sendLast(call, answer);
    }
}
