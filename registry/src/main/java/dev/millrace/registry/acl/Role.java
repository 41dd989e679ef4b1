package dev.millrace.registry.acl;

/**
 * Rights under a name, for several tokens.
 *
 * @param id a UUID as text
 */
public record Role(
        String id,
        String name,
        String description,
        Grants grants,
        long createIndex,
        long modifyIndex) {
    /** The same as of other changes. */
    public Role at(long created, long modified) {
        return new Role(id, name, description, grants, created, modified);
    }
}
