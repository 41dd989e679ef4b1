package dev.millrace.registry.api;

import dev.millrace.registry.acl.Acl;
import dev.millrace.registry.acl.AclSettings;
import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.acl.Token;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.check.GoDuration;
import dev.millrace.registry.effect.DropToken;
import dev.millrace.registry.effect.PutToken;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.state.Topic;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** {@code /v1/acl/token} (Consul: ACL token HTTP API). */
final class TokenRoutes {
    private static final Duration LIFE_MIN = Duration.ofMinutes(1);
    private static final Duration LIFE_MAX = Duration.ofHours(24);
    private static final String CLONE = "/clone";

    private final Agent agent;
    private final AclSettings settings;
    private final InstantSource clock;

    TokenRoutes(Agent agent, AclSettings settings, InstantSource clock) {
        this.agent = agent;
        this.settings = settings;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.put("/v1/acl/token", query -> decoded(query, this::create)),
                Route.get("/v1/acl/token/self", this::self),
                Route.get("/v1/acl/token/", this::read),
                Route.put("/v1/acl/token/", this::updateOrClone),
                Route.delete("/v1/acl/token/", this::delete),
                Route.get("/v1/acl/tokens", this::list));
    }

    /** Does something with what a body says. */
    @FunctionalInterface
    private interface Decoding {
        Plan of(Query query, Fields in) throws Refusal, MalformedJson;
    }

    private Plan decoded(Query query, Decoding then) throws Refusal {
        Selection.here(query.request(), agent);
        Vet.acl(query, Rights.Access.WRITE);
        try {
            return then.of(query, Fields.read(query.request().body()));
        } catch (MalformedJson malformed) {
            throw Refusal.bad("Token decoding failed: " + malformed.what());
        }
    }

    private static Plan put(Token token) {
        return new Plan(
                List.of(new PutToken(token, false)),
                after ->
                        Reply.json(
                                written(
                                        after.acl(),
                                        after.acl().token(token.accessor()).orElse(token),
                                        true)));
    }

    private static Json.Writing written(Acl acl, Token token, boolean withSecret) {
        return out -> {
            out.writeStartObject();
            AclForms.token(out, acl, token, withSecret);
            out.writeEndObject();
        };
    }

    // ---- Making one

    private Plan create(Query query, Fields in) throws Refusal, MalformedJson {
        Acl acl = query.state().acl();
        checkForm(in);
        boolean local = in.flag("Local");
        long now = clock.millis();
        GrantReader reader = new GrantReader(acl, "token");
        return put(
                new Token(
                        chosen(acl, in, "AccessorID"),
                        chosen(acl, in, "SecretID"),
                        in.text("Description"),
                        reader.read(in, local),
                        reader.roles(in),
                        local,
                        now,
                        expires(in, now),
                        0,
                        0));
    }

    private static void checkForm(Fields in) throws Refusal, MalformedJson {
        if (!in.text("AuthMethod").isEmpty()) {
            throw Refusal.invalid("AuthMethod field is disallowed outside of Login");
        }
        if (!in.text("Rules").isEmpty()) {
            throw Refusal.invalid("Rules cannot be specified for this token");
        }
    }

    /** An id that the client wants, or a new one. Accessors and secrets are never the same. */
    private static String chosen(Acl acl, Fields in, String field) throws Refusal, MalformedJson {
        String wanted = in.text(field);
        if (wanted.isEmpty()) {
            return UUID.randomUUID().toString();
        }
        if (!AclSettings.isUuid(wanted)) {
            throw Refusal.invalid("Invalid Token: " + field + " is not a valid UUID");
        }
        if (acl.token(wanted).isPresent() || acl.bySecret(wanted).isPresent()) {
            throw Refusal.invalid("Invalid Token: " + field + " is already in use");
        }
        if (Token.isReserved(wanted)) {
            throw Refusal.invalid(
                    "Invalid Token: UUIDs with the prefix"
                            + " \"00000000-0000-0000-0000-0000000000\" are reserved");
        }
        return wanted;
    }

    private static long expires(Fields in, long nowMillis) throws Refusal, MalformedJson {
        String ttl = in.duration("ExpirationTTL");
        long at = expirationTime(in);
        Duration life = ttl.isEmpty() ? Duration.ZERO : duration(ttl);
        if (life.isNegative()) {
            throw Refusal.invalid("Token Expiration TTL '" + ttl + "' should be > 0");
        }
        if (life.isPositive() && at > 0) {
            throw Refusal.invalid("Token Expiration TTL and Expiration Time cannot both be set");
        }
        long wanted = life.isPositive() ? nowMillis + life.toMillis() : at;
        if (wanted == 0) {
            return 0;
        }
        if (wanted < nowMillis) {
            throw Refusal.invalid("ExpirationTime cannot be before CreateTime");
        }
        Duration left = Duration.ofMillis(wanted - nowMillis);
        if (left.compareTo(LIFE_MAX) > 0) {
            throw beyond("more than 24h0m0s", left);
        }
        if (left.compareTo(LIFE_MIN) < 0) {
            throw beyond("less than 1m0s", left);
        }
        return wanted;
    }

    private static Refusal beyond(String limit, Duration left) {
        return Refusal.invalid(
                "ExpirationTime cannot be "
                        + limit
                        + " in the future (was "
                        + left.toMillis()
                        + "ms)");
    }

    private static Duration duration(String text) throws MalformedJson {
        return switch (GoDuration.parse(text)) {
            case GoDuration.Is is -> is.duration();
            case GoDuration.IsNot not -> throw new MalformedJson(not.reason());
        };
    }

    /** In milliseconds since 1970; 0: none is named. */
    private static long expirationTime(Fields in) throws MalformedJson {
        String text = in.text("ExpirationTime");
        if (text.isEmpty() || text.startsWith("0001-01-01T00:00:00")) {
            return 0;
        }
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException malformed) {
            throw new MalformedJson("parsing time \"" + text + "\": cannot parse");
        }
    }

    // ---- Changing one

    private Plan updateOrClone(Query query) throws Refusal {
        String rest = query.request().rest();
        return rest.endsWith(CLONE)
                ? decoded(query, (any, in) -> copy(any, in, rest))
                : decoded(query, this::update);
    }

    private Plan update(Query query, Fields in) throws Refusal, MalformedJson {
        Acl acl = query.state().acl();
        String accessor = query.request().rest();
        String named = in.text("AccessorID");
        if (!named.isEmpty() && !named.equals(accessor)) {
            throw Refusal.bad("Token Accessor ID in URL and payload do not match");
        }
        if (!AclSettings.isUuid(accessor)) {
            throw Refusal.invalid("AccessorID is not a valid UUID");
        }
        Token there =
                alive(acl, accessor)
                        .orElseThrow(
                                () -> Refusal.invalid("Cannot find token \"" + accessor + "\""));
        checkForm(in);
        checkSame(in, there);
        GrantReader reader = new GrantReader(acl, "token");
        return put(
                new Token(
                        accessor,
                        there.secret(),
                        in.text("Description"),
                        reader.read(in, there.local()),
                        reader.roles(in),
                        there.local(),
                        there.createMillis(),
                        there.expiresMillis(),
                        0,
                        0));
    }

    /** What was said of a token when it was made is for good. */
    private static void checkSame(Fields in, Token there) throws Refusal, MalformedJson {
        String secret = in.text("SecretID");
        if (!secret.isEmpty() && !secret.equals(there.secret())) {
            throw Refusal.invalid("Changing a token's SecretID is not permitted");
        }
        if (in.flag("Local") != there.local()) {
            throw Refusal.invalid("Cannot toggle local mode of " + there.accessor());
        }
        long expires = expirationTime(in);
        String ttl = in.duration("ExpirationTTL");
        boolean lives = !ttl.isEmpty() && !duration(ttl).isZero();
        if (lives || expires > 0 && expires != there.expiresMillis()) {
            throw Refusal.invalid("Cannot change expiration time of " + there.accessor());
        }
    }

    private Plan copy(Query query, Fields in, String rest) throws Refusal, MalformedJson {
        String accessor = rest.substring(0, rest.length() - CLONE.length());
        Token there =
                alive(query.state().acl(), accessor)
                        .orElseThrow(() -> missing("Cannot find token to clone"));
        String description = in.text("Description");
        return put(
                new Token(
                        UUID.randomUUID().toString(),
                        UUID.randomUUID().toString(),
                        description.isEmpty() ? there.description() : description,
                        there.grants(),
                        there.roles(),
                        there.local(),
                        clock.millis(),
                        there.expiresMillis(),
                        0,
                        0));
    }

    private static Refusal missing(String text) {
        return Refusal.notFound(text);
    }

    private Optional<Token> alive(Acl acl, String accessor) {
        return acl.token(accessor).filter(token -> !token.hasEnded(clock.millis()));
    }

    private Plan delete(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String accessor = query.request().required("Missing token AccessorID");
        Vet.acl(query, Rights.Access.WRITE);
        if (!AclSettings.isUuid(accessor)) {
            throw Refusal.invalid("Accessor ID is missing or an invalid UUID");
        }
        if (accessor.equals(Token.ANONYMOUS)) {
            throw Refusal.invalid("Delete operation not permitted on the anonymous token");
        }
        Optional<Token> there = query.state().acl().token(accessor);
        if (there.isEmpty()) {
            throw missing("Cannot find token to delete");
        }
        if (there.get().accessor().equals(query.rights().accessor())) {
            throw Refusal.invalid("Deletion of the request's authorization token is not permitted");
        }
        return Plan.of(List.of(new DropToken(accessor)), Reply.flag(true));
    }

    // ---- Looking

    private Found found(Acl acl, Reply reply) {
        return Found.of(acl.index(), Topic.of(Topic.Kind.ACL), reply);
    }

    /** Who has a secret may know what it is good for. */
    private Found self(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        Acl acl = query.state().acl();
        Token token =
                alive(acl, query.rights().accessor())
                        .orElseThrow(() -> missing("Supplied token does not exist"));
        return found(acl, Reply.json(written(acl, token, true)));
    }

    private Found read(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String accessor = query.request().required("Missing token AccessorID");
        Vet.acl(query, Rights.Access.READ);
        Acl acl = query.state().acl();
        Token token =
                alive(acl, accessor)
                        .orElseThrow(
                                () -> missing("Requested token does not exist: ACL not found"));
        boolean expanded = query.request().has("expanded");
        boolean withSecret = AclForms.seesSecrets(query);
        return found(
                acl,
                Reply.json(
                        out -> {
                            out.writeStartObject();
                            AclForms.token(out, acl, token, withSecret);
                            if (expanded) {
                                AclForms.expanded(
                                        out, acl, token, agent.node(), settings.defaultPolicy());
                            }
                            out.writeEndObject();
                        }));
    }

    private Found list(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        Vet.acl(query, Rights.Access.READ);
        Acl acl = query.state().acl();
        boolean withSecret = AclForms.seesSecrets(query);
        List<Token> seen =
                acl.tokens().values().stream()
                        .filter(token -> !token.hasEnded(clock.millis()))
                        .filter(token -> isWanted(query, token))
                        .toList();
        return found(
                acl,
                Reply.json(
                        out -> {
                            out.writeStartArray();
                            for (Token token : seen) {
                                written(acl, token, withSecret).to(out);
                            }
                            out.writeEndArray();
                        }));
    }

    private static boolean isWanted(Query query, Token token) {
        Optional<String> policy = named(query, "policy");
        Optional<String> role = named(query, "role");
        Optional<String> service = named(query, "servicename");
        return (policy.isEmpty() || token.grants().policies().contains(policy.get()))
                && (role.isEmpty() || token.roles().contains(role.get()))
                && (service.isEmpty()
                        || token.grants().serviceIdentities().stream()
                                .anyMatch(one -> one.service().equals(service.get())))
                && named(query, "authmethod").isEmpty();
    }

    private static Optional<String> named(Query query, String parameter) {
        return query.request().parameter(parameter).filter(value -> !value.isEmpty());
    }
}
