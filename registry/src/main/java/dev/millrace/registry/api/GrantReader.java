package dev.millrace.registry.api;

import com.google.re2j.Pattern;

import dev.millrace.registry.acl.Acl;
import dev.millrace.registry.acl.Grants;
import dev.millrace.registry.acl.NodeIdentity;
import dev.millrace.registry.acl.Policy;
import dev.millrace.registry.acl.Role;
import dev.millrace.registry.acl.ServiceIdentity;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.MalformedJson;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads what a token or a role is to have its rights from; all that it names has to be there. */
final class GrantReader {
    private static final int NAME_MAX = 256;
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9\\-_]*[a-z0-9])?");

    private final Acl acl;

    /** For messages: token or role. */
    private final String owner;

    GrantReader(Acl acl, String owner) {
        this.acl = acl;
        this.owner = owner;
    }

    /**
     * @param local whether it counts in one datacenter only, as a token's client wants it told
     * @throws Refusal if something that is named is not there, or a name is none
     */
    Grants read(Fields in, boolean local) throws Refusal, MalformedJson {
        return new Grants(
                linked(
                        in.objects("Policies"),
                        "policy",
                        id -> acl.policy(id).map(Policy::id),
                        name -> acl.policyNamed(name).map(Policy::id)),
                serviceIdentities(in, local),
                nodeIdentities(in));
    }

    /** The ids of a token's roles. */
    List<String> roles(Fields in) throws Refusal, MalformedJson {
        return linked(
                in.objects("Roles"),
                "role",
                id -> acl.role(id).map(Role::id),
                name -> acl.roleNamed(name).map(Role::id));
    }

    private static List<String> linked(
            List<Fields> links,
            String kind,
            Function<String, Optional<String>> byId,
            Function<String, Optional<String>> byName)
            throws Refusal, MalformedJson {
        Set<String> ids = new LinkedHashSet<>();
        for (Fields link : links) {
            String id = link.text("ID");
            String name = link.text("Name");
            Optional<String> found = id.isEmpty() ? byName.apply(name) : byId.apply(id);
            if (found.isEmpty()) {
                throw Refusal.invalid(
                        "No such ACL "
                                + kind
                                + (id.isEmpty() ? " with name \"" + name : " with ID \"" + id)
                                + "\"");
            }
            ids.add(found.get());
        }
        return new ArrayList<>(ids);
    }

    private List<ServiceIdentity> serviceIdentities(Fields in, boolean local)
            throws Refusal, MalformedJson {
        Set<ServiceIdentity> all = new LinkedHashSet<>();
        for (Fields each : in.objects("ServiceIdentities")) {
            String name = each.text("ServiceName");
            List<String> datacenters = each.texts("Datacenters");
            if (name.isEmpty()) {
                throw Refusal.invalid(
                        "Service identity is missing the service name field on this " + owner);
            }
            if (local && !datacenters.isEmpty()) {
                throw Refusal.invalid(
                        "Service identity \""
                                + name
                                + "\" cannot specify a list of datacenters on a local token");
            }
            if (!isName(name)) {
                throw Refusal.invalid(
                        "Service identity \""
                                + name
                                + "\" has an invalid name. Only lowercase alphanumeric"
                                + " characters, '-' and '_' are allowed");
            }
            all.add(new ServiceIdentity(name, datacenters));
        }
        return new ArrayList<>(all);
    }

    private List<NodeIdentity> nodeIdentities(Fields in) throws Refusal, MalformedJson {
        Set<NodeIdentity> all = new LinkedHashSet<>();
        for (Fields each : in.objects("NodeIdentities")) {
            String name = each.text("NodeName");
            String datacenter = each.text("Datacenter");
            if (name.isEmpty()) {
                throw Refusal.invalid(
                        "Node identity is missing the node name field on this " + owner);
            }
            if (datacenter.isEmpty()) {
                throw Refusal.invalid(
                        "Node identity is missing the datacenter field on this " + owner);
            }
            if (!isName(name)) {
                throw Refusal.invalid(
                        "Node identity has an invalid name. Only lowercase alphanumeric"
                                + " characters, '-' and '_' are allowed");
            }
            all.add(new NodeIdentity(name, datacenter));
        }
        return new ArrayList<>(all);
    }

    /** Such names need no quoting in rules. */
    private static boolean isName(String name) {
        return name.length() <= NAME_MAX && NAME.matches(name);
    }
}
