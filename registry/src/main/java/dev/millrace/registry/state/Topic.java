package dev.millrace.registry.state;

/**
 * What somebody may wait for a change of. The finer it is, the fewer wake for nothing: what happens
 * to one service is heard by those who asked for that one.
 *
 * @param name which one, in the form that is compared; empty where there is only one
 */
public record Topic(Kind kind, String name) {
    /** Of what kind. */
    public enum Kind {
        /** The list of nodes, and their addresses. */
        NODES,
        /** One node, with its instances and checks; its name in lower case. */
        NODE,
        /** The list of services and their tags. */
        SERVICES,
        /** One service: its instances, their nodes and checks; its name in lower case. */
        SERVICE,
        /** All checks. */
        CHECKS,
        /** A key of the key-value store. */
        KEY,
        /** All keys with a prefix: it is waited for, and touched by touching the keys. */
        TREE,
        /** All sessions. */
        SESSIONS,
        /** One session, by its id. */
        SESSION,
        /** All prepared queries. */
        QUERIES,
        /** Fired events. */
        EVENTS,
        /** Tokens, policies and roles. */
        ACL
    }

    public static Topic of(Kind kind) {
        return new Topic(kind, "");
    }

    public static Topic of(Kind kind, String name) {
        return new Topic(kind, name);
    }
}
