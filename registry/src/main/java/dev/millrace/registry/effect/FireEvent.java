package dev.millrace.registry.effect;

import dev.millrace.registry.event.UserEvent;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** An event is fired. */
public record FireEvent(UserEvent event) implements Change, Kept {
    @Override
    public int code() {
        return Codes.FIRE_EVENT;
    }

    @Override
    public void write(Form out) {
        out.text(event.id())
                .text(event.name())
                .bytes(event.payload().bytes())
                .text(event.nodeFilter())
                .text(event.serviceFilter())
                .text(event.tagFilter())
                .number(event.time())
                .number(event.index());
    }

    static FireEvent read(FormReader in) {
        return new FireEvent(
                new UserEvent(
                        in.text(),
                        in.text(),
                        Value.of(in.bytes()),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.varint(),
                        in.varint()));
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.events().with(event, index, touched));
    }

    @Override
    public State restored(State before) {
        return before.with(before.events().restored(event));
    }
}
