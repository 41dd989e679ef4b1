package dev.millrace.registry.api;

import com.google.re2j.Pattern;

import dev.millrace.registry.acl.Acl;
import dev.millrace.registry.acl.AclSettings;
import dev.millrace.registry.acl.BadRules;
import dev.millrace.registry.acl.Policy;
import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.acl.Rules;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.effect.DropPolicy;
import dev.millrace.registry.effect.PutPolicy;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.state.Topic;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** {@code /v1/acl/policy} (Consul: ACL policy HTTP API). */
final class PolicyRoutes {
    private static final int NAME_MAX = 128;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9\\-_]+(/[A-Za-z0-9\\-_]+)?");

    private final Agent agent;

    PolicyRoutes(Agent agent) {
        this.agent = agent;
    }

    List<Route> routes() {
        return List.of(
                Route.put("/v1/acl/policy", query -> write(query, true)),
                Route.get("/v1/acl/policies", this::list),
                Route.get("/v1/acl/policy/name/", this::readNamed),
                Route.get("/v1/acl/policy/", this::read),
                Route.put("/v1/acl/policy/", query -> write(query, false)),
                Route.delete("/v1/acl/policy/", this::delete));
    }

    // ---- Changing

    private Plan write(Query query, boolean creates) throws Refusal {
        Selection.here(query.request(), agent);
        Vet.acl(query, Rights.Access.WRITE);
        try {
            Fields in = Fields.read(query.request().body());
            return put(wanted(query.state().acl(), in, id(query, in, creates)));
        } catch (MalformedJson malformed) {
            throw Refusal.bad("Policy decoding failed: " + malformed.what());
        }
    }

    private static Plan put(Policy policy) {
        return new Plan(
                List.of(new PutPolicy(policy)),
                after ->
                        Reply.json(
                                out ->
                                        AclForms.policy(
                                                out,
                                                after.acl().policy(policy.id()).orElse(policy))));
    }

    /** Which one is meant; empty: a new one. */
    private static String id(Query query, Fields in, boolean creates)
            throws Refusal, MalformedJson {
        String named = in.text("ID");
        if (creates) {
            if (!named.isEmpty()) {
                throw Refusal.bad("Cannot specify the ID when creating a new policy");
            }
            return "";
        }
        String meant = query.request().rest();
        if (!named.isEmpty() && !named.equals(meant)) {
            throw Refusal.bad("Policy ID in URL and payload do not match");
        }
        return meant;
    }

    private static Policy wanted(Acl acl, Fields in, String id) throws Refusal, MalformedJson {
        String name = in.text("Name");
        if (name.isEmpty()) {
            throw Refusal.invalid("Invalid Policy: no Name is set");
        }
        if (name.length() > NAME_MAX || !NAME.matches(name)) {
            throw Refusal.invalid(
                    "Invalid Policy: invalid Name. Only alphanumeric characters, a single '/', '-'"
                            + " and '_' are allowed");
        }
        Policy policy =
                new Policy(
                        id.isEmpty() ? UUID.randomUUID().toString() : id,
                        name,
                        in.text("Description"),
                        in.text("Rules"),
                        in.texts("Datacenters"),
                        0,
                        0);
        if (!id.isEmpty()) {
            checkThere(acl, policy);
        }
        Optional<Policy> namesake = acl.policyNamed(name);
        if (namesake.isPresent() && !namesake.get().id().equals(policy.id())) {
            throw Refusal.invalid(
                    "Invalid Policy: A Policy with Name \"" + name + "\" already exists");
        }
        checkRules(policy.rules());
        return policy;
    }

    private static void checkThere(Acl acl, Policy policy) throws Refusal {
        if (!AclSettings.isUuid(policy.id())) {
            throw Refusal.invalid("Policy ID invalid UUID");
        }
        Policy there =
                acl.policy(policy.id())
                        .orElseThrow(() -> Refusal.invalid("cannot find policy " + policy.id()));
        if (there.isBuiltin() && !policy.datacenters().isEmpty()) {
            throw Refusal.invalid(
                    "Changing the Datacenters of the builtin "
                            + there.name()
                            + " policy is not permitted");
        }
        if (there.isBuiltin() && !policy.rules().equals(there.rules())) {
            throw Refusal.invalid(
                    "Changing the Rules for the builtin "
                            + there.name()
                            + " policy is not permitted");
        }
    }

    private static void checkRules(String text) throws Refusal {
        try {
            Rules.read(text);
        } catch (BadRules bad) {
            throw Refusal.invalid(bad.why());
        }
    }

    private Plan delete(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String id = query.request().required("Missing policy ID");
        Vet.acl(query, Rights.Access.WRITE);
        Policy there =
                query.state()
                        .acl()
                        .policy(id)
                        .orElseThrow(() -> Refusal.notFound("Cannot find policy to delete"));
        if (there.isBuiltin()) {
            throw Refusal.invalid(
                    "Delete operation not permitted on the builtin " + there.name() + " policy");
        }
        return Plan.of(List.of(new DropPolicy(id)), Reply.flag(true));
    }

    // ---- Looking

    private Found read(Query query) throws Refusal {
        String id = query.request().required("Missing policy ID");
        return one(query, query.state().acl().policy(id));
    }

    private Found readNamed(Query query) throws Refusal {
        String name = query.request().required("Missing policy Name");
        return one(query, query.state().acl().policyNamed(name));
    }

    private Found one(Query query, Optional<Policy> policy) throws Refusal {
        Selection.here(query.request(), agent);
        Vet.acl(query, Rights.Access.READ);
        if (policy.isEmpty()) {
            throw Refusal.notFound("Requested policy does not exist: ACL not found");
        }
        return found(query, Reply.json(out -> AclForms.policy(out, policy.get())));
    }

    private static Found found(Query query, Reply reply) {
        return Found.of(query.state().acl().index(), Topic.of(Topic.Kind.ACL), reply);
    }

    private Found list(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        Vet.acl(query, Rights.Access.READ);
        List<Policy> all = List.copyOf(query.state().acl().policies().values());
        return found(
                query,
                Reply.json(
                        out -> {
                            out.writeStartArray();
                            for (Policy policy : all) {
                                AclForms.policyStub(out, policy);
                            }
                            out.writeEndArray();
                        }));
    }
}
