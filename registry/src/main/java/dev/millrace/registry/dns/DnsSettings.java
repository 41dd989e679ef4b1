package dev.millrace.registry.dns;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.registry.dns.wire.DomainName;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The settings of the DNS server, by Consul's names and with its defaults where Consul has them.
 *
 * @param domain what it answers for
 * @param datacenter the only one there is
 * @param onlyPassing whether instances with a warning are left out
 * @param metaText whether what is known of a node goes along as TXT records
 * @param truncates whether an answer that was cut says so
 * @param udpAnswersMax records of an answer to who did not offer more than 512 bytes
 * @param addressesMax addresses of an answer; 0: any number
 * @param recursors where questions for others' names go, as {@code host:port}
 * @param shufflesRecursors whether the first to be asked is chosen by chance
 */
public record DnsSettings(
        DomainName domain,
        String datacenter,
        boolean onlyPassing,
        long nodeTtlSeconds,
        ServiceTtl serviceTtl,
        boolean metaText,
        boolean truncates,
        int udpAnswersMax,
        int addressesMax,
        Soa.Times soa,
        List<String> recursors,
        Duration recursorTimeout,
        boolean shufflesRecursors,
        Duration tcpIdle,
        int rate,
        int rateWindowSeconds,
        int slip,
        int floodRate,
        List<DomainName> floodNames) {
    /** {@code registry.dns.port}. */
    public static final Setting<Integer> PORT =
            Setting.port("registry.dns.port", 8600, "DNS, UDP and TCP");

    /** {@code registry.domain}. */
    public static final Setting<String> DOMAIN =
            Setting.text("registry.domain", "consul.", "the domain that DNS answers for");

    private static final Setting<Boolean> ONLY_PASSING =
            Setting.flag(
                    "registry.dns.only-passing",
                    false,
                    "instances with a warning are left out of DNS");

    private static final Setting<Duration> NODE_TTL =
            Setting.duration(
                    "registry.dns.node-ttl",
                    Duration.ZERO,
                    "how long resolvers may keep the address of a node");

    private static final Setting<String> SERVICE_TTL =
            Setting.text(
                    "registry.dns.service-ttl",
                    "",
                    "the same of services: NAME=DURATION, PREFIX*=DURATION, …; the longest prefix"
                            + " wins");

    private static final Setting<Boolean> META_TEXT =
            Setting.flag(
                    "registry.dns.enable-additional-node-meta-txt",
                    true,
                    "what is known of a node goes along as TXT");

    private static final Setting<Boolean> TRUNCATES =
            Setting.flag(
                    "registry.dns.enable-truncate",
                    false,
                    "answers that leave records out say so, and clients come back over TCP");

    private static final Setting<Long> UDP_ANSWERS =
            Setting.count(
                    "registry.dns.udp-answer-limit",
                    3,
                    1,
                    8,
                    "records for who did not offer more than 512 bytes");

    private static final Setting<Long> ADDRESSES =
            Setting.count(
                    "registry.dns.a-record-limit", 0, "addresses in an answer; 0: any number");

    private static final Setting<Duration> SOA_REFRESH =
            seconds("registry.dns.soa.refresh", 3_600, "SOA: when secondaries look again");

    private static final Setting<Duration> SOA_RETRY =
            seconds("registry.dns.soa.retry", 600, "SOA: when they try again");

    private static final Setting<Duration> SOA_EXPIRE =
            seconds("registry.dns.soa.expire", 86_400, "SOA: when they give up");

    private static final Setting<Duration> SOA_LEAST =
            seconds("registry.dns.soa.min-ttl", 0, "how long it is known that a name is not there");

    private static final Setting<String> RECURSORS =
            Setting.text(
                    "registry.dns.recursors",
                    "",
                    "resolvers for all other names: ADDRESS or ADDRESS:PORT, …; none: REFUSED");

    private static final Setting<Duration> RECURSOR_TIMEOUT =
            Setting.duration(
                    "registry.dns.recursor-timeout",
                    Duration.ofSeconds(2),
                    Duration.ofMillis(10),
                    Duration.ofMinutes(1),
                    "how long one of them has");

    private static final Setting<String> RECURSOR_STRATEGY =
            Setting.choice(
                    "registry.dns.recursor-strategy",
                    "sequential",
                    List.of("sequential", "random"),
                    "which of them is asked first");

    private static final Setting<Duration> TCP_IDLE =
            Setting.duration(
                    "registry.dns.tcp-idle",
                    Duration.ofSeconds(10),
                    Duration.ofMillis(100),
                    Duration.ofHours(1),
                    "a TCP connection has so long for each query");

    private static final Setting<Long> RATE =
            Setting.count(
                    "registry.dns.responses-per-second",
                    0,
                    "the same answer to one network (/24, /56) by UDP; 0: any number");

    private static final Setting<Long> RATE_WINDOW =
            Setting.count(
                    "registry.dns.window",
                    15,
                    1,
                    3_600,
                    "seconds over which a network that asks too much is remembered");

    private static final Setting<Long> SLIP =
            Setting.count(
                    "registry.dns.slip",
                    2,
                    0,
                    10,
                    "of the answers over the rate, one in so many asks the client to come by TCP;"
                            + " 0: none");

    private static final Setting<Long> FLOOD_RATE =
            Setting.count(
                    "registry.dns.flood-qps",
                    0,
                    "with more questions a second by UDP only flood-names are answered, the others"
                            + " asked to come by TCP; 0: never");

    private static final Setting<String> FLOOD_NAMES =
            Setting.text(
                    "registry.dns.flood-names",
                    "",
                    "those names, with all below them: db.service.consul, node.consul, …");

    /** Every setting that is read here. */
    public static List<Setting<?>> all() {
        return List.of(
                PORT,
                DOMAIN,
                ONLY_PASSING,
                NODE_TTL,
                SERVICE_TTL,
                META_TEXT,
                TRUNCATES,
                UDP_ANSWERS,
                ADDRESSES,
                SOA_REFRESH,
                SOA_RETRY,
                SOA_EXPIRE,
                SOA_LEAST,
                RECURSORS,
                RECURSOR_TIMEOUT,
                RECURSOR_STRATEGY,
                TCP_IDLE,
                RATE,
                RATE_WINDOW,
                SLIP,
                FLOOD_RATE,
                FLOOD_NAMES);
    }

    public DnsSettings {
        recursors = List.copyOf(recursors);
        floodNames = List.copyOf(floodNames);
    }

    /**
     * What a process's settings say.
     *
     * @param datacenter the registry's
     * @throws BadSettings when a name or a list cannot be read
     */
    public static DnsSettings of(Settings settings, String datacenter) throws BadSettings {
        return new DnsSettings(
                domain(settings),
                datacenter.toLowerCase(Locale.ROOT),
                settings.get(ONLY_PASSING),
                settings.get(NODE_TTL).toSeconds(),
                serviceTtl(settings),
                settings.get(META_TEXT),
                settings.get(TRUNCATES),
                settings.get(UDP_ANSWERS).intValue(),
                settings.get(ADDRESSES).intValue(),
                new Soa.Times(
                        settings.get(SOA_REFRESH).toSeconds(),
                        settings.get(SOA_RETRY).toSeconds(),
                        settings.get(SOA_EXPIRE).toSeconds(),
                        settings.get(SOA_LEAST).toSeconds()),
                listed(settings.get(RECURSORS)),
                settings.get(RECURSOR_TIMEOUT),
                settings.get(RECURSOR_STRATEGY).equals("random"),
                settings.get(TCP_IDLE),
                settings.get(RATE).intValue(),
                settings.get(RATE_WINDOW).intValue(),
                settings.get(SLIP).intValue(),
                settings.get(FLOOD_RATE).intValue(),
                floodNames(settings));
    }

    /** A resolver that cannot be asked. */
    static BadSettings badRecursor(String text) {
        return BadSettings.of(RECURSORS, text, "an address, or an address and port, of another");
    }

    private static Setting<Duration> seconds(String key, long standardSeconds, String doc) {
        return Setting.duration(
                key,
                Duration.ofSeconds(standardSeconds),
                Duration.ZERO,
                Duration.ofSeconds(Integer.MAX_VALUE),
                doc);
    }

    private static DomainName domain(Settings settings) throws BadSettings {
        String text = settings.get(DOMAIN).toLowerCase(Locale.ROOT);
        Optional<DomainName> name = DomainName.of(text);
        if (name.isEmpty() || name.get().length() == 1) {
            throw BadSettings.of(DOMAIN, text, "a domain's name, such as consul");
        }
        return name.get();
    }

    private static ServiceTtl serviceTtl(Settings settings) throws BadSettings {
        String text = settings.get(SERVICE_TTL);
        return ServiceTtl.of(listed(text), NODE_TTL::read)
                .orElseThrow(
                        () -> BadSettings.of(SERVICE_TTL, text, "such as web=10s, db-*=5s, *=1s"));
    }

    private static List<DomainName> floodNames(Settings settings) throws BadSettings {
        List<DomainName> names = new ArrayList<>();
        for (String text : listed(settings.get(FLOOD_NAMES))) {
            Optional<DomainName> name = DomainName.of(text.toLowerCase(Locale.ROOT));
            names.add(
                    name.orElseThrow(
                            () -> BadSettings.of(FLOOD_NAMES, text, "names, with commas between")));
        }
        return names;
    }

    private static List<String> listed(String text) {
        List<String> all = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                all.add(part.strip());
            }
        }
        return all;
    }
}
