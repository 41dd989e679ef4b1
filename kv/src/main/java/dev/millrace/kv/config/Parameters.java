package dev.millrace.kv.config;

import dev.millrace.kv.acl.Users;
import dev.millrace.kv.config.Parameter.Trait;
import dev.millrace.kv.glob.GlobPattern;
import dev.millrace.kv.pubsub.KeyspaceEvents;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.store.Stripe;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Every parameter of one server.
 *
 * <p>Those that mean something here act on {@link Config}. The rest are kept for clients and tools
 * that set them and read them back: Redis's replication, files and threads have no counterpart.
 */
public final class Parameters {
    private static final long INT_MAX = Integer.MAX_VALUE;
    private static final long INT_MIN = Integer.MIN_VALUE;
    private static final long LONG_MAX = Long.MAX_VALUE;
    private static final long MEBIBYTE = 1 << 20;
    private static final int PORT_MAX = 65535;
    private static final Kind ON_SIGNAL = Kind.several("default", "save", "nosave", "now", "force");
    private static final String YES = "yes";
    private static final String NO = "no";

    private final KvServer server;
    private final Config config;
    private final Map<String, Parameter> byName = new LinkedHashMap<>();

    private Parameters(KvServer server) {
        this.server = server;
        this.config = server.config();
        clients();
        memory();
        encodings();
        commands();
        persistence();
        network();
        tls();
        process();
        replication();
        cluster();
    }

    public static Parameters of(KvServer server) {
        return server.part(Parameters.class, Parameters::new);
    }

    // ---- Use

    /** Says what a parameter is in this process that is decided elsewhere: a port, a directory. */
    public void declare(String name, String value) {
        get(name).set(value);
    }

    /** Says where a parameter's value is found, and what makes it another at once. */
    public void decidedBy(String name, Supplier<String> get, Consumer<String> set) {
        get(name).isNot(Trait.IMMUTABLE).stands(get, set);
    }

    /**
     * Says where a parameter's value is found, and what makes it another, off the loops.
     *
     * @param apply false if it cannot be done, and all is as it was
     * @param otherwise what is answered then
     */
    public void movedBy(
            String name, Supplier<String> get, Predicate<String> apply, String otherwise) {
        get(name).isNot(Trait.IMMUTABLE).stands(get, value -> {}).applied(apply::test, otherwise);
    }

    /** Says what is done when a parameter has got another value. */
    public void whenSet(String name, Runnable action) {
        get(name).also(value -> action.run());
    }

    /** The value of a parameter that must exist. */
    public String value(String name) {
        return get(name).value();
    }

    /** The value of a parameter that is a number. */
    public long number(String name) {
        return Long.parseLong(value(name));
    }

    /** The value of a parameter that is yes or no. */
    public boolean flag(String name) {
        return value(name).equals(YES);
    }

    private Parameter get(String name) {
        Parameter parameter = find(name);
        if (parameter == null) {
            throw new IllegalArgumentException("parameter: " + name);
        }
        return parameter;
    }

    @Nullable Parameter find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /**
     * Puts those that a pattern or a name means into {@code found}, by the name they go by there.
     */
    void match(String pattern, Map<String, Parameter> found) {
        if (pattern.chars().noneMatch(c -> c == '*' || c == '?' || c == '[')) {
            Parameter parameter = find(pattern);
            if (parameter != null && found.keySet().stream().noneMatch(pattern::equalsIgnoreCase)) {
                found.put(pattern, parameter);
            }
            return;
        }
        GlobPattern glob = GlobPattern.ofAnyCase(pattern);
        byName.forEach(
                (name, parameter) -> {
                    if (!parameter.has(Trait.HIDDEN) && glob.matches(name)) {
                        found.putIfAbsent(name, parameter);
                    }
                });
    }

    // ---- How they are declared

    private Parameter add(Parameter parameter) {
        byName.put(parameter.name(), parameter);
        return parameter;
    }

    private void addUnderBothNames(Parameter parameter) {
        add(parameter);
        byName.put(parameter.olderName(), parameter);
    }

    private Parameter flag(String name, String initial) {
        return add(new Parameter(name, Kind.FLAG, initial));
    }

    private void flags(String initial, String... names) {
        for (String name : names) {
            flag(name, initial);
        }
    }

    private Parameter text(String name, String initial) {
        return add(new Parameter(name, Kind.TEXT, initial));
    }

    private void texts(String... names) {
        for (String name : names) {
            text(name, "");
        }
    }

    private Parameter number(String name, long least, long most, long initial) {
        return add(new Parameter(name, Kind.number(least, most), Long.toString(initial)));
    }

    private Parameter bytes(String name, long least, long most, long initial) {
        return add(new Parameter(name, Kind.bytes(least, most), Long.toString(initial)));
    }

    private Parameter choice(String name, String initial, String... words) {
        return add(new Parameter(name, Kind.choice(words), initial));
    }

    /** A number that commands look at. */
    private Parameter number(String name, long least, long most, Quantity quantity) {
        return obeyed(new Parameter(name, Kind.number(least, most), ""), quantity);
    }

    private Parameter bytes(String name, long least, long most, Quantity quantity) {
        return obeyed(new Parameter(name, Kind.bytes(least, most), ""), quantity);
    }

    private Parameter obeyed(Parameter parameter, Quantity quantity) {
        return add(
                parameter.stands(
                        () -> Long.toString(config.get(quantity)),
                        value -> config.set(quantity, Long.parseLong(value))));
    }

    private void renamed(Parameter parameter, String older) {
        addUnderBothNames(parameter.alias(older));
    }

    // ---- Which there are

    private void clients() {
        number("maxclients", 1, 0xffff_ffffL, Quantity.MAXCLIENTS);
        number("timeout", 0, INT_MAX, Quantity.TIMEOUT_SECONDS);
        text("requirepass", "")
                .is(Trait.SENSITIVE)
                .stands(
                        config::requirepass,
                        password -> {
                            config.requirepass(password);
                            Users.of(server).requirePassword(password);
                        });
        bytes("proto-max-bulk-len", MEBIBYTE, LONG_MAX, 0)
                .stands(
                        () -> Long.toString(config.protoMaxBulkLen()),
                        value -> config.protoMaxBulkLen(Long.parseLong(value)));
        bytes("client-query-buffer-limit", MEBIBYTE, LONG_MAX, 0)
                .stands(
                        () -> Long.toString(config.clientQueryBufferLimit()),
                        value -> config.clientQueryBufferLimit(Long.parseLong(value)));
        add(new Parameter(
                        "client-output-buffer-limit",
                        given -> OutputLimitText.merge(given, config.outputLimits()),
                        ""))
                .stands(
                        () -> OutputLimitText.of(config.outputLimits()),
                        value -> config.outputLimits(OutputLimitText.parse(value)));
        choice("acl-pubsub-default", "resetchannels", "allchannels", "resetchannels");
        number("acllog-max-len", 0, LONG_MAX, Quantity.ACLLOG_MAX_LEN);
        number("tracking-table-max-keys", 0, LONG_MAX, Quantity.TRACKING_TABLE_MAX_KEYS);
        text("aclfile", "").is(Trait.IMMUTABLE);
        flag("protected-mode", NO);
    }

    private void memory() {
        bytes("maxmemory", 0, LONG_MAX, Quantity.MAXMEMORY_BYTES).also(bytes -> makeRoom());
        choice(
                        "maxmemory-policy",
                        "",
                        "volatile-lru",
                        "volatile-lfu",
                        "volatile-random",
                        "volatile-ttl",
                        "allkeys-lru",
                        "allkeys-lfu",
                        "allkeys-random",
                        "noeviction")
                .stands(config::maxmemoryPolicy, config::maxmemoryPolicy);
        number("maxmemory-samples", 1, INT_MAX, Quantity.MAXMEMORY_SAMPLES);
        number("maxmemory-eviction-tenacity", 0, 100, Quantity.MAXMEMORY_EVICTION_TENACITY);
        add(new Parameter("maxmemory-clients", Kind.bytesOrPercent(), "0"))
                .stands(server.clientMemory()::limit, server.clientMemory()::limit);
        number("lfu-log-factor", 0, INT_MAX, Quantity.LFU_LOG_FACTOR);
        number("lfu-decay-time", 0, INT_MAX, Quantity.LFU_DECAY_TIME);
        number("active-expire-effort", 1, 10, Quantity.ACTIVE_EXPIRE_EFFORT);
        flags(
                NO,
                "activedefrag",
                "lazyfree-lazy-eviction",
                "lazyfree-lazy-expire",
                "lazyfree-lazy-server-del",
                "lazyfree-lazy-user-del",
                "lazyfree-lazy-user-flush");
        flags(YES, "activerehashing", "jemalloc-bg-thread");
        number("active-defrag-cycle-min", 1, 99, 1);
        number("active-defrag-cycle-max", 1, 99, 25);
        number("active-defrag-threshold-lower", 0, 1000, 10);
        number("active-defrag-threshold-upper", 0, 1000, 100);
        number("active-defrag-max-scan-fields", 1, LONG_MAX, 1000);
        bytes("active-defrag-ignore-bytes", 1, LONG_MAX, 100 * MEBIBYTE);
    }

    /** Behind what runs now, which may hold stripes. */
    private void makeRoom() {
        Lane first = server.lanes().getFirst();
        first.loop().execute(first::makeRoom);
    }

    private void encodings() {
        renamed(
                number(
                        "hash-max-listpack-entries",
                        0,
                        LONG_MAX,
                        Quantity.HASH_MAX_LISTPACK_ENTRIES),
                "hash-max-ziplist-entries");
        renamed(
                bytes("hash-max-listpack-value", 0, LONG_MAX, Quantity.HASH_MAX_LISTPACK_VALUE),
                "hash-max-ziplist-value");
        renamed(
                number("list-max-listpack-size", INT_MIN, INT_MAX, Quantity.LIST_MAX_LISTPACK_SIZE),
                "list-max-ziplist-size");
        number("list-compress-depth", 0, INT_MAX, Quantity.LIST_COMPRESS_DEPTH);
        number("set-max-intset-entries", 0, LONG_MAX, Quantity.SET_MAX_INTSET_ENTRIES);
        renamed(
                number(
                        "zset-max-listpack-entries",
                        0,
                        LONG_MAX,
                        Quantity.ZSET_MAX_LISTPACK_ENTRIES),
                "zset-max-ziplist-entries");
        renamed(
                bytes("zset-max-listpack-value", 0, LONG_MAX, Quantity.ZSET_MAX_LISTPACK_VALUE),
                "zset-max-ziplist-value");
        bytes("stream-node-max-bytes", 0, LONG_MAX, Quantity.STREAM_NODE_MAX_BYTES);
        number("stream-node-max-entries", 0, LONG_MAX, Quantity.STREAM_NODE_MAX_ENTRIES);
        bytes("hll-sparse-max-bytes", 0, LONG_MAX, Quantity.HLL_SPARSE_MAX_BYTES);
    }

    private void commands() {
        number("slowlog-log-slower-than", -1, LONG_MAX, 0)
                .stands(
                        () -> Long.toString(config.slowlogLogSlowerThanMicros()),
                        value -> config.slowlogLogSlowerThanMicros(Long.parseLong(value)));
        number("slowlog-max-len", 0, LONG_MAX, 0)
                .stands(
                        () -> Long.toString(config.slowlogMaxLen()),
                        value -> config.slowlogMaxLen(Long.parseLong(value)));
        add(new Parameter("notify-keyspace-events", Parameters::keyspaceEvents, ""))
                .shownAs(KeyspaceEvents::canonical)
                .then(letters -> KeyspaceEvents.configure(server, letters));
        number("latency-monitor-threshold", 0, LONG_MAX, Quantity.LATENCY_MONITOR_THRESHOLD_MILLIS);
        flag("latency-tracking", YES);
        add(
                new Parameter(
                        "latency-tracking-info-percentiles",
                        Parameters::percentiles,
                        "50 99 99.9"));
        renamed(
                number("busy-reply-threshold", 0, LONG_MAX, Quantity.BUSY_REPLY_THRESHOLD_MILLIS),
                "lua-time-limit");
        choice("enable-debug-command", NO, NO, YES, "local").is(Trait.IMMUTABLE);
        choice("enable-module-command", NO, NO, YES, "local").is(Trait.IMMUTABLE);
        choice("enable-protected-configs", NO, NO, YES, "local").is(Trait.IMMUTABLE);
        choice("sanitize-dump-payload", NO, NO, YES, "clients");
        text("ignore-warnings", "");
    }

    private void persistence() {
        add(new Parameter("save", Parameters::savePoints, ""));
        flag("appendonly", YES);
        choice("appendfsync", "everysec", "everysec", "always", NO).is(Trait.IMMUTABLE);
        number("databases", 1, INT_MAX, Stripe.DATABASES).is(Trait.IMMUTABLE);
        text("dir", "").is(Trait.PROTECTED);
        text("dbfilename", "dump.rdb").is(Trait.PROTECTED);
        text("appendfilename", "appendonly.aof").is(Trait.IMMUTABLE);
        text("appenddirname", "appendonlydir").is(Trait.IMMUTABLE);
        flag("rdbchecksum", YES).is(Trait.IMMUTABLE);
        flags(
                YES,
                "rdbcompression",
                "rdb-save-incremental-fsync",
                "aof-load-truncated",
                "aof-rewrite-incremental-fsync",
                "aof-use-rdb-preamble",
                "stop-writes-on-bgsave-error");
        flags(
                NO,
                "rdb-del-sync-files",
                "no-appendfsync-on-rewrite",
                "aof-timestamp-enabled",
                "aof-disable-auto-gc");
        number("auto-aof-rewrite-percentage", 0, INT_MAX, 100);
        bytes("auto-aof-rewrite-min-size", 0, LONG_MAX, 64 * MEBIBYTE);
        number("rdb-key-save-delay", INT_MIN, INT_MAX, 0).is(Trait.HIDDEN);
        number("key-load-delay", INT_MIN, INT_MAX, 0).is(Trait.HIDDEN);
        number("loading-process-events-interval-bytes", 1024, INT_MAX, 2 * MEBIBYTE)
                .is(Trait.HIDDEN);
        number("shutdown-timeout", 0, INT_MAX, 10);
        add(new Parameter("shutdown-on-sigint", Parameters::onSignal, "default"));
        add(new Parameter("shutdown-on-sigterm", Parameters::onSignal, "default"));
    }

    private void network() {
        number("port", 0, PORT_MAX, 6379).is(Trait.IMMUTABLE);
        text("bind", "127.0.0.1").is(Trait.IMMUTABLE);
        text("unixsocket", "").is(Trait.IMMUTABLE);
        add(new Parameter("unixsocketperm", Kind.octal(0777), "0")).is(Trait.IMMUTABLE);
        number("tcp-backlog", 0, INT_MAX, 511).is(Trait.IMMUTABLE);
        number("tcp-keepalive", 0, INT_MAX, 300);
        number("socket-mark-id", 0, 0xffff_ffffL, 0).is(Trait.IMMUTABLE);
        number("io-threads", 1, 128, 1).is(Trait.IMMUTABLE);
        flag("io-threads-do-reads", NO).is(Trait.IMMUTABLE);
        text("bind-source-addr", "");
    }

    /** TLS is net.tls.*'s business; Redis's names are kept for who asks for them. */
    private void tls() {
        number("tls-port", 0, PORT_MAX, 0);
        number("tls-session-cache-size", 0, INT_MAX, 20 * 1024);
        number("tls-session-cache-timeout", 0, INT_MAX, 300);
        flags(NO, "tls-cluster", "tls-replication", "tls-prefer-server-ciphers");
        flag("tls-session-caching", YES);
        choice("tls-auth-clients", YES, NO, YES, "optional");
        text("tls-key-file-pass", "").is(Trait.SENSITIVE);
        text("tls-client-key-file-pass", "").is(Trait.SENSITIVE);
        texts(
                "tls-cert-file",
                "tls-key-file",
                "tls-client-cert-file",
                "tls-client-key-file",
                "tls-dh-params-file",
                "tls-ca-cert-file",
                "tls-ca-cert-dir",
                "tls-protocols",
                "tls-ciphers",
                "tls-ciphersuites");
    }

    private void process() {
        number("hz", 0, INT_MAX, 10);
        flag("dynamic-hz", YES);
        flag("daemonize", NO).is(Trait.IMMUTABLE);
        flag("always-show-logo", NO).is(Trait.IMMUTABLE);
        flag("set-proc-title", YES).is(Trait.IMMUTABLE);
        flag("disable-thp", YES).is(Trait.IMMUTABLE);
        flag("syslog-enabled", NO).is(Trait.IMMUTABLE);
        flags(YES, "crash-log-enabled", "crash-memcheck-enabled");
        flag("use-exit-on-panic", NO).is(Trait.HIDDEN);
        number("watchdog-period", 0, INT_MAX, 0).is(Trait.HIDDEN);
        choice("loglevel", "notice", "debug", "verbose", "notice", "warning");
        choice("supervised", NO, "upstart", "systemd", "auto", NO).is(Trait.IMMUTABLE);
        choice(
                        "syslog-facility",
                        "local0",
                        "user",
                        "local0",
                        "local1",
                        "local2",
                        "local3",
                        "local4",
                        "local5",
                        "local6",
                        "local7")
                .is(Trait.IMMUTABLE);
        choice("oom-score-adj", NO, NO, YES, "relative", "absolute");
        text("oom-score-adj-values", "0 200 800");
        text("proc-title-template", "{title} {listen-addr} {server-mode}");
        text("syslog-ident", "redis").is(Trait.IMMUTABLE);
        for (String name :
                new String[] {
                    "logfile",
                    "pidfile",
                    "server_cpulist",
                    "bio_cpulist",
                    "aof_rewrite_cpulist",
                    "bgsave_cpulist"
                }) {
            text(name, "").is(Trait.IMMUTABLE);
        }
    }

    private void replication() {
        text("replicaof", "").is(Trait.IMMUTABLE).alias("slaveof");
        addUnderBothNames(get("replicaof"));
        text("masteruser", "").is(Trait.SENSITIVE);
        text("masterauth", "").is(Trait.SENSITIVE);
        renamed(text("replica-announce-ip", ""), "slave-announce-ip");
        renamed(number("replica-announce-port", 0, PORT_MAX, 0), "slave-announce-port");
        renamed(flag("replica-lazy-flush", NO), "slave-lazy-flush");
        renamed(flag("replica-serve-stale-data", YES), "slave-serve-stale-data");
        renamed(flag("replica-read-only", YES), "slave-read-only");
        renamed(flag("replica-ignore-maxmemory", YES), "slave-ignore-maxmemory");
        renamed(number("replica-priority", 0, INT_MAX, 100), "slave-priority");
        renamed(number("min-replicas-to-write", 0, INT_MAX, 0), "min-slaves-to-write");
        renamed(number("min-replicas-max-lag", 0, INT_MAX, 10), "min-slaves-max-lag");
        renamed(number("repl-ping-replica-period", 1, INT_MAX, 10), "repl-ping-slave-period");
        flags(NO, "repl-disable-tcp-nodelay", "replica-ignore-disk-write-errors");
        flags(YES, "repl-diskless-sync", "replica-announced");
        choice("repl-diskless-load", "disabled", "disabled", "on-empty-db", "swapdb");
        choice("propagation-error-behavior", "ignore", "ignore", "panic", "panic-on-replicas");
        number("repl-diskless-sync-delay", 0, INT_MAX, 5);
        number("repl-diskless-sync-max-replicas", 0, INT_MAX, 0);
        number("repl-timeout", 1, INT_MAX, 60);
        bytes("repl-backlog-size", 1, LONG_MAX, MEBIBYTE);
        number("repl-backlog-ttl", 0, LONG_MAX, 3600);
    }

    private void cluster() {
        flag("cluster-enabled", NO).is(Trait.IMMUTABLE);
        text("cluster-config-file", "nodes.conf").is(Trait.IMMUTABLE);
        number("cluster-port", 0, PORT_MAX, 0).is(Trait.IMMUTABLE);
        renamed(flag("cluster-replica-no-failover", NO), "cluster-slave-no-failover");
        renamed(
                number("cluster-replica-validity-factor", 0, INT_MAX, 10),
                "cluster-slave-validity-factor");
        flags(
                YES,
                "cluster-require-full-coverage",
                "cluster-allow-pubsubshard-when-down",
                "cluster-allow-replica-migration");
        flag("cluster-allow-reads-when-down", NO);
        texts("cluster-announce-ip", "cluster-announce-hostname");
        number("cluster-announce-port", 0, PORT_MAX, 0);
        number("cluster-announce-bus-port", 0, PORT_MAX, 0);
        number("cluster-announce-tls-port", 0, PORT_MAX, 0);
        number("cluster-migration-barrier", 0, INT_MAX, 1);
        number("cluster-node-timeout", 0, LONG_MAX, 15_000);
        bytes("cluster-link-sendbuf-limit", 0, LONG_MAX, 0);
        choice("cluster-preferred-endpoint-type", "ip", "ip", "hostname", "unknown-endpoint");
    }

    // ---- Types of a single one

    private static String keyspaceEvents(String given) throws BadValue {
        if (!KeyspaceEvents.isValid(given)) {
            throw new BadValue("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
        }
        return given;
    }

    private static String onSignal(String given) throws BadValue {
        String options = ON_SIGNAL.read(given);
        if (options.startsWith("save nosave")) {
            throw new BadValue("shutdown options SAVE and NOSAVE can't be used simultaneously");
        }
        return options;
    }

    private static String savePoints(String given) throws BadValue {
        if (given.isEmpty()) {
            return given;
        }
        String[] words = given.split(" ", -1);
        boolean right = words.length % 2 == 0;
        for (int i = 0; i < words.length && right; i++) {
            right = words[i].matches("[0-9]{1,9}") && (i % 2 == 1 || !words[i].matches("0+"));
        }
        if (!right) {
            throw new BadValue("Invalid save parameters");
        }
        return given;
    }

    private static String percentiles(String given) throws BadValue {
        List<String> numbers = new ArrayList<>();
        if (!given.isEmpty()) {
            for (String word : given.split(" ", -1)) {
                if (!word.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
                    throw new BadValue("Invalid latency-tracking-info-percentiles parameters");
                }
                if (Double.parseDouble(word) > 100) {
                    throw new BadValue(
                            "latency-tracking-info-percentiles parameters should sit between"
                                    + " [0.0,100.0]");
                }
                numbers.add(sixPlaces(Double.parseDouble(word)));
            }
        }
        return String.join(" ", numbers);
    }

    /** As {@code %f} without trailing zeros, which is how Redis shows them. */
    private static String sixPlaces(double value) {
        BigDecimal rounded = new BigDecimal(value).setScale(6, RoundingMode.HALF_EVEN);
        return rounded.stripTrailingZeros().toPlainString();
    }
}
