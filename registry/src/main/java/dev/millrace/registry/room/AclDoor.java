package dev.millrace.registry.room;

import dev.millrace.registry.acl.AclSettings;
import dev.millrace.registry.acl.Resolver;
import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.http.HttpConnection;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.state.State;

/** Lets in who has a token, if tokens are asked for. */
final class AclDoor implements HttpConnection.Door {
    private final AclSettings settings;
    private final Resolver resolver;

    AclDoor(AclSettings settings, Resolver resolver) {
        this.settings = settings;
        this.resolver = resolver;
    }

    @Override
    public Rights rights(State state, String token) throws Refusal {
        if (!settings.enabled()) {
            return Rights.ALL;
        }
        return resolver.rights(state.acl(), token)
                .orElseThrow(() -> new Refusal(403, "token does not exist: ACL not found"));
    }

    @Override
    public String defaultPolicy() {
        return settings.defaultPolicy();
    }

    /** Of who asks by DNS, which bears no token. From any thread. */
    Rights ofDns(State state) {
        return settings.enabled()
                ? resolver.rights(state.acl(), "").orElse(Rights.NONE)
                : Rights.ALL;
    }
}
