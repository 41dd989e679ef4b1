package dev.millrace.registry.api;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.agent.CheckForm;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropCheck;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.DropNode;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.MalformedJson;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Registering and deregistering through the catalog: for nodes without an agent. */
final class CatalogWrites {
    private final Agent agent;

    CatalogWrites(Agent agent) {
        this.agent = agent;
    }

    private void here(Fields in) throws Refusal, MalformedJson {
        String datacenter = in.text("Datacenter");
        if (!datacenter.isEmpty() && !datacenter.equals(agent.datacenter())) {
            throw Refusal.invalid("No path to datacenter");
        }
    }

    // ---- Registering

    Plan register(Query query) throws Refusal {
        try {
            return register(query, query.request().object());
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }

    private Plan register(Query query, Fields in) throws Refusal, MalformedJson {
        here(in);
        String name = in.text("Node");
        if (name.isEmpty()) {
            throw Refusal.invalid("Must provide node");
        }
        boolean skipsNode = in.flag("SkipNodeUpdate");
        if (in.text("Address").isEmpty() && !skipsNode) {
            throw Refusal.invalid("Must provide address if SkipNodeUpdate is not set");
        }
        checkId(in.text("ID"));
        List<Change> changes = new ArrayList<>();
        Optional<Host> host = query.state().catalog().host(name);
        if (host.isEmpty() || !skipsNode) {
            putNode(query, in, host, changes);
        }
        Optional<Fields> service = in.object("Service");
        Optional<Instance> instance =
                service.isEmpty()
                        ? Optional.empty()
                        : Optional.of(putInstance(query, service.get(), name, host, changes));
        putChecks(query, in, host, instance, changes);
        return Plan.of(changes, Reply.flag(true));
    }

    private static void checkId(String id) throws Refusal {
        if (id.isEmpty()) {
            return;
        }
        try {
            UUID _ = UUID.fromString(id);
        } catch (IllegalArgumentException malformed) {
            throw Refusal.invalid("Bad node ID: uuid string is wrong length");
        }
    }

    private static void putNode(Query query, Fields in, Optional<Host> host, List<Change> changes)
            throws Refusal, MalformedJson {
        Node node =
                new Node(
                        in.text("ID").isEmpty()
                                ? host.map(there -> there.node().id()).orElse("")
                                : in.text("ID"),
                        in.text("Node"),
                        in.text("Address"),
                        in.textMap("TaggedAddresses"),
                        in.textMap("NodeMeta"),
                        0,
                        0);
        if (host.isPresent() && host.get().node().isSame(node)) {
            return;
        }
        Vet.writesNode(query, node.name());
        changes.add(new PutNode(node));
    }

    private static Instance putInstance(
            Query query, Fields service, String node, Optional<Host> host, List<Change> changes)
            throws Refusal, MalformedJson {
        Instance wanted = Registration.instance(service, node, "Service", false);
        if (wanted.service().isEmpty()) {
            throw Refusal.invalid(
                    "Must provide service name (Service.Service) when service ID is set");
        }
        if (Registration.isAny(wanted.address())) {
            throw Refusal.invalid("Invalid service address");
        }
        Registration.check(wanted);
        Vet.writesService(query, wanted.service());
        Optional<Instance> there =
                host.flatMap(known -> known.instance(wanted.id())).map(hosted -> hosted.instance());
        if (there.isPresent()) {
            Vet.writesService(query, there.get().service());
        }
        if (there.isEmpty() || !there.get().isSame(wanted)) {
            changes.add(new PutInstance(wanted));
        }
        return wanted;
    }

    private static void putChecks(
            Query query,
            Fields in,
            Optional<Host> host,
            Optional<Instance> instance,
            List<Change> changes)
            throws Refusal, MalformedJson {
        List<Fields> checks = new ArrayList<>(in.objects("Checks"));
        in.object("Check").ifPresent(checks::add);
        for (Fields each : checks) {
            Check wanted = owned(check(each, in.text("Node")), host, instance);
            vet(query, wanted);
            Optional<Check> there = host.flatMap(known -> known.check(wanted.id()));
            if (there.isPresent()) {
                vet(query, there.get());
            }
            if (there.isEmpty() || !there.get().isSame(wanted)) {
                changes.add(new PutCheck(wanted));
            }
        }
    }

    /** Who may change a service, or a node, may change its checks. */
    static void vet(Query query, Check check) throws Refusal {
        if (check.isOfNode()) {
            Vet.writesNode(query, check.node());
        } else {
            Vet.writesService(query, check.serviceName());
        }
    }

    /** A check that somebody else runs. */
    static Check check(Fields in, String node) throws Refusal, MalformedJson {
        String named = in.text("Node");
        if (!named.isEmpty() && !Catalog.fold(named).equals(Catalog.fold(node))) {
            throw Refusal.invalid(
                    "check's node \"" + named + "\" doesn't match the node \"" + node + "\"");
        }
        String text = in.text("Status");
        Optional<Status> status = text.isEmpty() ? Optional.of(Status.CRITICAL) : Status.of(text);
        if (status.isEmpty()) {
            throw Refusal.invalid("Invalid check status: " + text);
        }
        String id = in.text("CheckID");
        Optional<Fields> definition = in.object("Definition");
        if (definition.isPresent()) {
            // Only read: whoever registered it runs it.
            new CheckForm(definition.get()).request();
        }
        return new Check(
                node,
                id.isEmpty() ? in.text("Name") : id,
                in.text("Name"),
                status.get(),
                in.text("Notes"),
                in.text("Output"),
                in.text("ServiceID"),
                in.text("ServiceName"),
                List.of(),
                in.text("Type"),
                definition.map(fields -> Json.text(fields.source())).orElse(""),
                false,
                0,
                0);
    }

    /** With what its instance says of itself. */
    static Check owned(Check check, Optional<Host> host, Optional<Instance> registered)
            throws Refusal {
        if (check.isOfNode()) {
            return check;
        }
        Optional<Instance> owner = registered.filter(one -> one.id().equals(check.serviceId()));
        if (owner.isEmpty()) {
            owner = host.flatMap(known -> known.instance(check.serviceId())).map(h -> h.instance());
        }
        return check.of(owner.orElseThrow(() -> Refusal.invalid("Missing service registration")));
    }

    // ---- Deregistering

    Plan deregister(Query query) throws Refusal {
        try {
            return deregister(query, query.request().object());
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }

    private Plan deregister(Query query, Fields in) throws Refusal, MalformedJson {
        here(in);
        String name = in.text("Node");
        if (name.isEmpty()) {
            throw Refusal.invalid("Must provide node");
        }
        Optional<Host> host = query.state().catalog().host(name);
        if (host.isEmpty()) {
            Vet.writesNode(query, name);
            return Plan.none(Reply.flag(true));
        }
        List<Change> changes = new ArrayList<>();
        String service = in.text("ServiceID");
        String check = in.text("CheckID");
        if (!service.isEmpty()) {
            dropInstance(query, host.get(), service, changes);
        } else if (!check.isEmpty()) {
            dropCheck(query, host.get(), check, changes);
        } else {
            dropNode(query, host.get(), changes);
        }
        return Plan.of(changes, Reply.flag(true));
    }

    /** Who may write a node may drop what is on it; others hear nothing of what is not there. */
    private static void dropInstance(Query query, Host host, String id, List<Change> changes)
            throws Refusal {
        String node = host.node().name();
        Optional<Instance> there = host.instance(id).map(hosted -> hosted.instance());
        if (there.isEmpty()) {
            Vet.writesNode(query, node);
            return;
        }
        if (!query.rights().writesNode(node)) {
            Vet.writesService(query, there.get().service());
        }
        changes.add(new DropInstance(node, id));
    }

    private static void dropCheck(Query query, Host host, String id, List<Change> changes)
            throws Refusal {
        String node = host.node().name();
        Optional<Check> there = host.check(id);
        if (there.isEmpty()) {
            Vet.writesNode(query, node);
            return;
        }
        if (!query.rights().writesNode(node)) {
            vet(query, there.get());
        }
        changes.add(new DropCheck(node, id));
    }

    private static void dropNode(Query query, Host host, List<Change> changes) throws Refusal {
        Vet.writesNode(query, host.node().name());
        changes.add(new DropNode(host.node().name()));
    }
}
