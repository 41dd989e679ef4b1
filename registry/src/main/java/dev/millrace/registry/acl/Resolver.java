package dev.millrace.registry.acl;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds what the bearer of a secret may do. Rights are put together once for each token, and again
 * when any token, policy or role has changed: a request costs a look into a map. From any thread.
 *
 * <p>Tokens, policies and roles are a value, so rights belong to exactly one of those. The state
 * that is seen and the one that is about to be alternate for as long as a change of them becomes
 * durable; meanwhile rights are put together more often, which is dear and not wrong.
 */
public final class Resolver {
    private final String datacenter;
    private final boolean otherwise;
    private final String standard;
    private final InstantSource clock;
    private volatile Known known = new Known(Acl.EMPTY, new ConcurrentHashMap<>());

    /** What has been put together of one state; never more than it has tokens. */
    private record Known(Acl acl, Map<String, Rights> rights) {}

    /**
     * @param otherwise whether what no rule is about is allowed
     * @param standard the secret of those who show none; empty: they are anonymous
     */
    public Resolver(String datacenter, boolean otherwise, String standard, InstantSource clock) {
        this.datacenter = datacenter;
        this.otherwise = otherwise;
        this.standard = standard;
        this.clock = clock;
    }

    /** The rights of a secret; nothing if it is no token's, or that token's time has passed. */
    public Optional<Rights> rights(Acl acl, String secret) {
        String shown = secret.isEmpty() ? standard : secret;
        Optional<Token> token = shown.isEmpty() ? acl.token(Token.ANONYMOUS) : acl.bySecret(shown);
        return token.filter(there -> !there.hasEnded(clock.millis()))
                .map(there -> of(acl).computeIfAbsent(there.accessor(), any -> made(acl, there)));
    }

    /** That it is the very same says enough; to compare what is in it would not be cheap. */
    @SuppressWarnings("ReferenceEquality")
    private Map<String, Rights> of(Acl acl) {
        Known there = known;
        if (there.acl != acl) {
            there = new Known(acl, new ConcurrentHashMap<>());
            known = there;
        }
        return there.rights;
    }

    private Rights made(Acl acl, Token token) {
        Rules rules = rules(acl, token.grants());
        for (String id : token.roles()) {
            Optional<Role> role = acl.role(id);
            if (role.isPresent()) {
                rules = rules.with(rules(acl, role.get().grants()));
            }
        }
        return new TokenRights(token.accessor(), rules, otherwise);
    }

    private Rules rules(Acl acl, Grants grants) {
        List<String> texts = new ArrayList<>();
        for (String id : grants.policies()) {
            acl.policy(id)
                    .filter(policy -> policy.countsIn(datacenter))
                    .ifPresent(policy -> texts.add(policy.rules()));
        }
        for (ServiceIdentity identity : grants.serviceIdentities()) {
            if (identity.isGivenIn(datacenter)) {
                texts.add(identity.rules());
            }
        }
        for (NodeIdentity identity : grants.nodeIdentities()) {
            if (identity.datacenter().equals(datacenter)) {
                texts.add(identity.rules());
            }
        }
        Rules all = Rules.NONE;
        for (String text : texts) {
            all = all.with(read(text));
        }
        return all;
    }

    private static Rules read(String text) {
        try {
            return Rules.read(text);
        } catch (BadRules wrong) {
            throw new IllegalStateException("rules were checked before they were kept", wrong);
        }
    }
}
