package dev.millrace.registry.acl;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;

import java.util.List;
import java.util.UUID;

/**
 * The settings of access control, with Consul's defaults.
 *
 * @param enabled whether tokens are asked for
 * @param allows whether what no rule is about is allowed
 * @param initialManagement the secret of a token that may all and is made at the start; empty: none
 * @param standard the secret of requests and DNS questions that have none; empty: they are
 *     anonymous
 */
public record AclSettings(
        boolean enabled, boolean allows, String initialManagement, String standard) {
    private static final Setting<Boolean> ENABLED =
            Setting.flag("registry.acl.enabled", false, "tokens decide who may do what");

    private static final Setting<String> DEFAULT_POLICY =
            Setting.choice(
                    "registry.acl.default-policy",
                    "allow",
                    List.of("allow", "deny"),
                    "what is done with what no rule is about");

    private static final Setting<String> INITIAL_MANAGEMENT =
            Setting.text(
                    "registry.acl.initial-management-token",
                    "",
                    "a UUID: the secret of a token that may all, made at the start; none: PUT"
                            + " /v1/acl/bootstrap makes one");

    private static final Setting<String> STANDARD =
            Setting.text(
                    "registry.acl.default-token",
                    "",
                    "the secret that requests without one, and DNS, are taken to have; none: the"
                            + " anonymous token");

    /** Every setting that is read here. */
    public static List<Setting<?>> all() {
        return List.of(ENABLED, DEFAULT_POLICY, INITIAL_MANAGEMENT, STANDARD);
    }

    /**
     * What a process's settings say.
     *
     * @throws BadSettings when a secret is none
     */
    public static AclSettings of(Settings settings) throws BadSettings {
        String initial = settings.get(INITIAL_MANAGEMENT);
        if (!initial.isEmpty() && !isUuid(initial)) {
            // The value is a secret that somebody has mistyped.
            throw BadSettings.of(INITIAL_MANAGEMENT, "<hidden>", "a UUID");
        }
        return new AclSettings(
                settings.get(ENABLED),
                settings.get(DEFAULT_POLICY).equals("allow"),
                initial,
                settings.get(STANDARD));
    }

    /** True of 32 digits with their hyphens. */
    public static boolean isUuid(String text) {
        try {
            return text.length() == 36 && UUID.fromString(text).toString().equalsIgnoreCase(text);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /** What is done with what no rule is about, as Consul's header says it. */
    public String defaultPolicy() {
        return allows ? "allow" : "deny";
    }

    /** Without secrets. */
    @Override
    public String toString() {
        return "acl enabled=" + enabled + " default=" + defaultPolicy();
    }
}
