package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.acl.Acl;
import dev.millrace.registry.acl.Grants;
import dev.millrace.registry.acl.NodeIdentity;
import dev.millrace.registry.acl.Policy;
import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.acl.Role;
import dev.millrace.registry.acl.ServiceIdentity;
import dev.millrace.registry.acl.Token;
import dev.millrace.registry.http.Query;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Tokens, policies and roles as JSON. Hashes are of what somebody may change of them; clients
 * compare them with each other, and with nothing else.
 */
final class AclForms {
    private static final String HIDDEN = "<hidden>";

    /** What Go writes for no time. */
    private static final String NEVER = "0001-01-01T00:00:00Z";

    private AclForms() {}

    /** The secrets of others are for those who may give themselves any rights. */
    static boolean seesSecrets(Query query) {
        return query.rights().allowAcl(Rights.Access.WRITE);
    }

    // ---- Tokens

    /** The fields of a token. */
    static void token(JsonGenerator out, Acl acl, Token token, boolean withSecret)
            throws IOException {
        out.writeNumberField("CreateIndex", token.createIndex());
        out.writeNumberField("ModifyIndex", token.modifyIndex());
        out.writeStringField("AccessorID", token.accessor());
        out.writeStringField("SecretID", withSecret ? token.secret() : HIDDEN);
        out.writeStringField("Description", token.description());
        grants(out, acl, token.grants());
        roles(out, acl, token.roles());
        out.writeBooleanField("Local", token.local());
        if (token.expiresMillis() > 0) {
            out.writeStringField("ExpirationTime", time(token.expiresMillis()));
        }
        out.writeStringField("CreateTime", time(token.createMillis()));
        hash(
                out,
                token.description()
                        + token.local()
                        + token.grants()
                        + token.roles()
                        + token.expiresMillis());
    }

    private static String time(long millis) {
        return millis == 0 ? NEVER : Instant.ofEpochMilli(millis).toString();
    }

    private static void hash(JsonGenerator out, String of) throws IOException {
        out.writeBinaryField("Hash", digest().digest(of.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has it", impossible);
        }
    }

    private static void roles(JsonGenerator out, Acl acl, List<String> ids) throws IOException {
        if (ids.isEmpty()) {
            return;
        }
        out.writeArrayFieldStart("Roles");
        for (String id : ids) {
            Optional<Role> role = acl.role(id);
            if (role.isPresent()) {
                link(out, id, role.get().name());
            }
        }
        out.writeEndArray();
    }

    private static void link(JsonGenerator out, String id, String name) throws IOException {
        out.writeStartObject();
        out.writeStringField("ID", id);
        out.writeStringField("Name", name);
        out.writeEndObject();
    }

    private static void grants(JsonGenerator out, Acl acl, Grants grants) throws IOException {
        if (!grants.policies().isEmpty()) {
            out.writeArrayFieldStart("Policies");
            for (String id : grants.policies()) {
                Optional<Policy> policy = acl.policy(id);
                if (policy.isPresent()) {
                    link(out, id, policy.get().name());
                }
            }
            out.writeEndArray();
        }
        if (!grants.serviceIdentities().isEmpty()) {
            out.writeArrayFieldStart("ServiceIdentities");
            for (ServiceIdentity identity : grants.serviceIdentities()) {
                serviceIdentity(out, identity);
            }
            out.writeEndArray();
        }
        if (!grants.nodeIdentities().isEmpty()) {
            out.writeArrayFieldStart("NodeIdentities");
            for (NodeIdentity identity : grants.nodeIdentities()) {
                out.writeStartObject();
                out.writeStringField("NodeName", identity.node());
                out.writeStringField("Datacenter", identity.datacenter());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
    }

    private static void serviceIdentity(JsonGenerator out, ServiceIdentity identity)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("ServiceName", identity.service());
        if (!identity.datacenters().isEmpty()) {
            Forms.texts(out, "Datacenters", identity.datacenters());
        }
        out.writeEndObject();
    }

    /** What a token comes to: all its policies and roles, whole. */
    static void expanded(JsonGenerator out, Acl acl, Token token, String node, String standard)
            throws IOException {
        out.writeArrayFieldStart("ExpandedPolicies");
        for (String id : token.grants().policies()) {
            Optional<Policy> policy = acl.policy(id);
            if (policy.isPresent()) {
                policy(out, policy.get());
            }
        }
        out.writeEndArray();
        out.writeArrayFieldStart("ExpandedRoles");
        for (String id : token.roles()) {
            Optional<Role> role = acl.role(id);
            if (role.isPresent()) {
                role(out, acl, role.get());
            }
        }
        out.writeEndArray();
        out.writeNullField("NamespaceDefaultPolicyIDs");
        out.writeNullField("NamespaceDefaultRoleIDs");
        out.writeStringField("AgentACLDefaultPolicy", standard);
        out.writeStringField("AgentACLDownPolicy", "extend-cache");
        out.writeStringField("ResolvedByAgent", node);
    }

    // ---- Policies and roles

    /** A policy. */
    static void policy(JsonGenerator out, Policy policy) throws IOException {
        out.writeStartObject();
        about(out, policy);
        out.writeStringField("Rules", policy.rules());
        end(out, policy);
    }

    /** A policy as lists have it, without its rules. */
    static void policyStub(JsonGenerator out, Policy policy) throws IOException {
        out.writeStartObject();
        about(out, policy);
        end(out, policy);
    }

    private static void about(JsonGenerator out, Policy policy) throws IOException {
        out.writeStringField("ID", policy.id());
        out.writeStringField("Name", policy.name());
        out.writeStringField("Description", policy.description());
        if (!policy.datacenters().isEmpty()) {
            Forms.texts(out, "Datacenters", policy.datacenters());
        }
    }

    private static void end(JsonGenerator out, Policy policy) throws IOException {
        hash(out, policy.name() + policy.description() + policy.rules() + policy.datacenters());
        out.writeNumberField("CreateIndex", policy.createIndex());
        out.writeNumberField("ModifyIndex", policy.modifyIndex());
        out.writeEndObject();
    }

    /** A role. */
    static void role(JsonGenerator out, Acl acl, Role role) throws IOException {
        out.writeStartObject();
        out.writeStringField("ID", role.id());
        out.writeStringField("Name", role.name());
        out.writeStringField("Description", role.description());
        grants(out, acl, role.grants());
        hash(out, role.name() + role.description() + role.grants());
        out.writeNumberField("CreateIndex", role.createIndex());
        out.writeNumberField("ModifyIndex", role.modifyIndex());
        out.writeEndObject();
    }
}
