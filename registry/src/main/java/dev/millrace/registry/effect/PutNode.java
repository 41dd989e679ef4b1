package dev.millrace.registry.effect;

import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A node is there, new or changed. */
public record PutNode(Node node) implements Change, Kept {
    @Override
    public int code() {
        return Codes.PUT_NODE;
    }

    @Override
    public void write(Form out) {
        out.text(node.id())
                .text(node.name())
                .text(node.address())
                .texts(node.taggedAddresses())
                .texts(node.meta())
                .number(node.createIndex())
                .number(node.modifyIndex());
    }

    static PutNode read(FormReader in) {
        return new PutNode(
                new Node(
                        in.text(),
                        in.text(),
                        in.text(),
                        in.textMap(),
                        in.textMap(),
                        in.varint(),
                        in.varint()));
    }

    @Override
    public State on(State before, long index, Touched touched) {
        Catalog catalog = before.catalog();
        long created =
                catalog.host(node.name()).map(host -> host.node().createIndex()).orElse(index);
        return before.with(catalog.with(node.at(created, index), index, touched));
    }

    @Override
    public State restored(State before) {
        return before.with(before.catalog().with(node, node.modifyIndex(), Touched.NOBODY));
    }
}
