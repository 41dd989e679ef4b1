package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.acl.AclSettings;
import dev.millrace.registry.acl.Token;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.effect.PutToken;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.state.State;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * {@code /v1/acl}: tokens, policies and roles (Consul: ACL HTTP API). With access control turned
 * off all of it is refused.
 */
final class AclRoutes {
    private final Agent agent;
    private final AclSettings settings;
    private final InstantSource clock;

    AclRoutes(Agent agent, AclSettings settings, InstantSource clock) {
        this.agent = agent;
        this.settings = settings;
        this.clock = clock;
    }

    List<Route> routes() {
        List<Route> all =
                new ArrayList<>(
                        List.of(
                                Route.put("/v1/acl/bootstrap", this::bootstrap),
                                Route.get("/v1/acl/replication", this::replication)));
        all.addAll(new TokenRoutes(agent, settings, clock).routes());
        all.addAll(new PolicyRoutes(agent).routes());
        all.addAll(new RoleRoutes(agent).routes());
        return settings.enabled() ? all : all.stream().map(AclRoutes::off).toList();
    }

    private static Route off(Route route) {
        Route.Read refuses =
                query -> {
                    throw new Refusal(401, "ACL support disabled");
                };
        return new Route(route.method(), route.path(), refuses);
    }

    /** The first token that may all, once: for whoever comes first. */
    private Plan bootstrap(Query query) throws Refusal {
        long at = query.state().acl().bootstrapIndex();
        if (at > 0) {
            throw Refusal.denied("ACL bootstrap no longer allowed (reset index: " + at + ")");
        }
        Token token =
                Token.management(
                        UUID.randomUUID().toString(),
                        secret(query),
                        "Bootstrap Token (Global Management)",
                        clock.millis());
        return new Plan(
                List.of(new PutToken(token, true)),
                after -> Reply.json(out -> bootstrapped(out, after, token)));
    }

    private static String secret(Query query) throws Refusal {
        if (query.request().body().length == 0) {
            return UUID.randomUUID().toString();
        }
        String wanted;
        try {
            wanted = query.request().object().text("BootstrapSecret");
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
        if (wanted.isEmpty()) {
            return UUID.randomUUID().toString();
        }
        if (!AclSettings.isUuid(wanted)) {
            throw Refusal.bad("invalid bootstrap secret: it must be a UUID");
        }
        if (Token.isReserved(wanted)
                || query.state().acl().bySecret(wanted).isPresent()
                || query.state().acl().token(wanted).isPresent()) {
            throw Refusal.bad("invalid bootstrap secret: it is in use already");
        }
        return wanted;
    }

    private static void bootstrapped(JsonGenerator out, State after, Token made)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("ID", made.secret());
        Token token = after.acl().token(made.accessor()).orElse(made);
        AclForms.token(out, after.acl(), token, true);
        out.writeEndObject();
    }

    /** There is one datacenter, and nothing to be copied from another. */
    private Found replication(Query query) {
        return Found.of(
                Reply.json(
                        out -> {
                            out.writeStartObject();
                            out.writeBooleanField("Enabled", false);
                            out.writeBooleanField("Running", false);
                            out.writeStringField("SourceDatacenter", "");
                            out.writeStringField("ReplicationType", "");
                            out.writeNumberField("ReplicatedIndex", 0);
                            out.writeNumberField("ReplicatedRoleIndex", 0);
                            out.writeNumberField("ReplicatedTokenIndex", 0);
                            out.writeStringField("LastSuccess", "0001-01-01T00:00:00Z");
                            out.writeStringField("LastError", "0001-01-01T00:00:00Z");
                            out.writeStringField("LastErrorMessage", "");
                            out.writeEndObject();
                        }));
    }
}
