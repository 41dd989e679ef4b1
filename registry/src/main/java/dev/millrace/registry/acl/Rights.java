package dev.millrace.registry.acl;

import java.util.Locale;

/**
 * What the bearer of a token may do (Consul: ACL rules). A resource is named, and a name may be
 * allowed by itself or by a prefix.
 */
public interface Rights {
    /** What can be named. */
    enum Resource {
        AGENT,
        EVENT,
        KEY,
        NODE,
        QUERY,
        SERVICE,
        SESSION;

        /** As rules and messages call it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What can be done with it. */
    enum Access {
        READ,
        /** Of keys: to see which there are. */
        LIST,
        WRITE;

        /** As rules and messages call it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Everything. */
    Rights ALL = same(true);

    /** Nothing. */
    Rights NONE = same(false);

    private static Rights same(boolean allowed) {
        return new Rights() {
            @Override
            public String accessor() {
                return "";
            }

            @Override
            public boolean allow(Resource resource, Access access, String name) {
                return allowed;
            }

            @Override
            public boolean allowTree(String prefix) {
                return allowed;
            }

            @Override
            public boolean allowAcl(Access access) {
                return allowed;
            }

            @Override
            public boolean allowOperator(Access access) {
                return allowed;
            }
        };
    }

    /** The accessor id of the token that gives them, for messages. */
    String accessor();

    boolean allow(Resource resource, Access access, String name);

    /** Whether all keys under a prefix may be written. */
    boolean allowTree(String prefix);

    /** Whether tokens, policies and roles may be seen or changed. */
    boolean allowAcl(Access access);

    /** Whether the installation as a whole may be seen or changed. */
    boolean allowOperator(Access access);

    default boolean readsService(String name) {
        return allow(Resource.SERVICE, Access.READ, name);
    }

    default boolean writesService(String name) {
        return allow(Resource.SERVICE, Access.WRITE, name);
    }

    default boolean readsNode(String name) {
        return allow(Resource.NODE, Access.READ, name);
    }

    default boolean writesNode(String name) {
        return allow(Resource.NODE, Access.WRITE, name);
    }

    default boolean readsAgent(String node) {
        return allow(Resource.AGENT, Access.READ, node);
    }

    default boolean writesAgent(String node) {
        return allow(Resource.AGENT, Access.WRITE, node);
    }
}
