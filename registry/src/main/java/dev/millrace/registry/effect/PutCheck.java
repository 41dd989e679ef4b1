package dev.millrace.registry.effect;

import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Definition;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A check is there, new or changed. */
public record PutCheck(Check check) implements Change, Kept {
    @Override
    public int code() {
        return Codes.PUT_CHECK;
    }

    @Override
    public void write(Form out) {
        out.text(check.node())
                .text(check.id())
                .text(check.name())
                .text(check.status().text())
                .text(check.notes())
                .text(check.output())
                .text(check.serviceId())
                .text(check.serviceName())
                .texts(check.serviceTags())
                .text(check.type())
                .text(check.definition().text())
                .flag(check.local())
                .number(check.createIndex())
                .number(check.modifyIndex());
    }

    static PutCheck read(FormReader in) {
        return new PutCheck(
                new Check(
                        in.text(),
                        in.text(),
                        in.text(),
                        status(in),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.texts(),
                        in.text(),
                        Definition.of(in.text()),
                        in.flag(),
                        in.varint(),
                        in.varint()));
    }

    static Status status(FormReader in) {
        String text = in.text();
        return Status.of(text).orElseThrow(() -> in.damaged("status " + text));
    }

    @Override
    public State on(State before, long index, Touched touched) {
        Catalog catalog = before.catalog();
        long created =
                catalog.host(check.node())
                        .flatMap(host -> host.check(check.id()))
                        .map(Check::createIndex)
                        .orElse(index);
        return before.with(catalog.with(check.at(created, index), index, touched));
    }

    @Override
    public State restored(State before) {
        return before.with(before.catalog().with(check, check.modifyIndex(), Touched.NOBODY));
    }
}
