package dev.millrace.registry.acl;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What policies say, each by itself or several together.
 *
 * @param named about resources that have names
 * @param acl about tokens, policies and roles
 * @param operator about the installation as a whole
 */
public record Rules(
        Map<Rights.Resource, NamedRules> named, Optional<Grant> acl, Optional<Grant> operator) {
    public static final Rules NONE = new Rules(Map.of(), Optional.empty(), Optional.empty());

    public Rules {
        named = Map.copyOf(named);
    }

    /**
     * Read from a policy's text, HCL or JSON.
     *
     * @throws BadRules if it is neither, or says of something what cannot be said of it
     */
    public static Rules read(String text) throws BadRules {
        return RuleReader.read(text);
    }

    NamedRules about(Rights.Resource resource) {
        return named.getOrDefault(resource, NamedRules.NONE);
    }

    /** With those of another policy. */
    public Rules with(Rules other) {
        Map<Rights.Resource, NamedRules> all = new EnumMap<>(Rights.Resource.class);
        for (Rights.Resource resource : Rights.Resource.values()) {
            all.put(resource, about(resource).with(other.about(resource)));
        }
        return new Rules(all, merged(acl, other.acl), merged(operator, other.operator));
    }

    private static Optional<Grant> merged(Optional<Grant> one, Optional<Grant> other) {
        if (one.isEmpty()) {
            return other;
        }
        return other.isEmpty() ? one : Optional.of(one.get().over(other.get()));
    }
}
