package dev.millrace.registry.effect;

import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A check has another status, or says something else. */
public record SetStatus(String node, String check, Status status, String output) implements Change {
    @Override
    public int code() {
        return Codes.SET_STATUS;
    }

    @Override
    public void write(Form out) {
        out.text(node).text(check).text(status.text()).text(output);
    }

    static SetStatus read(FormReader in) {
        return new SetStatus(in.text(), in.text(), PutCheck.status(in), in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        Catalog catalog = before.catalog();
        Check there =
                catalog.host(node)
                        .flatMap(host -> host.check(check))
                        .orElseThrow(() -> new IllegalArgumentException("no check " + check));
        Check after = there.ran(status, output).at(there.createIndex(), index);
        return before.with(catalog.with(after, index, touched));
    }
}
