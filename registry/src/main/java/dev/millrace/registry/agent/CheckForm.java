package dev.millrace.registry.agent;

import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.check.CheckRequest;
import dev.millrace.registry.check.GoDuration;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.JsonValue;
import dev.millrace.registry.json.MalformedJson;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The definition of a check as a client wrote it: an object in the form of the agent's API, or of
 * the catalog's ({@code IntervalDuration} and the like).
 */
public final class CheckForm {
    private static final CheckForm NONE = new CheckForm(empty());

    private final Fields fields;

    public CheckForm(Fields fields) {
        this.fields = fields;
    }

    private static Fields empty() {
        try {
            return Fields.of(new JsonValue.Obj(Map.of()));
        } catch (MalformedJson impossible) {
            throw new AssertionError("an object is an object", impossible);
        }
    }

    /** Of a check that is registered. */
    public static CheckForm stored(Check check) {
        if (check.definition().isEmpty()) {
            return NONE;
        }
        try {
            return new CheckForm(
                    Fields.read(check.definition().text().getBytes(StandardCharsets.UTF_8)));
        } catch (MalformedJson impossible) {
            throw new AssertionError("it was an object when it was registered", impossible);
        }
    }

    public Fields fields() {
        return fields;
    }

    /** To be kept. */
    public String text() {
        return Json.text(fields.source());
    }

    /**
     * What is asked for.
     *
     * @throws MalformedJson if a field has another type than it should
     */
    public CheckRequest request() throws MalformedJson {
        CheckRequest request = new CheckRequest();
        request.http(fields.text("HTTP"))
                .method(fields.text("Method"))
                .header(header())
                .body(fields.text("Body"))
                .disableRedirects(fields.flag("DisableRedirects"))
                .tcp(fields.text("TCP"))
                .tcpUseTls(fields.flag("TCPUseTLS"))
                .udp(fields.text("UDP"))
                .grpc(fields.text("GRPC"))
                .grpcUseTls(fields.flag("GRPCUseTLS"))
                .h2ping(fields.text("H2PING"))
                .process(fields.number("Process"))
                .aliasNode(fields.text("AliasNode"))
                .aliasService(fields.text("AliasService"))
                .script(isScript())
                .osService(!fields.text("OSService").isEmpty())
                .tlsServerName(fields.text("TLSServerName"))
                .tlsSkipVerify(fields.flag("TLSSkipVerify"))
                .ttl(duration("TTL"))
                .interval(duration("Interval"))
                .timeout(duration("Timeout"))
                .successBeforePassing(count("SuccessBeforePassing"))
                .failuresBeforeWarning(count("FailuresBeforeWarning"))
                .failuresBeforeCritical(count("FailuresBeforeCritical"))
                .deregisterCriticalServiceAfter(duration("DeregisterCriticalServiceAfter"))
                .outputMaxSize(count("OutputMaxSize"))
                .status(fields.text("Status"));
        if (fields.has("H2PingUseTLS")) {
            request.h2pingUseTls(fields.flag("H2PingUseTLS"));
        }
        return request;
    }

    private boolean isScript() throws MalformedJson {
        return !fields.values("Args").isEmpty()
                || !fields.values("ScriptArgs").isEmpty()
                || !fields.text("DockerContainerID").isEmpty();
    }

    private int count(String name) throws MalformedJson {
        return Math.clamp(fields.number(name), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** What is not there is zero. */
    private Duration duration(String name) throws MalformedJson {
        String text = fields.duration(name);
        if (text.isEmpty() && fields.has(name + "Duration")) {
            text = fields.duration(name + "Duration");
        }
        if (text.isEmpty()) {
            return Duration.ZERO;
        }
        return switch (GoDuration.parse(text)) {
            case GoDuration.Is is -> is.duration();
            case GoDuration.IsNot not -> throw new MalformedJson(not.reason());
        };
    }

    private Map<String, List<String>> header() throws MalformedJson {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> each : fields.map("Header").entrySet()) {
            List<String> values = new ArrayList<>();
            if (each.getValue() instanceof JsonValue.Arr array) {
                for (JsonValue value : array.values()) {
                    if (value instanceof JsonValue.Text text) {
                        values.add(text.value());
                    }
                }
            } else if (each.getValue() instanceof JsonValue.Text text) {
                values.add(text.value());
            }
            all.put(each.getKey(), values);
        }
        return all;
    }

    /**
     * What is asked for by a client of the agent.
     *
     * @throws Refusal if it is not understood, or no check
     */
    public CheckRequest.Accepted decided() throws Refusal {
        try {
            return switch (request().decide()) {
                case CheckRequest.Accepted accepted -> accepted;
                case CheckRequest.Refused refused ->
                        throw Refusal.bad("Invalid check: " + refused.reason());
            };
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }
}
