package dev.millrace.registry.api;

import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.acl.Token;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;

/** Whether who asks may do it; who may not is told what was missing, in Consul's words. */
final class Vet {
    private static final String IMPLICIT =
            ". The anonymous token is used implicitly when a request does not specify a token.";

    private Vet() {}

    /**
     * About something that has a name.
     *
     * @throws Refusal if it is not allowed
     */
    static void named(Query query, Rights.Resource resource, Rights.Access access, String name)
            throws Refusal {
        if (!query.rights().allow(resource, access, name)) {
            throw lacks(query, resource.word() + ":" + access.word(), name);
        }
    }

    static void writesService(Query query, String name) throws Refusal {
        named(query, Rights.Resource.SERVICE, Rights.Access.WRITE, name);
    }

    static void readsService(Query query, String name) throws Refusal {
        named(query, Rights.Resource.SERVICE, Rights.Access.READ, name);
    }

    static void writesNode(Query query, String name) throws Refusal {
        named(query, Rights.Resource.NODE, Rights.Access.WRITE, name);
    }

    static void readsAgent(Query query, String node) throws Refusal {
        named(query, Rights.Resource.AGENT, Rights.Access.READ, node);
    }

    /** About all keys that begin so. */
    static void writesTree(Query query, String prefix) throws Refusal {
        if (!query.rights().allowTree(prefix)) {
            throw lacks(query, "key:write", prefix);
        }
    }

    /** About tokens, policies and roles. */
    static void acl(Query query, Rights.Access access) throws Refusal {
        if (!query.rights().allowAcl(access)) {
            throw lacks(query, "acl:" + access.word(), "");
        }
    }

    private static Refusal lacks(Query query, String permission, String name) {
        String accessor = query.rights().accessor();
        boolean anonymous = accessor.equals(Token.ANONYMOUS);
        return Refusal.denied(
                (anonymous ? "anonymous token" : "token with AccessorID '" + accessor + "'")
                        + " lacks permission '"
                        + permission
                        + "'"
                        + (name.isEmpty() ? "" : " on \"" + name + "\"")
                        + (anonymous ? IMPLICIT : ""));
    }
}
