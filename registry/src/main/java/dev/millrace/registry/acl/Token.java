package dev.millrace.registry.acl;

import java.util.List;

/**
 * Who asks.
 *
 * @param accessor a UUID as text that names it; no secret
 * @param secret what its bearer shows, a UUID as text
 * @param roles ids; those that are not there any more give nothing
 * @param local as the client wants it told: there is one datacenter
 * @param createMillis when it was made, in milliseconds since 1970
 * @param expiresMillis when it ends, the same; 0: never
 */
public record Token(
        String accessor,
        String secret,
        String description,
        Grants grants,
        List<String> roles,
        boolean local,
        long createMillis,
        long expiresMillis,
        long createIndex,
        long modifyIndex) {
    /** The accessor of the token of those who show none. */
    public static final String ANONYMOUS = "00000000-0000-0000-0000-000000000002";

    private static final String RESERVED = "00000000-0000-0000-0000-0000000000";

    static final Token BUILTIN_ANONYMOUS =
            new Token(
                    ANONYMOUS,
                    "anonymous",
                    "Anonymous Token",
                    Grants.NONE,
                    List.of(),
                    false,
                    0,
                    0,
                    1,
                    1);

    public Token {
        roles = List.copyOf(roles);
    }

    /** One that may all. */
    public static Token management(
            String accessor, String secret, String description, long createMillis) {
        return new Token(
                accessor,
                secret,
                description,
                Grants.of(Policy.MANAGEMENT),
                List.of(),
                false,
                createMillis,
                0,
                0,
                0);
    }

    /** Ids that nobody may choose. */
    public static boolean isReserved(String id) {
        return id.startsWith(RESERVED);
    }

    /** The same as of other changes. */
    public Token at(long created, long modified) {
        return new Token(
                accessor,
                secret,
                description,
                grants,
                roles,
                local,
                createMillis,
                expiresMillis,
                created,
                modified);
    }

    public boolean hasEnded(long nowMillis) {
        return expiresMillis > 0 && expiresMillis <= nowMillis;
    }

    /** Without the secret, so that it stands in no message. */
    @Override
    public String toString() {
        return "token " + accessor;
    }
}
