package dev.millrace.events.api;

import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;
import dev.millrace.kernel.journal.Journal;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A call of one request that asks for one thing, which is done under the lock and, while there is
 * no space for it, again.
 */
final class Unary<T> implements Requests {
    /** Does what is asked for; on the loop, under the lock. */
    @FunctionalInterface
    interface Action<T> {
        void run(T request, Unary<T> call);
    }

    private final EventsLoop loop;
    private final Call call;
    private final Function<MessageReader, T> reader;
    private final Action<T> action;
    private @Nullable T request;

    /**
     * @param reader reads the request; what is wrong with it is a {@link MalformedMessage}
     */
    Unary(EventsLoop loop, Call call, Function<MessageReader, T> reader, Action<T> action) {
        this.loop = loop;
        this.call = call;
        this.reader = reader;
        this.action = action;
    }

    @Override
    public void message(long address, int bytes) {
        try {
            request = reader.apply(new MessageReader(address, bytes));
        } catch (MalformedMessage malformed) {
            call.end(Failures.invalid(String.valueOf(malformed.getMessage())));
        }
    }

    @Override
    public void halfClosed() {
        if (request == null) {
            call.end(Failures.invalid("a call without a request"));
        } else {
            again();
        }
    }

    /** Does it, or does it again, for there may be space now. */
    void again() {
        T asked = request;
        if (asked != null && !call.isOver()) {
            loop.change(() -> action.run(asked, this));
        }
    }

    Call call() {
        return call;
    }

    /** Answers with these fields. */
    void answer(Consumer<MessageWriter> fields) {
        Message.sendLast(call, fields);
    }

    /** Answers when what was changed is durable; while there is no space for it, nothing. */
    void answer(Journal.Admission admission) {
        switch (admission) {
            case ADMITTED -> loop.whenDurable(() -> answer(out -> {}));
            case WAIT -> {
                // again() comes.
            }
            case REFUSED -> call.end(Failures.diskFull(loop.store().journal().trouble()));
        }
    }
}
