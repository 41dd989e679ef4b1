package dev.millrace.registry.acl;

import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.JsonValue;
import dev.millrace.registry.json.MalformedJson;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a policy (Consul: ACL rules). {@code key_prefix "app/" { policy = "write" }} names
 * something, {@code operator = "read"} is about all there is of its kind. In JSON that is {@code
 * {"key_prefix": {"app/": {"policy": "write"}}, "operator": "read"}}. What else stands there is
 * nobody's business, as with Consul; what there are no endpoints for is checked and then forgotten.
 */
final class RuleReader {
    private static final String PREFIX = "_prefix";

    private final Map<Rights.Resource, Map<String, Grant>> exact =
            new EnumMap<>(Rights.Resource.class);
    private final Map<Rights.Resource, Map<String, Grant>> prefixes =
            new EnumMap<>(Rights.Resource.class);
    private final Map<String, Grant> plain = new HashMap<>();

    private RuleReader() {}

    static Rules read(String text) throws BadRules {
        RuleReader reader = new RuleReader();
        for (Map.Entry<String, JsonValue> field : source(text).fields().entrySet()) {
            reader.field(field.getKey(), field.getValue());
        }
        return reader.rules();
    }

    /** HCL takes for JSON what begins like an object. */
    private static JsonValue.Obj source(String text) throws BadRules {
        if (!text.stripLeading().startsWith("{")) {
            return Hcl.read(text);
        }
        try {
            return Json.read(text.getBytes(StandardCharsets.UTF_8)) instanceof JsonValue.Obj object
                    ? object
                    : new JsonValue.Obj(Map.of());
        } catch (MalformedJson malformed) {
            throw unreadable(malformed.what());
        }
    }

    static BadRules unreadable(String why) {
        return new BadRules("Failed to parse ACL rules: " + why);
    }

    private Rules rules() {
        Map<Rights.Resource, NamedRules> named = new EnumMap<>(Rights.Resource.class);
        for (Rights.Resource resource : Rights.Resource.values()) {
            named.put(
                    resource,
                    new NamedRules(
                            exact.getOrDefault(resource, Map.of()),
                            prefixes.getOrDefault(resource, Map.of())));
        }
        return new Rules(
                named,
                Optional.ofNullable(plain.get("acl")),
                Optional.ofNullable(plain.get("operator")));
    }

    private void field(String name, JsonValue value) throws BadRules {
        switch (name) {
            case "acl", "operator", "keyring", "mesh", "peering" -> plain(name, value);
            case "agent", "agent_prefix" -> named(Rights.Resource.AGENT, name, value);
            case "event", "event_prefix" -> named(Rights.Resource.EVENT, name, value);
            case "key", "key_prefix" -> named(Rights.Resource.KEY, name, value);
            case "node", "node_prefix" -> named(Rights.Resource.NODE, name, value);
            case "query", "query_prefix" -> named(Rights.Resource.QUERY, name, value);
            case "service", "service_prefix" -> named(Rights.Resource.SERVICE, name, value);
            case "session", "session_prefix" -> named(Rights.Resource.SESSION, name, value);
            default -> {}
        }
    }

    // ---- About all there is

    private void plain(String name, JsonValue value) throws BadRules {
        for (JsonValue each : flat(value)) {
            String text = text(name, each);
            if (text.isEmpty()) {
                continue;
            }
            Optional<Grant> grant = Grant.of(text).filter(known -> known != Grant.LIST);
            if (grant.isEmpty()) {
                throw new BadRules("Invalid " + name + " policy: " + quoted(text));
            }
            plain.put(name, grant.get());
        }
    }

    /** What stands for several, one after the other. */
    private static List<JsonValue> flat(JsonValue value) {
        return value instanceof JsonValue.Arr array ? array.values() : List.of(value);
    }

    private static String text(String name, JsonValue value) throws BadRules {
        return switch (value) {
            case JsonValue.Text text -> text.value();
            case JsonValue.Num number -> number.text();
            case JsonValue.Bool bool -> String.valueOf(bool.value());
            case JsonValue.Null _ -> "";
            case JsonValue.Obj _, JsonValue.Arr _ ->
                    throw unreadable(name + ": unknown type for string " + value.kind());
        };
    }

    // ---- About what is named

    private void named(Rights.Resource resource, String kind, JsonValue value) throws BadRules {
        for (JsonValue each : flat(value)) {
            if (!(each instanceof JsonValue.Obj object)) {
                throw unreadable(kind + ": not an object type for map (" + each.kind() + ")");
            }
            for (Map.Entry<String, JsonValue> rule : object.fields().entrySet()) {
                for (JsonValue body : flat(rule.getValue())) {
                    rule(resource, kind, rule.getKey(), body);
                }
            }
        }
    }

    private void rule(Rights.Resource resource, String kind, String name, JsonValue body)
            throws BadRules {
        if (!(body instanceof JsonValue.Obj object)) {
            throw unreadable(kind + ": not an object type for map (" + body.kind() + ")");
        }
        String policy = last(kind, object, "policy");
        Optional<Grant> grant =
                Grant.of(policy)
                        .filter(known -> known != Grant.LIST || resource == Rights.Resource.KEY);
        if (grant.isEmpty()) {
            throw invalid(resource, kind, "", name, policy, object);
        }
        String intentions = last(kind, object, "intentions");
        boolean knows = Grant.of(intentions).filter(known -> known != Grant.LIST).isPresent();
        if (resource == Rights.Resource.SERVICE && !intentions.isEmpty() && !knows) {
            throw invalid(resource, kind, " intentions", name, policy, object);
        }
        Map<Rights.Resource, Map<String, Grant>> target = kind.endsWith(PREFIX) ? prefixes : exact;
        target.computeIfAbsent(resource, unknown -> new HashMap<>())
                .merge(name, grant.get(), Grant::over);
    }

    private static String last(String kind, JsonValue.Obj object, String field) throws BadRules {
        JsonValue value = object.fields().get(field);
        if (value == null) {
            return "";
        }
        List<JsonValue> all = flat(value);
        return all.isEmpty() ? "" : text(kind + "." + field, all.getLast());
    }

    /** A rule is shown as Go shows its structures. */
    private static BadRules invalid(
            Rights.Resource resource,
            String kind,
            String part,
            String name,
            String policy,
            JsonValue.Obj object)
            throws BadRules {
        String named = quoted(name) + ", Policy:" + quoted(policy);
        String shown =
                switch (resource) {
                    case AGENT -> "AgentRule{Node:" + named + "}";
                    case EVENT -> "EventRule{Event:" + named + "}";
                    case KEY -> "KeyRule{Prefix:" + named + ENTERPRISE;
                    case NODE -> "NodeRule{Name:" + named + ENTERPRISE;
                    case QUERY -> "PreparedQueryRule{Prefix:" + named + "}";
                    case SERVICE ->
                            "ServiceRule{Name:"
                                    + named
                                    + ", Intentions:"
                                    + quoted(last(kind, object, "intentions"))
                                    + ENTERPRISE;
                    case SESSION -> "SessionRule{Node:" + named + "}";
                };
        return new BadRules("Invalid " + kind + part + " policy: acl." + shown);
    }

    private static final String ENTERPRISE = ", EnterpriseRule:acl.EnterpriseRule{}}";

    private static String quoted(String text) {
        return Json.text(new JsonValue.Text(text));
    }
}
