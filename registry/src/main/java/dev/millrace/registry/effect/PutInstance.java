package dev.millrace.registry.effect;

import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.ServiceAddress;
import dev.millrace.registry.catalog.Weights;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** An instance of a service is there, new or changed. */
public record PutInstance(Instance instance) implements Change, Kept {
    @Override
    public int code() {
        return Codes.PUT_INSTANCE;
    }

    @Override
    public void write(Form out) {
        out.text(instance.node())
                .text(instance.id())
                .text(instance.service())
                .text(instance.kind())
                .texts(instance.tags())
                .text(instance.address())
                .number(instance.port())
                .text(instance.socketPath())
                .map(
                        instance.taggedAddresses(),
                        (key, at) -> out.text(key).text(at.address()).number(at.port()))
                .texts(instance.meta())
                .number(instance.weights().passing())
                .number(instance.weights().warning())
                .flag(instance.enableTagOverride())
                .text(instance.proxy())
                .flag(instance.local())
                .number(instance.createIndex())
                .number(instance.modifyIndex());
    }

    static PutInstance read(FormReader in) {
        return new PutInstance(
                new Instance(
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.texts(),
                        in.text(),
                        in.number32(),
                        in.text(),
                        in.map(() -> new ServiceAddress(in.text(), in.number32())),
                        in.textMap(),
                        new Weights(in.number32(), in.number32()),
                        in.flag(),
                        in.text(),
                        in.flag(),
                        in.varint(),
                        in.varint()));
    }

    @Override
    public State on(State before, long index, Touched touched) {
        Catalog catalog = before.catalog();
        long created =
                catalog.host(instance.node())
                        .flatMap(host -> host.instance(instance.id()))
                        .map(hosted -> hosted.instance().createIndex())
                        .orElse(index);
        return before.with(catalog.with(instance.at(created, index), index, touched));
    }

    @Override
    public State restored(State before) {
        return before.with(before.catalog().with(instance, instance.modifyIndex(), Touched.NOBODY));
    }
}
