package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.check.GoDuration;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.JsonValue;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.query.Failover;
import dev.millrace.registry.query.FailoverTarget;
import dev.millrace.registry.query.PreparedQuery;
import dev.millrace.registry.query.ServiceQuery;
import dev.millrace.registry.query.Template;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Prepared queries as JSON. */
final class QueryForms {
    static final String HIDDEN = "<hidden>";

    private static final Fields NOTHING = nothing();

    private QueryForms() {}

    private static Fields nothing() {
        try {
            return Fields.of(new JsonValue.Obj(Map.of()));
        } catch (MalformedJson impossible) {
            throw new AssertionError("it is an object", impossible);
        }
    }

    private static Fields part(Fields in, String name) throws MalformedJson {
        return in.object(name).orElse(NOTHING);
    }

    // ---- Reading

    /**
     * A query as a client wants it.
     *
     * @throws Refusal if something is missing, or cannot be
     */
    static PreparedQuery read(Fields in, String id) throws Refusal, MalformedJson {
        Fields template = part(in, "Template");
        PreparedQuery query =
                new PreparedQuery(
                        id,
                        in.text("Name"),
                        in.text("Session"),
                        in.text("Token"),
                        service(part(in, "Service")),
                        part(in, "DNS").duration("TTL"),
                        new Template(
                                template.text("Type"),
                                template.text("Regexp"),
                                template.flag("RemoveEmptyTags")),
                        0,
                        0);
        check(query);
        return query;
    }

    private static ServiceQuery service(Fields in) throws MalformedJson {
        return new ServiceQuery(
                in.text("Service"),
                failover(part(in, "Failover")),
                in.flag("OnlyPassing"),
                in.texts("IgnoreCheckIDs"),
                in.text("Near"),
                in.texts("Tags"),
                in.textMap("NodeMeta"),
                in.textMap("ServiceMeta"),
                in.flag("Connect"));
    }

    private static Failover failover(Fields in) throws MalformedJson {
        List<FailoverTarget> targets = new ArrayList<>();
        for (Fields target : in.objects("Targets")) {
            targets.add(
                    new FailoverTarget(
                            target.text("Peer"),
                            target.text("Datacenter"),
                            target.text("Service"),
                            target.texts("Tags")));
        }
        return new Failover(in.number("NearestN"), in.texts("Datacenters"), targets);
    }

    private static Refusal invalid(String why) {
        return Refusal.invalid("Invalid prepared query: " + why);
    }

    private static void check(PreparedQuery query) throws Refusal {
        if (!query.isNamed() && query.session().isEmpty()) {
            throw invalid("Must be bound to a session");
        }
        if (query.token().equals(HIDDEN)) {
            throw invalid(
                    "Bad Token '"
                            + HIDDEN
                            + "', it looks like a query definition with a redacted token was"
                            + " submitted");
        }
        if (query.service().service().isEmpty()) {
            throw invalid("Must provide a Service name to query");
        }
        Failover failover = query.service().failover();
        if (failover.nearest() < 0) {
            throw invalid("Bad NearestN '" + failover.nearest() + "', must be >= 0");
        }
        if (!failover.targets().isEmpty()
                && (failover.nearest() > 0 || !failover.datacenters().isEmpty())) {
            throw invalid("Targets cannot be populated with NearestN or Datacenters");
        }
        checkTtl(query.dnsTtl());
    }

    private static void checkTtl(String ttl) throws Refusal {
        if (ttl.isEmpty()) {
            return;
        }
        switch (GoDuration.parse(ttl)) {
            case GoDuration.IsNot not ->
                    throw invalid("Bad DNS TTL '" + ttl + "': " + not.reason());
            case GoDuration.Is is -> {
                if (is.duration().isNegative()) {
                    throw invalid("DNS TTL '" + is.duration().toNanos() + "', must be >=0");
                }
            }
        }
    }

    // ---- Writing

    /** A query (PreparedQuery). */
    static void put(JsonGenerator out, PreparedQuery query, boolean withToken) throws IOException {
        out.writeStartObject();
        out.writeStringField("ID", query.id());
        out.writeStringField("Name", query.name());
        out.writeStringField("Session", query.session());
        out.writeStringField(
                "Token", withToken || query.token().isEmpty() ? query.token() : HIDDEN);
        out.writeObjectFieldStart("Template");
        out.writeStringField("Type", query.template().type());
        out.writeStringField("Regexp", query.template().regexp());
        out.writeBooleanField("RemoveEmptyTags", query.template().removeEmptyTags());
        out.writeEndObject();
        out.writeFieldName("Service");
        service(out, query.service());
        dns(out, query);
        out.writeNumberField("CreateIndex", query.createIndex());
        out.writeNumberField("ModifyIndex", query.modifyIndex());
        out.writeEndObject();
    }

    /** How its answers are served by DNS. */
    static void dns(JsonGenerator out, PreparedQuery query) throws IOException {
        out.writeObjectFieldStart("DNS");
        out.writeStringField("TTL", query.dnsTtl());
        out.writeEndObject();
    }

    private static void service(JsonGenerator out, ServiceQuery service) throws IOException {
        out.writeStartObject();
        out.writeStringField("Service", service.service());
        out.writeObjectFieldStart("Failover");
        out.writeNumberField("NearestN", service.failover().nearest());
        Forms.texts(out, "Datacenters", service.failover().datacenters());
        if (!service.failover().targets().isEmpty()) {
            out.writeArrayFieldStart("Targets");
            for (FailoverTarget target : service.failover().targets()) {
                put(out, target);
            }
            out.writeEndArray();
        }
        out.writeEndObject();
        out.writeBooleanField("OnlyPassing", service.onlyPassing());
        Forms.texts(out, "IgnoreCheckIDs", service.ignoredChecks());
        out.writeStringField("Near", service.near());
        Forms.texts(out, "Tags", service.tags());
        Forms.texts(out, "NodeMeta", service.nodeMeta());
        Forms.texts(out, "ServiceMeta", service.serviceMeta());
        out.writeBooleanField("Connect", service.connect());
        out.writeEndObject();
    }

    private static void put(JsonGenerator out, FailoverTarget target) throws IOException {
        out.writeStartObject();
        out.writeStringField("Peer", target.peer());
        out.writeStringField("Datacenter", target.datacenter());
        if (!target.service().isEmpty()) {
            out.writeStringField("Service", target.service());
        }
        if (!target.tags().isEmpty()) {
            Forms.texts(out, "Tags", target.tags());
        }
        out.writeEndObject();
    }
}
