package dev.millrace.registry.api;

import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.ServiceAddress;
import dev.millrace.registry.catalog.Weights;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.JsonValue;
import dev.millrace.registry.json.MalformedJson;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What clients write of instances and nodes, read and checked. */
final class Registration {
    private static final int META_PAIRS_MAX = 64;
    private static final int META_KEY_MAX = 128;
    private static final int META_VALUE_MAX = 512;
    private static final int PORT_MAX = 65_535;
    private static final int WEIGHT_MAX = 65_535;
    private static final Pattern META_KEY = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final List<String> ANY = List.of("0.0.0.0", "::", "[::]");

    private Registration() {}

    /** Whether an address means every address of a host, and so none. */
    static boolean isAny(String address) {
        return ANY.contains(address);
    }

    /**
     * An instance.
     *
     * @param nameField what the service's name is called: {@code Name} or {@code Service}
     * @throws MalformedJson if a field has another type than it should
     */
    static Instance instance(Fields in, String node, String nameField, boolean local)
            throws MalformedJson {
        String name = in.text(nameField);
        String id = in.text("ID");
        return new Instance(
                node,
                id.isEmpty() ? name : id,
                name,
                in.text("Kind"),
                in.texts("Tags"),
                in.text("Address"),
                Math.clamp(in.number("Port"), -1, PORT_MAX + 1),
                in.text("SocketPath"),
                addresses(in),
                in.textMap("Meta"),
                weights(in),
                in.flag("EnableTagOverride"),
                in.object("Proxy").map(proxy -> Json.text(proxy.source())).orElse(""),
                local,
                0,
                0);
    }

    private static Map<String, ServiceAddress> addresses(Fields in) throws MalformedJson {
        Map<String, ServiceAddress> all = new HashMap<>();
        for (Map.Entry<String, JsonValue> each : in.map("TaggedAddresses").entrySet()) {
            Fields at = Fields.of(each.getValue());
            int port = Math.clamp(at.number("Port"), 0, PORT_MAX);
            all.put(each.getKey(), new ServiceAddress(at.text("Address"), port));
        }
        return all;
    }

    private static Weights weights(Fields in) throws MalformedJson {
        Optional<Fields> weights = in.object("Weights");
        if (weights.isEmpty()) {
            return Weights.STANDARD;
        }
        return new Weights(weight(weights.get(), "Passing"), weight(weights.get(), "Warning"));
    }

    private static int weight(Fields weights, String name) throws MalformedJson {
        return Math.clamp(weights.number(name), -1, WEIGHT_MAX + 1);
    }

    /**
     * Whether an instance can be registered.
     *
     * @throws Refusal if not
     */
    static void check(Instance instance) throws Refusal {
        if (isAny(instance.address())) {
            throw Refusal.bad("Invalid service address");
        }
        if (instance.port() < 0 || instance.port() > PORT_MAX) {
            throw Refusal.bad(
                    "Invalid service port: " + instance.port() + " (expected: 0 to 65535)");
        }
        if (instance.port() != 0 && !instance.socketPath().isEmpty()) {
            throw Refusal.bad("Only one of Port or SocketPath can be specified");
        }
        Weights weights = instance.weights();
        if (weights.passing() < 1) {
            throw Refusal.bad("Invalid Weights: Passing must be greater than 0");
        }
        if (weights.warning() < 0) {
            throw Refusal.bad("Invalid Weights: Warning must be greater or equal than 0");
        }
        if (weights.passing() > WEIGHT_MAX || weights.warning() > WEIGHT_MAX) {
            throw Refusal.bad("Invalid Weights: DNS Weight must be between 0 and 65535");
        }
        checkMeta(instance.meta(), "Invalid Service Meta: ");
    }

    /**
     * Whether these are metadata.
     *
     * @throws Refusal if not, with a beginning
     */
    static void checkMeta(Map<String, String> meta, String beginning) throws Refusal {
        if (meta.size() > META_PAIRS_MAX) {
            throw Refusal.bad(beginning + "metadata cannot contain more than 64 key/value pairs");
        }
        for (Map.Entry<String, String> pair : meta.entrySet()) {
            String fault = fault(pair.getKey(), pair.getValue());
            if (!fault.isEmpty()) {
                throw Refusal.bad(
                        beginning
                                + "couldn't load metadata pair ('"
                                + pair.getKey()
                                + "', '"
                                + pair.getValue()
                                + "'): "
                                + fault);
            }
        }
    }

    private static String fault(String key, String value) {
        if (key.isEmpty()) {
            return "Key cannot be blank";
        }
        if (!META_KEY.matcher(key).matches()) {
            return "Key contains invalid characters";
        }
        if (key.length() > META_KEY_MAX) {
            return "Key is too long (limit: 128 characters)";
        }
        return value.length() > META_VALUE_MAX ? "Value is too long (limit: 512 characters)" : "";
    }
}
