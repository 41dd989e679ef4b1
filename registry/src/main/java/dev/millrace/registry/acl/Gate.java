package dev.millrace.registry.acl;

import dev.millrace.registry.state.State;

import java.util.Optional;

/** Lets in who has a token, if tokens are asked for. From any thread. */
public final class Gate {
    private final AclSettings settings;
    private final Resolver resolver;

    public Gate(AclSettings settings, Resolver resolver) {
        this.settings = settings;
        this.resolver = resolver;
    }

    /**
     * The rights of who shows a secret, in a state; nothing if it is no token's.
     *
     * @param secret empty: none is shown
     */
    public Optional<Rights> rights(State state, String secret) {
        return settings.enabled() ? resolver.rights(state.acl(), secret) : Optional.of(Rights.ALL);
    }

    /** What is done with what no rule is about, {@code allow} or {@code deny}. */
    public String defaultPolicy() {
        return settings.defaultPolicy();
    }
}
