package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Definition;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.catalog.ServiceAddress;
import dev.millrace.registry.catalog.Weights;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the catalog holds, as Consul writes it (agent/structs: Node, NodeService, ServiceNode,
 * HealthCheck). The fields of editions that have them are left out.
 */
final class Forms {
    private Forms() {}

    static void texts(JsonGenerator out, String name, Collection<String> values)
            throws IOException {
        out.writeArrayFieldStart(name);
        for (String value : values) {
            out.writeString(value);
        }
        out.writeEndArray();
    }

    static void texts(JsonGenerator out, String name, Map<String, String> values)
            throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> each : sorted(values).entrySet()) {
            out.writeStringField(each.getKey(), each.getValue());
        }
        out.writeEndObject();
    }

    /** Null if there are none, as of nodes without an agent: clients insist on what is in it. */
    private static void textsIfAny(JsonGenerator out, String name, Map<String, String> values)
            throws IOException {
        if (values.isEmpty()) {
            out.writeNullField(name);
        } else {
            texts(out, name, values);
        }
    }

    private static <V> Map<String, V> sorted(Map<String, V> values) {
        return values.size() < 2 ? values : new TreeMap<>(values);
    }

    private static void indices(JsonGenerator out, long created, long modified) throws IOException {
        out.writeNumberField("CreateIndex", created);
        out.writeNumberField("ModifyIndex", modified);
    }

    /** A node; the addresses by tag always have those that clients look for. */
    static void node(JsonGenerator out, Node node, Agent agent) throws IOException {
        out.writeStartObject();
        out.writeStringField("ID", node.id());
        out.writeStringField("Node", node.name());
        out.writeStringField("Address", node.address());
        out.writeStringField("Datacenter", agent.datacenter());
        textsIfAny(out, "TaggedAddresses", node.taggedAddresses());
        textsIfAny(out, "Meta", node.meta());
        indices(out, node.createIndex(), node.modifyIndex());
        out.writeEndObject();
    }

    private static void addresses(
            JsonGenerator out, String name, Map<String, ServiceAddress> values) throws IOException {
        if (values.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, ServiceAddress> each : sorted(values).entrySet()) {
            out.writeObjectFieldStart(each.getKey());
            out.writeStringField("Address", each.getValue().address());
            out.writeNumberField("Port", each.getValue().port());
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void weights(JsonGenerator out, String name, Weights weights)
            throws IOException {
        out.writeObjectFieldStart(name);
        out.writeNumberField("Passing", weights.passing());
        out.writeNumberField("Warning", weights.warning());
        out.writeEndObject();
    }

    private static void proxy(JsonGenerator out, String name, Instance instance)
            throws IOException {
        out.writeFieldName(name);
        out.writeRawValue(
                instance.proxy().isEmpty()
                        ? "{\"Mode\":\"\",\"MeshGateway\":{},\"Expose\":{}}"
                        : instance.proxy());
    }

    /** An instance, as it is below its node (NodeService). */
    static void instance(JsonGenerator out, Instance instance) throws IOException {
        out.writeStartObject();
        kind(out, instance);
        out.writeStringField("ID", instance.id());
        out.writeStringField("Service", instance.service());
        texts(out, "Tags", instance.tags());
        out.writeStringField("Address", instance.address());
        addresses(out, "TaggedAddresses", instance.taggedAddresses());
        texts(out, "Meta", instance.meta());
        out.writeNumberField("Port", instance.port());
        socketPath(out, instance);
        weights(out, "Weights", instance.weights());
        out.writeBooleanField("EnableTagOverride", instance.enableTagOverride());
        proxy(out, "Proxy", instance);
        empty(out, "Connect");
        out.writeStringField("PeerName", "");
        indices(out, instance.createIndex(), instance.modifyIndex());
        out.writeEndObject();
    }

    private static void kind(JsonGenerator out, Instance instance) throws IOException {
        if (!instance.kind().isEmpty()) {
            out.writeStringField("Kind", instance.kind());
        }
    }

    private static void socketPath(JsonGenerator out, Instance instance) throws IOException {
        if (!instance.socketPath().isEmpty()) {
            out.writeStringField("SocketPath", instance.socketPath());
        }
    }

    private static void empty(JsonGenerator out, String name) throws IOException {
        out.writeObjectFieldStart(name);
        out.writeEndObject();
    }

    /** The fields of an instance as the agent that registered it tells them (AgentService). */
    static void agentInstance(JsonGenerator out, Instance instance, Agent agent)
            throws IOException {
        kind(out, instance);
        out.writeStringField("ID", instance.id());
        out.writeStringField("Service", instance.service());
        texts(out, "Tags", instance.tags());
        texts(out, "Meta", instance.meta());
        out.writeNumberField("Port", instance.port());
        out.writeStringField("Address", instance.address());
        socketPath(out, instance);
        addresses(out, "TaggedAddresses", instance.taggedAddresses());
        weights(out, "Weights", instance.weights());
        out.writeBooleanField("EnableTagOverride", instance.enableTagOverride());
        if (!instance.proxy().isEmpty()) {
            proxy(out, "Proxy", instance);
        }
        out.writeStringField("Datacenter", agent.datacenter());
    }

    /** An instance together with its node (ServiceNode). */
    static void serviceNode(JsonGenerator out, Node node, Instance instance, Agent agent)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("ID", node.id());
        out.writeStringField("Node", node.name());
        out.writeStringField("Address", node.address());
        out.writeStringField("Datacenter", agent.datacenter());
        textsIfAny(out, "TaggedAddresses", node.taggedAddresses());
        textsIfAny(out, "NodeMeta", node.meta());
        out.writeStringField("ServiceKind", instance.kind());
        out.writeStringField("ServiceID", instance.id());
        out.writeStringField("ServiceName", instance.service());
        texts(out, "ServiceTags", instance.tags());
        out.writeStringField("ServiceAddress", instance.address());
        addresses(out, "ServiceTaggedAddresses", instance.taggedAddresses());
        weights(out, "ServiceWeights", instance.weights());
        texts(out, "ServiceMeta", instance.meta());
        out.writeNumberField("ServicePort", instance.port());
        out.writeStringField("ServiceSocketPath", instance.socketPath());
        out.writeBooleanField("ServiceEnableTagOverride", instance.enableTagOverride());
        proxy(out, "ServiceProxy", instance);
        empty(out, "ServiceConnect");
        indices(out, instance.createIndex(), instance.modifyIndex());
        out.writeEndObject();
    }

    /** A check (HealthCheck). */
    static void check(JsonGenerator out, Check check) throws IOException {
        out.writeStartObject();
        out.writeStringField("Node", check.node());
        out.writeStringField("CheckID", check.id());
        out.writeStringField("Name", check.name());
        out.writeStringField("Status", check.status().text());
        out.writeStringField("Notes", check.notes());
        out.writeStringField("Output", check.output());
        out.writeStringField("ServiceID", check.serviceId());
        out.writeStringField("ServiceName", check.serviceName());
        texts(out, "ServiceTags", check.serviceTags());
        out.writeStringField("Type", check.type());
        definition(out, check);
        indices(out, check.createIndex(), check.modifyIndex());
        out.writeEndObject();
    }

    /** What an agent runs is its own affair; what others run was given to be told. */
    private static void definition(JsonGenerator out, Check check) throws IOException {
        Definition definition = check.definition();
        out.writeStringField("Interval", definition.interval());
        out.writeStringField("Timeout", definition.timeout());
        out.writeNumberField("ExposedPort", 0);
        out.writeFieldName("Definition");
        out.writeRawValue(check.local() || definition.isEmpty() ? "{}" : definition.text());
    }
}
