package dev.millrace.registry.api;

import com.google.re2j.Pattern;

import dev.millrace.registry.acl.Acl;
import dev.millrace.registry.acl.AclSettings;
import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.acl.Role;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.effect.DropRole;
import dev.millrace.registry.effect.PutRole;
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

/** {@code /v1/acl/role} (Consul: ACL role HTTP API). */
final class RoleRoutes {
    private static final int NAME_MAX = 256;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9\\-_]+");

    private final Agent agent;

    RoleRoutes(Agent agent) {
        this.agent = agent;
    }

    List<Route> routes() {
        return List.of(
                Route.put("/v1/acl/role", this::write),
                Route.get("/v1/acl/roles", this::list),
                Route.get("/v1/acl/role/name/", this::readNamed),
                Route.get("/v1/acl/role/", this::read),
                Route.put("/v1/acl/role/", this::write),
                Route.delete("/v1/acl/role/", this::delete));
    }

    // ---- Changing

    private Plan write(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        Vet.acl(query, Rights.Access.WRITE);
        try {
            Fields in = Fields.read(query.request().body());
            String id = query.request().rest();
            if (!in.text("ID").isEmpty() && !in.text("ID").equals(id)) {
                throw Refusal.bad("Role ID in URL and payload do not match");
            }
            return put(wanted(query.state().acl(), in, id));
        } catch (MalformedJson malformed) {
            throw Refusal.bad("Role decoding failed: " + malformed.what());
        }
    }

    private static Plan put(Role role) {
        return new Plan(
                List.of(new PutRole(role)),
                after ->
                        Reply.json(
                                out ->
                                        AclForms.role(
                                                out,
                                                after.acl(),
                                                after.acl().role(role.id()).orElse(role))));
    }

    private static Role wanted(Acl acl, Fields in, String id) throws Refusal, MalformedJson {
        String name = in.text("Name");
        if (name.isEmpty()) {
            throw Refusal.invalid("Invalid Role: no Name is set");
        }
        if (name.length() > NAME_MAX || !NAME.matches(name)) {
            throw Refusal.invalid(
                    "Invalid Role: invalid Name. Only alphanumeric characters, '-' and '_' are"
                            + " allowed");
        }
        if (!id.isEmpty() && !AclSettings.isUuid(id)) {
            throw Refusal.invalid("Role ID invalid UUID");
        }
        if (!id.isEmpty() && acl.role(id).isEmpty()) {
            throw Refusal.invalid("cannot find role " + id);
        }
        Optional<Role> namesake = acl.roleNamed(name);
        if (namesake.isPresent() && !namesake.get().id().equals(id)) {
            throw Refusal.invalid("Invalid Role: A Role with Name \"" + name + "\" already exists");
        }
        return new Role(
                id.isEmpty() ? UUID.randomUUID().toString() : id,
                name,
                in.text("Description"),
                new GrantReader(acl, "role").read(in, false),
                0,
                0);
    }

    private Plan delete(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String id = query.request().required("Missing role ID");
        Vet.acl(query, Rights.Access.WRITE);
        if (query.state().acl().role(id).isEmpty()) {
            throw Refusal.notFound("Cannot find role to delete");
        }
        return Plan.of(List.of(new DropRole(id)), Reply.flag(true));
    }

    // ---- Looking

    private Found read(Query query) throws Refusal {
        String id = query.request().required("Missing role ID");
        return one(query, query.state().acl().role(id));
    }

    private Found readNamed(Query query) throws Refusal {
        String name = query.request().required("Missing role Name");
        return one(query, query.state().acl().roleNamed(name));
    }

    private Found one(Query query, Optional<Role> role) throws Refusal {
        Selection.here(query.request(), agent);
        Vet.acl(query, Rights.Access.READ);
        if (role.isEmpty()) {
            throw Refusal.notFound("Requested role does not exist: ACL not found");
        }
        Acl acl = query.state().acl();
        return found(acl, Reply.json(out -> AclForms.role(out, acl, role.get())));
    }

    private static Found found(Acl acl, Reply reply) {
        return Found.of(acl.index(), Topic.of(Topic.Kind.ACL), reply);
    }

    private Found list(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        Vet.acl(query, Rights.Access.READ);
        Acl acl = query.state().acl();
        Optional<String> policy =
                query.request().parameter("policy").filter(value -> !value.isEmpty());
        List<Role> seen =
                acl.roles().values().stream()
                        .filter(
                                role ->
                                        policy.isEmpty()
                                                || role.grants().policies().contains(policy.get()))
                        .toList();
        return found(
                acl,
                Reply.json(
                        out -> {
                            out.writeStartArray();
                            for (Role role : seen) {
                                AclForms.role(out, acl, role);
                            }
                            out.writeEndArray();
                        }));
    }
}
