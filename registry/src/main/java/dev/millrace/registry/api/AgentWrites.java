package dev.millrace.registry.api;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.agent.CheckForm;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.CheckRequest;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropCheck;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.MalformedJson;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is registered with this node's agent, which then looks after it. */
final class AgentWrites {
    static final String NODE_MAINTENANCE = "_node_maintenance";
    static final String SERVICE_MAINTENANCE = "_service_maintenance:";

    private final Agent agent;

    AgentWrites(Agent agent) {
        this.agent = agent;
    }

    private Host host(Query query) throws Refusal {
        return query.state()
                .catalog()
                .host(agent.node())
                .orElseThrow(() -> new Refusal(500, "This node is not registered yet"));
    }

    // ---- Services

    Plan registerService(Query query) throws Refusal {
        try {
            return registerService(query, query.request().object());
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }

    private Plan registerService(Query query, Fields in) throws Refusal, MalformedJson {
        Instance wanted = Registration.instance(in, agent.node(), "Name", true);
        if (wanted.service().isEmpty()) {
            throw Refusal.bad("Missing service name");
        }
        Registration.check(wanted);
        Host host = host(query);
        Optional<Hosted> there = host.instance(wanted.id());
        Vet.writesService(query, wanted.service());
        if (there.isPresent()) {
            Vet.writesService(query, there.get().instance().service());
        }
        List<Change> changes = new ArrayList<>();
        if (there.isEmpty() || !there.get().instance().isSame(wanted)) {
            changes.add(new PutInstance(wanted));
        }
        List<Check> checks = checks(in, wanted, host);
        putChecks(host, checks, changes);
        if (Selection.flag(query.request(), "replace-existing-checks") && there.isPresent()) {
            dropOthers(there.get(), checks, changes);
        }
        if (there.isPresent()) {
            retag(there.get(), wanted, checks, changes);
        }
        return Plan.of(changes, Reply.empty());
    }

    private List<Check> checks(Fields in, Instance instance, Host host)
            throws Refusal, MalformedJson {
        List<Fields> forms = new ArrayList<>(in.objects("Checks"));
        in.object("Check").ifPresent(forms::add);
        List<Check> checks = new ArrayList<>();
        for (int i = 0; i < forms.size(); i++) {
            String standard = "service:" + instance.id() + (forms.size() > 1 ? ":" + (i + 1) : "");
            String id = forms.get(i).text("CheckID");
            checks.add(
                    check(
                            forms.get(i),
                            id.isEmpty() ? standard : id,
                            "Service '" + instance.service() + "' check",
                            Optional.of(instance),
                            host));
        }
        return checks;
    }

    /** A check that is asked for; one that is there keeps how it stands, unless the form says. */
    private Check check(
            Fields form, String id, String standardName, Optional<Instance> owner, Host host)
            throws Refusal, MalformedJson {
        CheckForm read = new CheckForm(form);
        CheckRequest.Accepted accepted = read.decided();
        Optional<Check> before = host.check(id);
        boolean says = !form.text("Status").isEmpty();
        String name = form.text("Name");
        Check made =
                new Check(
                        agent.node(),
                        id,
                        name.isEmpty() ? standardName : name,
                        before.isPresent() && !says
                                ? before.get().status()
                                : accepted.definition().initial(),
                        form.text("Notes"),
                        before.map(Check::output).orElse(""),
                        "",
                        "",
                        List.of(),
                        accepted.definition().kind().type(),
                        read.text(),
                        true,
                        0,
                        0);
        return owner.isPresent() ? made.of(owner.get()) : made;
    }

    /** All of them: that a check is put again begins its time to live anew. */
    private static void putChecks(Host host, List<Check> checks, List<Change> changes) {
        for (Check check : checks) {
            Optional<Check> there = host.check(check.id());
            if (there.isEmpty() || !there.get().isSame(check)) {
                changes.add(new PutCheck(check));
            }
        }
    }

    private static void dropOthers(Hosted there, List<Check> kept, List<Change> changes) {
        Set<String> ids = new HashSet<>();
        kept.forEach(check -> ids.add(check.id()));
        for (Check check : there.checks().values()) {
            if (!ids.contains(check.id()) && !check.id().startsWith(SERVICE_MAINTENANCE)) {
                changes.add(new DropCheck(check.node(), check.id()));
            }
        }
    }

    /** Checks tell the name and the tags of their service, so they change with them. */
    private static void retag(
            Hosted there, Instance wanted, List<Check> put, List<Change> changes) {
        Set<String> done = new HashSet<>();
        put.forEach(check -> done.add(check.id()));
        changes.forEach(
                change -> {
                    if (change instanceof DropCheck drop) {
                        done.add(drop.id());
                    }
                });
        for (Check check : there.checks().values()) {
            Check after = check.of(wanted);
            if (!done.contains(check.id()) && !check.isSame(after)) {
                changes.add(new PutCheck(after));
            }
        }
    }

    Plan deregisterService(Query query) throws Refusal {
        String id = query.request().required("Missing service ID");
        Hosted there = hosted(query, id);
        Vet.writesService(query, there.instance().service());
        return Plan.of(List.of(new DropInstance(agent.node(), id)), Reply.empty());
    }

    private Hosted hosted(Query query, String id) throws Refusal {
        return host(query)
                .instance(id)
                .orElseThrow(
                        () ->
                                Refusal.notFound(
                                        "Unknown service ID \""
                                                + id
                                                + "\". Ensure that the service ID is passed, not"
                                                + " the service name."));
    }

    // ---- Checks

    Plan registerCheck(Query query) throws Refusal {
        try {
            return registerCheck(query, query.request().object());
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }

    private Plan registerCheck(Query query, Fields in) throws Refusal, MalformedJson {
        String name = in.text("Name");
        if (name.isEmpty()) {
            throw Refusal.bad("Missing check name");
        }
        String status = in.text("Status");
        if (!status.isEmpty() && Status.of(status).isEmpty()) {
            throw Refusal.bad("Bad check status");
        }
        Host host = host(query);
        String service = in.text("ServiceID");
        Optional<Instance> owner = Optional.empty();
        if (!service.isEmpty()) {
            owner =
                    Optional.of(
                            host.instance(service)
                                    .map(Hosted::instance)
                                    .orElseThrow(
                                            () ->
                                                    Refusal.notFound(
                                                            "ServiceID \""
                                                                    + service
                                                                    + "\" does not exist")));
        }
        String id = in.has("CheckID") ? in.text("CheckID") : in.text("ID");
        Check wanted = check(in, id.isEmpty() ? name : id, name, owner, host);
        CatalogWrites.vet(query, wanted);
        Optional<Check> there = host.check(wanted.id());
        if (there.isPresent()) {
            CatalogWrites.vet(query, there.get());
        }
        List<Change> changes = new ArrayList<>();
        putChecks(host, List.of(wanted), changes);
        return Plan.of(changes, Reply.empty());
    }

    Plan deregisterCheck(Query query) throws Refusal {
        String id = query.request().required("Missing check ID");
        vetCheck(query, id);
        return Plan.of(List.of(new DropCheck(agent.node(), id)), Reply.empty());
    }

    /**
     * A check that may be changed.
     *
     * @throws Refusal if there is none, or it may not
     */
    Check vetCheck(Query query, String id) throws Refusal {
        Check there =
                host(query)
                        .check(id)
                        .orElseThrow(
                                () ->
                                        Refusal.notFound(
                                                "Unknown check ID \""
                                                        + id
                                                        + "\". Ensure that the check ID is passed,"
                                                        + " not the check name."));
        CatalogWrites.vet(query, there);
        return there;
    }

    // ---- Maintenance

    Plan serviceMaintenance(Query query) throws Refusal {
        String id = query.request().required("Missing service ID");
        boolean enable = enable(query);
        Hosted there = hosted(query, id);
        Vet.writesService(query, there.instance().service());
        String reason =
                reason(
                        query,
                        "Maintenance mode is enabled for this service, but no reason was"
                                + " provided. This is a default message.");
        Check check =
                maintenance(SERVICE_MAINTENANCE + id, "Service Maintenance Mode", reason)
                        .of(there.instance());
        return maintain(host(query), check, enable);
    }

    Plan nodeMaintenance(Query query) throws Refusal {
        boolean enable = enable(query);
        Vet.writesNode(query, agent.node());
        String reason =
                reason(
                        query,
                        "Maintenance mode is enabled for this node, but no reason was provided."
                                + " This is a default message.");
        return maintain(
                host(query),
                maintenance(NODE_MAINTENANCE, "Node Maintenance Mode", reason),
                enable);
    }

    private static boolean enable(Query query) throws Refusal {
        String value =
                query.request()
                        .parameter("enable")
                        .orElseThrow(() -> Refusal.bad("Missing value for enable"));
        return switch (value) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw Refusal.bad("Invalid value for enable: \"" + value + "\"");
        };
    }

    private static String reason(Query query, String standard) {
        return query.request().parameter("reason").filter(text -> !text.isEmpty()).orElse(standard);
    }

    private Check maintenance(String id, String name, String reason) {
        return new Check(
                agent.node(),
                id,
                name,
                Status.CRITICAL,
                reason,
                "",
                "",
                "",
                List.of(),
                "maintenance",
                "",
                true,
                0,
                0);
    }

    private static Plan maintain(Host host, Check check, boolean enable) {
        boolean there = host.check(check.id()).isPresent();
        if (there == enable) {
            return Plan.none(Reply.empty());
        }
        return Plan.of(
                List.of(enable ? new PutCheck(check) : new DropCheck(check.node(), check.id())),
                Reply.empty());
    }
}
