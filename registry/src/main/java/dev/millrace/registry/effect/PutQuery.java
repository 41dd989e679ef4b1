package dev.millrace.registry.effect;

import dev.millrace.registry.query.Failover;
import dev.millrace.registry.query.FailoverTarget;
import dev.millrace.registry.query.PreparedQuery;
import dev.millrace.registry.query.ServiceQuery;
import dev.millrace.registry.query.Template;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A prepared query is there, or is as it is now. */
public record PutQuery(PreparedQuery query) implements Change, Kept {
    @Override
    public int code() {
        return Codes.PUT_QUERY;
    }

    @Override
    public void write(Form out) {
        out.text(query.id()).text(query.name()).text(query.session()).text(query.token());
        write(out, query.service());
        out.text(query.dnsTtl())
                .text(query.template().type())
                .text(query.template().regexp())
                .flag(query.template().removeEmptyTags())
                .number(query.createIndex())
                .number(query.modifyIndex());
    }

    private static void write(Form out, ServiceQuery service) {
        Failover failover = service.failover();
        out.text(service.service())
                .number(failover.nearest())
                .texts(failover.datacenters())
                .list(failover.targets(), target -> write(out, target))
                .flag(service.onlyPassing())
                .texts(service.ignoredChecks())
                .text(service.near())
                .texts(service.tags())
                .texts(service.nodeMeta())
                .texts(service.serviceMeta())
                .flag(service.connect());
    }

    private static void write(Form out, FailoverTarget target) {
        out.text(target.peer())
                .text(target.datacenter())
                .text(target.service())
                .texts(target.tags());
    }

    static PutQuery read(FormReader in) {
        return new PutQuery(
                new PreparedQuery(
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        service(in),
                        in.text(),
                        new Template(in.text(), in.text(), in.flag()),
                        in.varint(),
                        in.varint()));
    }

    private static ServiceQuery service(FormReader in) {
        return new ServiceQuery(
                in.text(),
                new Failover(in.varint(), in.texts(), in.list(() -> target(in))),
                in.flag(),
                in.texts(),
                in.text(),
                in.texts(),
                in.textMap(),
                in.textMap(),
                in.flag());
    }

    private static FailoverTarget target(FormReader in) {
        return new FailoverTarget(in.text(), in.text(), in.text(), in.texts());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        long created =
                before.queries().query(query.id()).map(PreparedQuery::createIndex).orElse(index);
        return before.with(before.queries().with(query.at(created, index), index, touched));
    }

    @Override
    public State restored(State before) {
        return before.with(before.queries().with(query, query.modifyIndex(), Touched.NOBODY));
    }
}
