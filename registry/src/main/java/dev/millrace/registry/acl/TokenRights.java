package dev.millrace.registry.acl;

import java.util.Optional;

/**
 * What a token's rules allow; what they say nothing of is as the default has it, but for tokens and
 * policies themselves, which nobody sees or changes without a rule.
 */
final class TokenRights implements Rights {
    private final String accessor;
    private final Rules rules;
    private final boolean otherwise;

    TokenRights(String accessor, Rules rules, boolean otherwise) {
        this.accessor = accessor;
        this.rules = rules;
        this.otherwise = otherwise;
    }

    @Override
    public String accessor() {
        return accessor;
    }

    @Override
    public boolean allow(Resource resource, Access access, String name) {
        return allows(rules.about(resource).of(name), access, otherwise);
    }

    private static boolean allows(Optional<Grant> grant, Access access, boolean otherwise) {
        return grant.map(there -> there.allows(access)).orElse(otherwise);
    }

    @Override
    public boolean allowTree(String prefix) {
        return rules.about(Resource.KEY).writesAll(prefix).orElse(otherwise);
    }

    @Override
    public boolean allowAcl(Access access) {
        return allows(rules.acl(), access, false);
    }

    @Override
    public boolean allowOperator(Access access) {
        return allows(rules.operator(), access, otherwise);
    }
}
