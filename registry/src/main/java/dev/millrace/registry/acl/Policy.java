package dev.millrace.registry.acl;

import java.util.List;

/**
 * Rules with a name.
 *
 * @param id a UUID as text
 * @param rules as they were written, HCL or JSON
 * @param datacenters where they count; none: everywhere
 */
public record Policy(
        String id,
        String name,
        String description,
        String rules,
        List<String> datacenters,
        long createIndex,
        long modifyIndex) {
    /** May all; it can be renamed, and else is as it is. */
    public static final String MANAGEMENT = "00000000-0000-0000-0000-000000000001";

    /** May read all. */
    public static final String READ_ONLY = "00000000-0000-0000-0000-000000000002";

    public Policy {
        datacenters = List.copyOf(datacenters);
    }

    static final Policy BUILTIN_MANAGEMENT =
            new Policy(
                    MANAGEMENT,
                    "global-management",
                    "Builtin Policy that grants unlimited access",
                    everything("write") + "\noperator = \"write\"",
                    List.of(),
                    1,
                    1);

    static final Policy BUILTIN_READ_ONLY =
            new Policy(
                    READ_ONLY,
                    "builtin/global-read-only",
                    "Builtin Policy that grants unlimited read-only access to all components",
                    everything("read") + "\noperator = \"read\"",
                    List.of(),
                    1,
                    1);

    private static String everything(String access) {
        StringBuilder rules = new StringBuilder();
        for (String kind : List.of("acl", "keyring", "mesh", "peering")) {
            rules.append(kind).append(" = \"").append(access).append("\"\n");
        }
        for (Rights.Resource resource : Rights.Resource.values()) {
            rules.append(resource.word())
                    .append("_prefix \"\" {\n\tpolicy = \"")
                    .append(access)
                    .append("\"\n")
                    .append(
                            resource == Rights.Resource.SERVICE
                                    ? "\tintentions = \"" + access + "\"\n"
                                    : "")
                    .append("}\n");
        }
        return rules.toString().stripTrailing();
    }

    /** Whether it came with the registry. */
    public boolean isBuiltin() {
        return id.equals(MANAGEMENT) || id.equals(READ_ONLY);
    }

    /** The same as of other changes. */
    public Policy at(long created, long modified) {
        return new Policy(id, name, description, rules, datacenters, created, modified);
    }

    boolean countsIn(String datacenter) {
        return datacenters.isEmpty() || datacenters.contains(datacenter);
    }
}
