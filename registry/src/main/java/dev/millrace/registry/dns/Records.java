package dev.millrace.registry.dns;

import dev.millrace.registry.dns.Answer.Chase;
import dev.millrace.registry.dns.Bundle.Extra;
import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.Encoder;
import dev.millrace.registry.dns.wire.Query;
import dev.millrace.registry.dns.wire.Rcode;
import dev.millrace.registry.dns.wire.RecordType;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Makes answers out of what the registry says, as Consul makes them. Where Consul's answer would
 * mislead a resolver, RFC 2308 and RFC 8020 are followed: the domain itself and {@code
 * service.consul} are there without records, and whoever asks for a type that a name does not have
 * is told so with an SOA.
 *
 * <p>Names of instances' and nodes' hosts: an address of IP becomes A or AAAA; the name of a host
 * becomes a CNAME, followed by what that name leads to, here as far as it is ours ({@link
 * #DEPTH_MAX} steps), else by a {@link Chase}. Of several instances with names one is answered, and
 * only if none has an address: a name may have one CNAME and nothing beside it.
 */
final class Records {
    /** Names of ours that lead to names of ours. */
    private static final int DEPTH_MAX = 3;

    /** Name servers in an answer. */
    private static final int SERVERS_MAX = 3;

    private static final int TEXT_BYTES_MAX = 255;
    private static final int SHORT_MAX = 0xFFFF;
    private static final String OWN_SERVICE = "consul";
    private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

    private final Names names;
    private final DnsSettings settings;
    private final Zone zone;
    private final Soa soa;
    private final RandomGenerator random;
    private final DomainName nodeSuffix;
    private final DomainName addressSuffix;
    private final DomainName serviceSuffix;

    Records(Names names, DnsSettings settings, Soa soa, RandomGenerator random) {
        this.names = names;
        this.settings = settings;
        this.zone = new Zone(settings.domain(), settings.datacenter());
        this.soa = soa;
        this.random = random;
        this.nodeSuffix = suffix("node." + settings.datacenter());
        this.addressSuffix = suffix("addr." + settings.datacenter());
        this.serviceSuffix = suffix("service." + settings.datacenter());
    }

    private DomainName suffix(String labels) {
        return DomainName.of(labels)
                .flatMap(name -> name.below(settings.domain()))
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "datacenter: "
                                                + settings.datacenter()
                                                + " (expected: one label of a name)"));
    }

    Zone zone() {
        return zone;
    }

    /** Who is responsible, for answers that have nothing else. */
    Answer none(int rcode) {
        return Answer.none(rcode, soa.bundle());
    }

    /** The answer to what is asked of names that are ours. */
    Answer answer(Asked asked, int type, DomainName name, InetAddress client) {
        if (asked instanceof Asked.Reverse) {
            return answer(asked, type, name, client, DEPTH_MAX);
        }
        return switch (type) {
            case RecordType.SOA -> responsible();
            case RecordType.NS -> servers();
            case RecordType.AXFR, RecordType.IXFR -> Answer.bare(Rcode.NOTIMP);
            default -> answer(asked, type, name, client, DEPTH_MAX);
        };
    }

    private Answer answer(Asked asked, int type, DomainName name, InetAddress client, int depth) {
        return switch (asked) {
            case Asked.Service service -> service(service, type, name, depth);
            case Asked.Node node -> node(node, type, depth);
            case Asked.Prepared prepared -> prepared(prepared, type, name, client, depth);
            case Asked.Address address -> address(address, type);
            case Asked.Reverse reverse -> reverse(reverse, type);
            case Asked.Hollow() -> none(Rcode.NOERROR);
            case Asked.Unknown() -> none(Rcode.NXDOMAIN);
            case Asked.Foreign() -> Answer.bare(Rcode.REFUSED);
        };
    }

    private Answer someOrNone(List<Bundle> bundles) {
        return bundles.isEmpty() ? none(Rcode.NOERROR) : Answer.of(bundles);
    }

    // ---- Services

    private Answer service(Asked.Service service, int type, DomainName name, int depth) {
        List<Names.Instance> found = new ArrayList<>();
        for (Names.Instance instance : names.instances(service.name(), settings.onlyPassing())) {
            if (service.tag().isEmpty() || hasTag(instance, service.tag().get())) {
                found.add(instance);
            }
        }
        return found.isEmpty()
                ? none(Rcode.NXDOMAIN)
                : instances(
                        found, type, name, settings.serviceTtl().seconds(service.name()), depth);
    }

    private static boolean hasTag(Names.Instance instance, String tag) {
        return instance.tags().stream().anyMatch(tag::equalsIgnoreCase);
    }

    private Answer prepared(
            Asked.Prepared prepared, int type, DomainName name, InetAddress client, int depth) {
        Optional<Names.Found> found = names.query(prepared.nameOrId(), client);
        if (found.isEmpty() || found.get().instances().isEmpty()) {
            return none(Rcode.NXDOMAIN);
        }
        Names.Found all = found.get();
        long ttlSeconds =
                all.ttl()
                        .map(Duration::toSeconds)
                        .orElseGet(
                                () ->
                                        settings.serviceTtl()
                                                .seconds(all.service().toLowerCase(Locale.ROOT)));
        return instances(all.instances(), type, name, ttlSeconds, depth).inOrder();
    }

    private Answer instances(
            List<Names.Instance> instances, int type, DomainName name, long ttl, int depth) {
        return type == RecordType.SRV
                ? places(instances, name, ttl)
                : addresses(instances, type, name, ttl, depth);
    }

    /** Where an instance is: at its own address, else at its node's. */
    private static Optional<Host> host(Names.Instance instance, DomainName asked) {
        Optional<Host> own = Host.of(instance.serviceAddress());
        boolean leadsBack = own.isPresent() && own.get().equals(new Host.Named(asked));
        return own.isPresent() && !leadsBack ? own : Host.of(instance.nodeAddress());
    }

    private Answer addresses(
            List<Names.Instance> instances, int type, DomainName name, long ttl, int depth) {
        List<Bundle> bundles = new ArrayList<>();
        List<Host.Named> hosts = new ArrayList<>();
        Set<ByteBuffer> seen = new HashSet<>();
        for (Names.Instance instance : instances) {
            switch (host(instance, name).orElse(null)) {
                case null -> {}
                case Host.Named named -> hosts.add(named);
                case Host.Ip ip -> {
                    if (ip.answers(type) && seen.add(ByteBuffer.wrap(ip.bytes()))) {
                        bundles.add(Bundle.of(1, Bundle.record(ip.type(), ttl, ip.bytes())));
                    }
                }
            }
        }
        if (bundles.isEmpty() && !hosts.isEmpty() && leadsOn(type)) {
            return alias(hosts.get(random.nextInt(hosts.size())), type, ttl, depth);
        }
        return someOrNone(bundles).atMost(settings.addressesMax());
    }

    private static boolean leadsOn(int type) {
        return type == RecordType.A
                || type == RecordType.AAAA
                || type == RecordType.CNAME
                || type == RecordType.ANY;
    }

    // ---- Names that lead to other names

    private Answer alias(Host.Named host, int type, long ttl, int depth) {
        byte[] first = Bundle.record(RecordType.CNAME, ttl, host.name().wire());
        Answer alone = Answer.of(List.of(Bundle.of(1, first)));
        if (type == RecordType.CNAME) {
            return alone;
        }
        if (!host.name().isWithin(settings.domain())) {
            int wanted = type == RecordType.AAAA ? RecordType.AAAA : RecordType.A;
            return alone.chasing(new Chase(host.name(), wanted, ttl));
        }
        return depth == 0 ? alone : followed(host.name(), first, type, depth - 1);
    }

    /** The same with what a name of ours has, whose owner has to be spelled out. */
    private Answer followed(DomainName name, byte[] alias, int type, int depth) {
        Answer there = answer(zone.asked(question(name, type)), type, name, LOCAL, depth);
        Encoder all = new Encoder(Encoder.MESSAGE_BYTES_MAX);
        all.putBytes(alias);
        int count = 1;
        for (Bundle bundle : there.bundles()) {
            if (all.room() < name.length() + bundle.records().length) {
                break;
            }
            all.putBytes(name.wire());
            all.putBytes(bundle.records(), 2, bundle.records().length - 2);
            count += bundle.count();
        }
        Answer found = Answer.of(List.of(Bundle.of(count, all.copy())));
        return there.chase().map(found::chasing).orElse(found);
    }

    private static Query question(DomainName name, int type) {
        Encoder out = new Encoder(Query.HEADER_BYTES + DomainName.BYTES_MAX + 4);
        out.putInt(0);
        out.putShort(1);
        out.putShort(0);
        out.putInt(0);
        out.putBytes(name.wire());
        out.putShort(type);
        out.putShort(RecordType.CLASS_IN);
        Query query = new Query();
        query.read(out.array(), out.length());
        return query;
    }

    // ---- SRV

    private Answer places(List<Names.Instance> instances, DomainName name, long ttl) {
        List<Bundle> bundles = new ArrayList<>();
        Map<DomainName, Integer> hosts = new HashMap<>();
        Set<List<Object>> seen = new HashSet<>();
        for (Names.Instance instance : instances) {
            if (seen.add(List.of(instance.node(), instance.serviceAddress(), instance.port()))) {
                place(instance, name, ttl, hosts).ifPresent(bundles::add);
            }
        }
        return someOrNone(bundles);
    }

    /** Nothing if its node has a name that DNS cannot say. */
    private Optional<Bundle> place(
            Names.Instance instance, DomainName asked, long ttl, Map<DomainName, Integer> hosts) {
        Optional<DomainName> node = nodeName(instance.node());
        Optional<Host> at = host(instance, asked);
        if (at.isEmpty()) {
            return Optional.empty();
        }
        List<Extra> extras = new ArrayList<>();
        Optional<DomainName> target =
                switch (at.get()) {
                    case Host.Named(DomainName elsewhere) -> Optional.of(elsewhere);
                    case Host.Ip ip -> {
                        extras.add(new Extra(true, Bundle.unowned(ip.type(), ttl, ip.bytes())));
                        yield isOwn(instance, asked) ? addressName(ip) : node;
                    }
                };
        if (settings.metaText() && node.isPresent()) {
            text(instance.nodeMeta(), node.get(), ttl, extras);
        }
        return target.map(
                host ->
                        Bundle.service(
                                ttl,
                                Math.clamp(instance.weight(), 0, SHORT_MAX),
                                Math.clamp(instance.port(), 0, SHORT_MAX),
                                host.wire(),
                                hosts.computeIfAbsent(host, first -> hosts.size()),
                                extras));
    }

    /** Whether it is at an address of its own, whatever that is. */
    private static boolean isOwn(Names.Instance instance, DomainName asked) {
        return Host.of(instance.serviceAddress())
                .filter(own -> !own.equals(new Host.Named(asked)))
                .isPresent();
    }

    private Optional<DomainName> nodeName(String node) {
        return DomainName.of(node.toLowerCase(Locale.ROOT)).flatMap(name -> name.below(nodeSuffix));
    }

    private Optional<DomainName> addressName(Host.Ip ip) {
        return DomainName.of(HexFormat.of().formatHex(ip.bytes()))
                .flatMap(name -> name.below(addressSuffix));
    }

    // ---- Nodes and addresses

    private Answer node(Asked.Node asked, int type, int depth) {
        Optional<Names.Node> found = names.node(asked.name());
        if (found.isEmpty()) {
            return none(Rcode.NXDOMAIN);
        }
        Names.Node node = found.get();
        long ttl = settings.nodeTtlSeconds();
        List<Bundle> texts = new ArrayList<>();
        if (type == RecordType.TXT || type == RecordType.ANY) {
            sorted(node.meta())
                    .forEach(
                            (key, value) ->
                                    texts.add(
                                            Bundle.of(
                                                    1,
                                                    Bundle.record(
                                                            RecordType.TXT,
                                                            ttl,
                                                            text(key, value)))));
        }
        return switch (Host.of(node.address()).orElse(null)) {
            case Host.Named named when leadsOn(type) -> alias(named, type, ttl, depth);
            case Host.Ip ip when ip.answers(type) -> {
                List<Bundle> all = new ArrayList<>();
                all.add(nodeAddress(ip, node, type, ttl));
                all.addAll(texts);
                yield Answer.of(all).inOrder();
            }
            case null, default -> someOrNone(texts).inOrder();
        };
    }

    /** What is known of the node goes along, unless it is in the answer itself. */
    private Bundle nodeAddress(Host.Ip ip, Names.Node node, int type, long ttl) {
        List<Extra> extras = new ArrayList<>();
        if (settings.metaText() && type != RecordType.ANY) {
            sorted(node.meta())
                    .forEach(
                            (key, value) ->
                                    extras.add(
                                            new Extra(
                                                    false,
                                                    Bundle.record(
                                                            RecordType.TXT,
                                                            ttl,
                                                            text(key, value)))));
        }
        return new Bundle(Bundle.record(ip.type(), ttl, ip.bytes()), 1, 0, 0, extras);
    }

    private void text(Map<String, String> meta, DomainName owner, long ttl, List<Extra> extras) {
        sorted(meta)
                .forEach(
                        (key, value) ->
                                extras.add(
                                        new Extra(
                                                false,
                                                Bundle.record(
                                                        owner.wire(),
                                                        RecordType.TXT,
                                                        ttl,
                                                        text(key, value)))));
    }

    private static Map<String, String> sorted(Map<String, String> meta) {
        return new TreeMap<>(meta);
    }

    /** {@code key=value} (RFC 1464), or of keys that begin with rfc1035- the value as it is. */
    static byte[] text(String key, String value) {
        String text =
                key.toLowerCase(Locale.ROOT).startsWith("rfc1035-")
                        ? value
                        : quoted(key) + "=" + value.replace("`", "``");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Encoder out = new Encoder(bytes.length + bytes.length / TEXT_BYTES_MAX + 1);
        int at = 0;
        do {
            int piece = Math.min(TEXT_BYTES_MAX, bytes.length - at);
            out.putByte(piece);
            out.putBytes(bytes, at, piece);
            at += piece;
        } while (at < bytes.length);
        return out.copy();
    }

    private static String quoted(String key) {
        String marked = key.replace("`", "``").replace("=", "`=");
        String left = marked.stripLeading();
        String both = left.stripTrailing();
        return "` ".repeat(marked.length() - left.length())
                + both
                + "` ".repeat(left.length() - both.length());
    }

    private Answer address(Asked.Address asked, int type) {
        Host.Ip ip = new Host.Ip(asked.address().getAddress());
        return ip.answers(type)
                ? Answer.of(
                        List.of(
                                Bundle.of(
                                        1,
                                        Bundle.record(
                                                ip.type(), settings.nodeTtlSeconds(), ip.bytes()))))
                : none(Rcode.NOERROR);
    }

    /** Whose address it is: a node's, else a service's. */
    private Answer reverse(Asked.Reverse asked, int type) {
        Optional<DomainName> owner =
                names.nodeAt(asked.address())
                        .flatMap(this::nodeName)
                        .or(
                                () ->
                                        names.serviceAt(asked.address())
                                                .map(name -> name.toLowerCase(Locale.ROOT))
                                                .flatMap(DomainName::of)
                                                .flatMap(name -> name.below(serviceSuffix)));
        if (owner.isEmpty()) {
            return none(Rcode.NXDOMAIN);
        }
        return type == RecordType.PTR || type == RecordType.ANY
                ? Answer.of(
                        List.of(Bundle.of(1, Bundle.record(RecordType.PTR, 0, owner.get().wire()))))
                : none(Rcode.NOERROR);
    }

    // ---- The domain

    private Answer responsible() {
        return Answer.of(List.of(soa.bundle())).with(nameServers());
    }

    private Answer servers() {
        return someOrNone(nameServers());
    }

    private List<Bundle> nameServers() {
        List<Names.Instance> servers =
                new ArrayList<>(names.instances(OWN_SERVICE, settings.onlyPassing()));
        Collections.shuffle(servers, Random.from(random));
        List<Bundle> bundles = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Names.Instance server : servers) {
            if (bundles.size() < SERVERS_MAX && seen.add(server.node())) {
                nodeName(server.node())
                        .ifPresent(name -> bundles.add(nameServer(server, name, bundles.size())));
            }
        }
        return bundles;
    }

    private Bundle nameServer(Names.Instance server, DomainName name, int host) {
        long ttl = settings.nodeTtlSeconds();
        byte[] domain = settings.domain().wire();
        List<Extra> glue =
                switch (Host.of(server.nodeAddress()).orElse(null)) {
                    case Host.Ip ip ->
                            List.of(new Extra(true, Bundle.unowned(ip.type(), ttl, ip.bytes())));
                    case null, default -> List.of();
                };
        return new Bundle(
                Bundle.record(domain, RecordType.NS, ttl, name.wire()),
                1,
                domain.length + 10,
                host,
                glue);
    }
}
