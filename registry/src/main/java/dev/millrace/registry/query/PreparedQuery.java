package dev.millrace.registry.query;

/**
 * A query that is kept, to be run by its name or id.
 *
 * @param id a UUID as text
 * @param name empty: it has none
 * @param session with which it ends; empty: none
 * @param token the secret whose rights it runs with; empty: those of who runs it
 * @param dnsTtl how long resolvers may keep its answers, as the client wrote it; empty: as those of
 *     the service
 */
public record PreparedQuery(
        String id,
        String name,
        String session,
        String token,
        ServiceQuery service,
        String dnsTtl,
        Template template,
        long createIndex,
        long modifyIndex) {
    /** The same as of other changes. */
    public PreparedQuery at(long created, long modified) {
        return new PreparedQuery(
                id, name, session, token, service, dnsTtl, template, created, modified);
    }

    /** The same that asks for something else. */
    PreparedQuery with(ServiceQuery other) {
        return new PreparedQuery(
                id, name, session, token, other, dnsTtl, template, createIndex, modifyIndex);
    }

    public boolean isTemplate() {
        return !template.type().isEmpty();
    }

    /** Whether rules about queries are about it; else who has its id may see it. */
    public boolean isNamed() {
        return !name.isEmpty() || isTemplate();
    }

    /** Without the token, so that it stands in no message. */
    @Override
    public String toString() {
        return "query " + id + " " + name;
    }
}
