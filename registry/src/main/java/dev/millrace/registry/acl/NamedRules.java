package dev.millrace.registry.acl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The rules about one kind of resource. What names a thing exactly counts, else the longest prefix
 * of its name. To find that, only those lengths are tried that some rule has.
 */
final class NamedRules {
    static final NamedRules NONE = new NamedRules(Map.of(), Map.of());

    private final Map<String, Grant> exact;
    private final Map<String, Grant> prefixes;

    /** The lengths of prefixes, the greatest first. */
    private final int[] lengths;

    NamedRules(Map<String, Grant> exact, Map<String, Grant> prefixes) {
        this.exact = Map.copyOf(exact);
        this.prefixes = Map.copyOf(prefixes);
        this.lengths =
                prefixes.keySet().stream()
                        .map(String::length)
                        .distinct()
                        .sorted(Comparator.reverseOrder())
                        .mapToInt(Integer::intValue)
                        .toArray();
    }

    /** What counts for a name. */
    Optional<Grant> of(String name) {
        Grant named = exact.get(name);
        return named == null ? ofPrefix(name) : Optional.of(named);
    }

    private Optional<Grant> ofPrefix(String name) {
        for (int length : lengths) {
            if (length <= name.length()) {
                Grant grant = prefixes.get(name.substring(0, length));
                if (grant != null) {
                    return Optional.of(grant);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Whether all that begins so may be written: the rule for the prefix itself has to allow it,
     * and each that is about something below. Empty: no rule is about any of that.
     */
    Optional<Boolean> writesAll(String prefix) {
        Optional<Boolean> itself = ofPrefix(prefix).map(grant -> grant == Grant.WRITE);
        if (itself.equals(Optional.of(false)) || forbidsBelow(exact, prefix)) {
            return Optional.of(false);
        }
        return forbidsBelow(prefixes, prefix) ? Optional.of(false) : itself;
    }

    private static boolean forbidsBelow(Map<String, Grant> rules, String prefix) {
        return rules.entrySet().stream()
                .anyMatch(
                        rule -> rule.getKey().startsWith(prefix) && rule.getValue() != Grant.WRITE);
    }

    /** With others; of two about the same name that with precedence counts. */
    NamedRules with(NamedRules other) {
        return new NamedRules(merged(exact, other.exact), merged(prefixes, other.prefixes));
    }

    private static Map<String, Grant> merged(Map<String, Grant> some, Map<String, Grant> more) {
        Map<String, Grant> all = new HashMap<>(some);
        more.forEach((name, grant) -> all.merge(name, grant, Grant::over));
        return all;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamedRules rules
                && exact.equals(rules.exact)
                && prefixes.equals(rules.prefixes);
    }

    @Override
    public int hashCode() {
        return exact.hashCode() * 31 + prefixes.hashCode() + Arrays.hashCode(lengths);
    }

    @Override
    public String toString() {
        return exact + " " + prefixes;
    }
}
