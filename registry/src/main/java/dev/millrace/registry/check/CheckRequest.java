package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A check as a client asks for it, field by field in the protocol's names, with whatever
 * contradictions; {@link #decide} makes a definition of it or refuses it (Consul's
 * CheckType.Validate, agent/structs/check_type.go).
 *
 * <p>Of several kinds at once the first counts: TTL, HTTP, TCP, UDP, gRPC, process, h2ping, alias.
 * Scripts, Docker and services of the operating system are refused: this process runs no programs.
 */
public final class CheckRequest {
    private String http = "";
    private String method = "";
    private Map<String, List<String>> header = Map.of();
    private String body = "";
    private boolean disableRedirects;
    private String tcp = "";
    private boolean tcpUseTls;
    private String udp = "";
    private String grpc = "";
    private boolean grpcUseTls;
    private String h2ping = "";
    private boolean h2pingUseTls = true;
    private long process;
    private String aliasNode = "";
    private String aliasService = "";
    private boolean script;
    private boolean osService;
    private String tlsServerName = "";
    private boolean tlsSkipVerify;
    private Duration ttl = Duration.ZERO;
    private Duration interval = Duration.ZERO;
    private Duration timeout = Duration.ZERO;
    private int successBeforePassing;
    private int failuresBeforeWarning;
    private int failuresBeforeCritical;
    private Duration deregisterCriticalServiceAfter = Duration.ZERO;
    private int outputMaxSize;
    private String status = "";

    /** What becomes of a request. */
    public sealed interface Decision {}

    /** It is a check. */
    public record Accepted(CheckDefinition definition) implements Decision {}

    /**
     * It is none.
     *
     * @param reason in Consul's words
     */
    public record Refused(String reason) implements Decision {}

    /** {@code HTTP}: a URL. */
    public CheckRequest http(String url) {
        this.http = url;
        return this;
    }

    /** {@code Method}; empty: GET. */
    public CheckRequest method(String name) {
        this.method = name;
        return this;
    }

    /** {@code Header}. */
    public CheckRequest header(Map<String, List<String>> values) {
        this.header = values;
        return this;
    }

    /** {@code Body}. */
    public CheckRequest body(String text) {
        this.body = text;
        return this;
    }

    /** {@code DisableRedirects}. */
    public CheckRequest disableRedirects(boolean disabled) {
        this.disableRedirects = disabled;
        return this;
    }

    /** {@code TCP}: {@code host:port}. */
    public CheckRequest tcp(String address) {
        this.tcp = address;
        return this;
    }

    /** {@code TCPUseTLS}. */
    public CheckRequest tcpUseTls(boolean used) {
        this.tcpUseTls = used;
        return this;
    }

    /** {@code UDP}: {@code host:port}. */
    public CheckRequest udp(String address) {
        this.udp = address;
        return this;
    }

    /** {@code GRPC}: {@code host:port/service}. */
    public CheckRequest grpc(String target) {
        this.grpc = target;
        return this;
    }

    /** {@code GRPCUseTLS}. */
    public CheckRequest grpcUseTls(boolean used) {
        this.grpcUseTls = used;
        return this;
    }

    /** {@code H2PING}: {@code host:port}. */
    public CheckRequest h2ping(String address) {
        this.h2ping = address;
        return this;
    }

    /** {@code H2PingUseTLS}; true unless set. */
    public CheckRequest h2pingUseTls(boolean used) {
        this.h2pingUseTls = used;
        return this;
    }

    /** {@code Process}, which Consul does not have: a process id of this machine. */
    public CheckRequest process(long pid) {
        this.process = pid;
        return this;
    }

    /** {@code AliasNode}. */
    public CheckRequest aliasNode(String node) {
        this.aliasNode = node;
        return this;
    }

    /** {@code AliasService}: an instance's id. */
    public CheckRequest aliasService(String id) {
        this.aliasService = id;
        return this;
    }

    /** Whether {@code Args}, {@code ScriptArgs} or {@code DockerContainerID} is there. */
    public CheckRequest script(boolean asked) {
        this.script = asked;
        return this;
    }

    /** Whether {@code OSService} is there. */
    public CheckRequest osService(boolean asked) {
        this.osService = asked;
        return this;
    }

    /** {@code TLSServerName}. */
    public CheckRequest tlsServerName(String name) {
        this.tlsServerName = name;
        return this;
    }

    /** {@code TLSSkipVerify}. */
    public CheckRequest tlsSkipVerify(boolean skipped) {
        this.tlsSkipVerify = skipped;
        return this;
    }

    /** {@code TTL}. */
    public CheckRequest ttl(Duration duration) {
        this.ttl = duration;
        return this;
    }

    /** {@code Interval}. */
    public CheckRequest interval(Duration duration) {
        this.interval = duration;
        return this;
    }

    /** {@code Timeout}; zero: 10 s, or the interval if that is shorter. */
    public CheckRequest timeout(Duration duration) {
        this.timeout = duration;
        return this;
    }

    /** {@code SuccessBeforePassing}. */
    public CheckRequest successBeforePassing(int count) {
        this.successBeforePassing = count;
        return this;
    }

    /** {@code FailuresBeforeWarning}; 0: as many as before critical. */
    public CheckRequest failuresBeforeWarning(int count) {
        this.failuresBeforeWarning = count;
        return this;
    }

    /** {@code FailuresBeforeCritical}. */
    public CheckRequest failuresBeforeCritical(int count) {
        this.failuresBeforeCritical = count;
        return this;
    }

    /** {@code DeregisterCriticalServiceAfter}. */
    public CheckRequest deregisterCriticalServiceAfter(Duration duration) {
        this.deregisterCriticalServiceAfter = duration;
        return this;
    }

    /** {@code OutputMaxSize}, in bytes; 0, or more than 4096: 4096. */
    public CheckRequest outputMaxSize(int bytes) {
        this.outputMaxSize = bytes;
        return this;
    }

    /** {@code Status} before the first answer; empty: critical. */
    public CheckRequest status(String text) {
        this.status = text;
        return this;
    }

    /** For an agent's check: somebody has to be asked, or to report. */
    public Decision decide() {
        Optional<String> refusal = refusal();
        return refusal.isPresent() ? new Refused(refusal.get()) : new Accepted(definition(kind()));
    }

    /**
     * For a check that is registered with the catalog: whoever registered it sets its status, and
     * only when its service is deregistered is taken from here.
     */
    public CheckDefinition ofCatalog() {
        return definition(new CheckKind.None());
    }

    private Optional<String> refusal() {
        if (interval.isPositive() && ttl.isPositive()) {
            return Optional.of("Interval and TTL cannot both be specified");
        }
        if (asks() && !interval.isPositive()) {
            return Optional.of(
                    "Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks");
        }
        if (asks() && isAlias()) {
            return Optional.of("Interval cannot be set for Alias checks");
        }
        if (isAlias() && ttl.isPositive()) {
            return Optional.of("TTL must be not be set for Alias checks");
        }
        if (!asks() && !isAlias() && !ttl.isPositive()) {
            return Optional.of("TTL must be > 0 for TTL checks");
        }
        if (outputMaxSize < 0) {
            return Optional.of("MaxOutputMaxSize must be positive");
        }
        if (failuresBeforeWarning > failuresBeforeCritical) {
            return Optional.of("FailuresBeforeWarning can't be higher than FailuresBeforeCritical");
        }
        return refusalHere();
    }

    /** What Consul can be configured to allow, and Millrace does not do. */
    private Optional<String> refusalHere() {
        if (!status.isEmpty() && Status.of(status).isEmpty()) {
            return Optional.of("Bad check status: " + status);
        }
        if (script) {
            return Optional.of(
                    "Scripts are disabled on this agent; to enable, configure"
                            + " 'enable_script_checks' or 'enable_local_script_checks' to true");
        }
        if (osService) {
            return Optional.of("OSService checks are not supported");
        }
        return process < 0
                ? Optional.of("Process must be a process id: " + process + " (expected: > 0)")
                : Optional.empty();
    }

    private boolean asks() {
        return script || osService || process != 0 || !(http + tcp + udp + grpc + h2ping).isEmpty();
    }

    private boolean isAlias() {
        return !aliasNode.isEmpty() || !aliasService.isEmpty();
    }

    private CheckKind kind() {
        if (ttl.isPositive()) {
            return new CheckKind.Ttl(ttl.toNanos());
        }
        if (!http.isEmpty()) {
            return new CheckKind.Http(
                    http,
                    method.isEmpty() ? "GET" : method,
                    header,
                    body,
                    tls(),
                    !disableRedirects);
        }
        if (!tcp.isEmpty()) {
            return new CheckKind.Tcp(tcp, tls(tcpUseTls));
        }
        if (!udp.isEmpty()) {
            return new CheckKind.Udp(udp);
        }
        if (!grpc.isEmpty()) {
            return new CheckKind.Grpc(grpc, tls(grpcUseTls));
        }
        if (process != 0) {
            return new CheckKind.LocalProcess(process);
        }
        if (!h2ping.isEmpty()) {
            return new CheckKind.H2ping(h2ping, tls(h2pingUseTls));
        }
        return new CheckKind.Alias(aliasNode, aliasService);
    }

    private CheckKind.Tls tls() {
        return new CheckKind.Tls(tlsServerName, tlsSkipVerify);
    }

    private Optional<CheckKind.Tls> tls(boolean used) {
        return used ? Optional.of(tls()) : Optional.empty();
    }

    private CheckDefinition definition(CheckKind kind) {
        Duration apart = kind.asks() ? longer(interval, CheckDefinition.INTERVAL_MIN) : interval;
        return new CheckDefinition(
                kind,
                apart,
                timeout.isPositive() ? timeout : shorter(apart, CheckDefinition.TIMEOUT_DEFAULT),
                thresholds(),
                deregisterAfter(),
                outputBytesMax(),
                Status.of(status).orElse(Status.CRITICAL));
    }

    private Thresholds thresholds() {
        return new Thresholds(
                successBeforePassing,
                failuresBeforeWarning == 0 ? failuresBeforeCritical : failuresBeforeWarning,
                failuresBeforeCritical);
    }

    private Duration deregisterAfter() {
        return deregisterCriticalServiceAfter.isPositive()
                ? longer(deregisterCriticalServiceAfter, CheckDefinition.DEREGISTER_MIN)
                : Duration.ZERO;
    }

    private int outputBytesMax() {
        return outputMaxSize < 1
                ? CheckDefinition.OUTPUT_BYTES
                : Math.min(outputMaxSize, CheckDefinition.OUTPUT_BYTES);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
