package dev.millrace.registry.acl;

import java.time.InstantSource;
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
    private volatile Known known = new Known(Acl.EMPTY);

    /**
     * What has been put together of one state, by the accessors of tokens and the ids of policies;
     * never more than it has.
     */
    private record Known(Acl acl, Map<String, Rights> rights, Map<String, Rules> policies) {
        Known(Acl acl) {
            this(acl, new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        }
    }

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
        return token.filter(there -> !there.hasEnded(clock.millis())).map(there -> of(acl, there));
    }

    private Rights of(Acl acl, Token token) {
        Known there = of(acl);
        Rights made = there.rights.get(token.accessor());
        if (made == null) {
            made = new TokenRights(token.accessor(), rules(there, token), otherwise);
            there.rights.put(token.accessor(), made);
        }
        return made;
    }

    /** That it is the very same says enough; to compare what is in it would not be cheap. */
    @SuppressWarnings("ReferenceEquality")
    private Known of(Acl acl) {
        Known there = known;
        if (there.acl != acl) {
            there = new Known(acl);
            known = there;
        }
        return there;
    }

    private Rules rules(Known of, Token token) {
        Rules rules = rules(of, token.grants());
        for (String id : token.roles()) {
            Optional<Role> role = of.acl.role(id);
            if (role.isPresent()) {
                rules = rules.with(rules(of, role.get().grants()));
            }
        }
        return rules;
    }

    private Rules rules(Known of, Grants grants) {
        Rules all = Rules.NONE;
        for (String id : grants.policies()) {
            Optional<Policy> policy = of.acl.policy(id).filter(one -> one.countsIn(datacenter));
            if (policy.isPresent()) {
                all =
                        all.with(
                                of.policies.computeIfAbsent(
                                        id, unknown -> read(policy.get().rules())));
            }
        }
        for (ServiceIdentity identity : grants.serviceIdentities()) {
            if (identity.isGivenIn(datacenter)) {
                all = all.with(read(identity.rules()));
            }
        }
        for (NodeIdentity identity : grants.nodeIdentities()) {
            if (identity.datacenter().equals(datacenter)) {
                all = all.with(read(identity.rules()));
            }
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
