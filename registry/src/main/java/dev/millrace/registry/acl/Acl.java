package dev.millrace.registry.acl;

import dev.millrace.registry.state.Topic;
import dev.millrace.registry.state.Touched;

import org.pcollections.TreePMap;

import java.util.Locale;
import java.util.Optional;

/**
 * All tokens, policies and roles at one moment, as a value. It has one index and one topic: it
 * changes rarely, and who asks for a part of it does so to hear of all.
 *
 * @param tokens by their accessors
 * @param secrets the accessors, by the tokens' secrets
 * @param policies by their ids
 * @param policyNames their ids, by their names in lower case
 * @param roles by their ids
 * @param roleNames their ids, by their names in lower case
 * @param bootstrapIndex the index at which the first token was made; 0: it was not yet
 * @param index of the last change of any
 */
public record Acl(
        TreePMap<String, Token> tokens,
        TreePMap<String, String> secrets,
        TreePMap<String, Policy> policies,
        TreePMap<String, String> policyNames,
        TreePMap<String, Role> roles,
        TreePMap<String, String> roleNames,
        long bootstrapIndex,
        long index) {
    /** What is there before anything has changed: the policies and the token that are built in. */
    public static final Acl EMPTY =
            new Acl(
                            TreePMap.empty(),
                            TreePMap.empty(),
                            TreePMap.empty(),
                            TreePMap.empty(),
                            TreePMap.empty(),
                            TreePMap.empty(),
                            0,
                            1)
                    .with(Policy.BUILTIN_MANAGEMENT, 1, Touched.NOBODY)
                    .with(Policy.BUILTIN_READ_ONLY, 1, Touched.NOBODY)
                    .with(Token.BUILTIN_ANONYMOUS, 1, Touched.NOBODY);

    public Optional<Token> token(String accessor) {
        return Optional.ofNullable(tokens.get(accessor));
    }

    public Optional<Token> bySecret(String secret) {
        return Optional.ofNullable(secrets.get(secret)).flatMap(this::token);
    }

    public Optional<Policy> policy(String id) {
        return Optional.ofNullable(policies.get(id));
    }

    public Optional<Policy> policyNamed(String name) {
        return Optional.ofNullable(policyNames.get(fold(name))).flatMap(this::policy);
    }

    public Optional<Role> role(String id) {
        return Optional.ofNullable(roles.get(id));
    }

    public Optional<Role> roleNamed(String name) {
        return Optional.ofNullable(roleNames.get(fold(name))).flatMap(this::role);
    }

    private static String fold(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    // ---- Changing. What is put keeps its own indices.

    private static void touch(Touched touched) {
        touched.touch(Topic.of(Topic.Kind.ACL));
    }

    private Acl tokens(
            TreePMap<String, Token> changed, TreePMap<String, String> changedSecrets, long at) {
        return new Acl(
                changed,
                changedSecrets,
                policies,
                policyNames,
                roles,
                roleNames,
                bootstrapIndex,
                at);
    }

    public Acl with(Token token, long at, Touched touched) {
        touch(touched);
        return tokens(
                tokens.plus(token.accessor(), token),
                secrets.plus(token.secret(), token.accessor()),
                at);
    }

    public Acl withoutToken(String accessor, long at, Touched touched) {
        Token before = tokens.get(accessor);
        if (before == null) {
            return this;
        }
        touch(touched);
        return tokens(tokens.minus(accessor), secrets.minus(before.secret()), at);
    }

    private Acl policies(
            TreePMap<String, Policy> changed, TreePMap<String, String> changedNames, long at) {
        return new Acl(
                tokens, secrets, changed, changedNames, roles, roleNames, bootstrapIndex, at);
    }

    public Acl with(Policy policy, long at, Touched touched) {
        touch(touched);
        Policy before = policies.get(policy.id());
        TreePMap<String, String> names =
                before == null ? policyNames : policyNames.minus(fold(before.name()));
        return policies(
                policies.plus(policy.id(), policy),
                names.plus(fold(policy.name()), policy.id()),
                at);
    }

    public Acl withoutPolicy(String id, long at, Touched touched) {
        Policy before = policies.get(id);
        if (before == null) {
            return this;
        }
        touch(touched);
        return policies(policies.minus(id), policyNames.minus(fold(before.name())), at);
    }

    private Acl roles(
            TreePMap<String, Role> changed, TreePMap<String, String> changedNames, long at) {
        return new Acl(
                tokens, secrets, policies, policyNames, changed, changedNames, bootstrapIndex, at);
    }

    public Acl with(Role role, long at, Touched touched) {
        touch(touched);
        Role before = roles.get(role.id());
        TreePMap<String, String> names =
                before == null ? roleNames : roleNames.minus(fold(before.name()));
        return roles(roles.plus(role.id(), role), names.plus(fold(role.name()), role.id()), at);
    }

    public Acl withoutRole(String id, long at, Touched touched) {
        Role before = roles.get(id);
        if (before == null) {
            return this;
        }
        touch(touched);
        return roles(roles.minus(id), roleNames.minus(fold(before.name())), at);
    }

    /** The first token was made at this index. */
    public Acl bootstrapped(long at) {
        return new Acl(tokens, secrets, policies, policyNames, roles, roleNames, at, index);
    }

    /** With these indices as they were. */
    public Acl restored(long bootstrap, long at) {
        return new Acl(tokens, secrets, policies, policyNames, roles, roleNames, bootstrap, at);
    }
}
