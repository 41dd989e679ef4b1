package dev.millrace.registry.api;

import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropCheck;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.DropNode;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.MalformedJson;

import java.util.List;
import java.util.Optional;

/** Operations of a transaction on nodes, instances and checks. */
final class CatalogOperations {
    private final Agent agent;
    private final Query query;
    private final Transaction transaction;

    CatalogOperations(Agent agent, Query query, Transaction transaction) {
        this.agent = agent;
        this.query = query;
        this.transaction = transaction;
    }

    /**
     * One kind of thing that operations name.
     *
     * @param field of the operation, and of its result
     * @param named for messages, as {@code service "a" on node "b"}
     * @param modifyIndex of what is there; 0: it is not
     * @param put what sets it; empty if it is there as it is wanted
     * @param drop what deletes it
     * @param written it, after the operation
     */
    private record Target(
            String field, String named, long modifyIndex, Puts put, Change drop, Writes written) {}

    /** What sets a thing. */
    @FunctionalInterface
    private interface Puts {
        List<Change> changes() throws Refusal, MalformedJson;
    }

    /** Writes a thing as it is now. */
    @FunctionalInterface
    private interface Writes {
        Optional<Json.Writing> now();
    }

    /** To read takes less than to change. */
    private void vet(Fields in, Rights.Resource resource, String name)
            throws Refusal, MalformedJson {
        boolean reads = in.text("Verb").equals("get");
        Vet.named(query, resource, reads ? Rights.Access.READ : Rights.Access.WRITE, name);
    }

    /** A check belongs to who may change its service, or else its node. */
    private void vetCheck(Fields in, String node, String id, String otherwise)
            throws Refusal, MalformedJson {
        if (id.isEmpty()) {
            vet(in, Rights.Resource.NODE, node);
        } else {
            String service = instance(node, id).map(Instance::service).orElse(otherwise);
            vet(in, Rights.Resource.SERVICE, service);
        }
    }

    private Optional<Host> host(String node) {
        return transaction.tried().catalog().host(node);
    }

    void node(int operation, Fields in) throws Refusal, MalformedJson {
        Fields form = required(in, "Node");
        String name = form.text("Node");
        Optional<Node> there = host(name).map(Host::node);
        vet(in, Rights.Resource.NODE, name);
        run(
                operation,
                in,
                "Node",
                new Target(
                        "Node",
                        "node \"" + name + "\"",
                        there.map(Node::modifyIndex).orElse(0L),
                        () -> putNode(form, there),
                        new DropNode(name),
                        () ->
                                host(name)
                                        .map(Host::node)
                                        .map(node -> out -> Forms.node(out, node, agent))));
    }

    private static List<Change> putNode(Fields form, Optional<Node> there)
            throws Refusal, MalformedJson {
        if (form.text("Node").isEmpty()) {
            throw Refusal.invalid("missing node name");
        }
        Node wanted =
                new Node(
                        form.text("ID").isEmpty()
                                ? there.map(Node::id).orElse("")
                                : form.text("ID"),
                        form.text("Node"),
                        form.text("Address"),
                        form.textMap("TaggedAddresses"),
                        form.textMap("Meta"),
                        0,
                        0);
        boolean same = there.isPresent() && there.get().isSame(wanted);
        return same ? List.of() : List.of(new PutNode(wanted));
    }

    void service(int operation, Fields in) throws Refusal, MalformedJson {
        Fields form = required(in, "Service");
        String node = in.text("Node");
        String id = form.text("ID").isEmpty() ? form.text("Service") : form.text("ID");
        Optional<Instance> there = instance(node, id);
        String service = there.map(Instance::service).orElse(form.text("Service"));
        vet(in, Rights.Resource.SERVICE, service);
        if (!form.text("Service").isEmpty()) {
            vet(in, Rights.Resource.SERVICE, form.text("Service"));
        }
        run(
                operation,
                in,
                "Service",
                new Target(
                        "Service",
                        "service \"" + id + "\" on node \"" + node + "\"",
                        there.map(Instance::modifyIndex).orElse(0L),
                        () -> putInstance(form, node, there),
                        new DropInstance(node, id),
                        () -> instance(node, id).map(one -> out -> Forms.instance(out, one))));
    }

    private Optional<Instance> instance(String node, String id) {
        return host(node).flatMap(on -> on.instance(id)).map(Hosted::instance);
    }

    private List<Change> putInstance(Fields form, String node, Optional<Instance> there)
            throws Refusal, MalformedJson {
        if (host(node).isEmpty()) {
            throw Refusal.invalid("Missing node registration");
        }
        Instance wanted = Registration.instance(form, node, "Service", false);
        if (wanted.service().isEmpty()) {
            throw Refusal.invalid(
                    "Must provide service name (Service.Service) when service ID is set");
        }
        Registration.check(wanted);
        boolean same = there.isPresent() && there.get().isSame(wanted);
        return same ? List.of() : List.of(new PutInstance(wanted));
    }

    void check(int operation, Fields in) throws Refusal, MalformedJson {
        Fields form = required(in, "Check");
        String node = form.text("Node");
        String id = form.text("CheckID").isEmpty() ? form.text("Name") : form.text("CheckID");
        Optional<Check> there = host(node).flatMap(on -> on.check(id));
        if (there.isPresent()) {
            vetCheck(in, node, there.get().serviceId(), there.get().serviceName());
        }
        vetCheck(in, node, form.text("ServiceID"), form.text("ServiceName"));
        run(
                operation,
                in,
                "Check",
                new Target(
                        "Check",
                        "check \"" + id + "\" on node \"" + node + "\"",
                        there.map(Check::modifyIndex).orElse(0L),
                        () -> putCheck(form, node, there),
                        new DropCheck(node, id),
                        () ->
                                host(node)
                                        .flatMap(on -> on.check(id))
                                        .map(one -> out -> Forms.check(out, one))));
    }

    private List<Change> putCheck(Fields form, String node, Optional<Check> there)
            throws Refusal, MalformedJson {
        if (host(node).isEmpty()) {
            throw Refusal.invalid("Missing node registration");
        }
        Check wanted =
                CatalogWrites.owned(CatalogWrites.check(form, node), host(node), Optional.empty());
        boolean same = there.isPresent() && there.get().isSame(wanted);
        return same ? List.of() : List.of(new PutCheck(wanted));
    }

    private static Fields required(Fields in, String name) throws Refusal, MalformedJson {
        return in.object(name)
                .orElseThrow(() -> Refusal.undecodable("the operation has no " + name));
    }

    private void run(int operation, Fields in, String kind, Target target)
            throws Refusal, MalformedJson {
        String verb = in.text("Verb");
        long index = required(in, kind).unsigned("ModifyIndex");
        boolean fresh = index == target.modifyIndex;
        switch (verb) {
            case "get" -> {
                if (target.modifyIndex == 0) {
                    transaction.fail(operation, target.named + " doesn't exist");
                } else {
                    tell(target);
                }
            }
            case "set" -> put(target);
            case "cas" -> {
                if (fresh) {
                    put(target);
                } else {
                    stale(operation, "set", target);
                }
            }
            case "delete" -> drop(target);
            case "delete-cas" -> {
                if (fresh || target.modifyIndex == 0) {
                    drop(target);
                } else {
                    stale(operation, "delete", target);
                }
            }
            default -> transaction.fail(operation, "unknown " + kind + " verb \"" + verb + "\"");
        }
    }

    private void put(Target target) throws Refusal, MalformedJson {
        transaction.make(target.put.changes());
        tell(target);
    }

    private void drop(Target target) {
        if (target.modifyIndex > 0) {
            transaction.make(List.of(target.drop));
        }
    }

    private void tell(Target target) {
        target.written.now().ifPresent(value -> transaction.result(target.field, value));
    }

    private void stale(int operation, String verb, Target target) {
        transaction.fail(operation, "failed to " + verb + " " + target.named + ", index is stale");
    }
}
