package dev.millrace.registry.http;

import dev.millrace.registry.acl.Rights;

/** Rights that remember whether something was not allowed. */
final class NotedRights implements Rights {
    private final Rights rights;
    private boolean refused;

    NotedRights(Rights rights) {
        this.rights = rights;
    }

    boolean hasRefused() {
        return refused;
    }

    private boolean noted(boolean allowed) {
        refused |= !allowed;
        return allowed;
    }

    @Override
    public String accessor() {
        return rights.accessor();
    }

    @Override
    public boolean allow(Resource resource, Access access, String name) {
        return noted(rights.allow(resource, access, name));
    }

    @Override
    public boolean allowTree(String prefix) {
        return noted(rights.allowTree(prefix));
    }

    /** Secrets are hidden, and nothing is left out, for who may not change what he reads. */
    @Override
    public boolean allowAcl(Access access) {
        return rights.allowAcl(access);
    }

    @Override
    public boolean allowOperator(Access access) {
        return noted(rights.allowOperator(access));
    }
}
