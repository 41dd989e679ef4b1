package dev.millrace.registry.dns;

import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.Query;
import dev.millrace.registry.dns.wire.RecordType;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What names mean, as Consul reads them: the last label below the domain that says a kind ends what
 * is asked for, and behind it stands at most a datacenter.
 */
final class Zone {
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final int IPV6_NIBBLES = 32;
    private static final DomainName ARPA = DomainName.of("arpa").orElseThrow();

    private final DomainName domain;
    private final String datacenter;
    private final int domainLabels;

    Zone(DomainName domain, String datacenter) {
        this.domain = domain;
        this.datacenter = datacenter;
        this.domainLabels = labelsOf(domain);
    }

    private static int labelsOf(DomainName name) {
        int labels = 0;
        for (int at = 0; name.wire()[at] != 0; at += 1 + name.wire()[at]) {
            labels++;
        }
        return labels;
    }

    Asked asked(Query query) {
        if (query.isWithin(domain)) {
            return ours(query, query.labels() - domainLabels);
        }
        return query.isWithin(ARPA) ? reverse(query) : new Asked.Foreign();
    }

    private Asked ours(Query query, int labels) {
        for (int i = labels - 1; i >= 0; i--) {
            String label = query.label(i);
            switch (label) {
                case "service", "node", "query", "addr" -> {
                    return isHere(query, i + 1, labels)
                            ? kind(query, label, i)
                            : new Asked.Unknown();
                }
                default -> {
                    // _web._tcp.consul: with SRV the word service may be left out.
                    if (label.startsWith("_") && query.type() == RecordType.SRV) {
                        return isHere(query, i + 1, labels)
                                ? service(query, i + 1)
                                : new Asked.Unknown();
                    }
                }
            }
        }
        return labels == 0 ? new Asked.Hollow() : new Asked.Unknown();
    }

    /** Whether behind the kind stands nothing, or the datacenter that this is. */
    private boolean isHere(Query query, int from, int labels) {
        return from == labels || (from + 1 == labels && query.label(from).equals(datacenter));
    }

    /** What the first {@code count} labels are, of a kind. */
    private static Asked kind(Query query, String kind, int count) {
        if (count == 0) {
            return new Asked.Hollow();
        }
        return switch (kind) {
            case "service" -> service(query, count);
            case "node" -> new Asked.Node(query.labels(0, count));
            case "query" -> new Asked.Prepared(prepared(query, count));
            default -> count == 1 ? address(query.label(0)) : new Asked.Unknown();
        };
    }

    private static Asked service(Query query, int count) {
        String last = query.label(count - 1);
        if (count == 2 && last.startsWith("_") && query.label(0).startsWith("_")) {
            // RFC 2782; every service can be reached by _tcp.
            String tag = last.substring(1);
            return new Asked.Service(
                    query.label(0).substring(1),
                    tag.equals("tcp") ? Optional.empty() : Optional.of(tag));
        }
        return new Asked.Service(
                last, count == 1 ? Optional.empty() : Optional.of(query.labels(0, count - 1)));
    }

    /** A query's name may have dots, and may be asked for as {@code _name._tcp}. */
    private static String prepared(Query query, int count) {
        boolean rfc2782 =
                count >= 2
                        && query.label(0).startsWith("_")
                        && query.label(count - 1).startsWith("_");
        return rfc2782 ? query.labels(0, count - 1).substring(1) : query.labels(0, count);
    }

    private static Asked address(String hex) {
        boolean whole = hex.length() == 2 * IPV4_BYTES || hex.length() == 2 * IPV6_BYTES;
        if (!whole || !hex.chars().allMatch(HexFormat::isHexDigit)) {
            return new Asked.Unknown();
        }
        return new Asked.Address(addressOf(HexFormat.of().parseHex(hex)));
    }

    static InetAddress addressOf(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException neither4Nor16) {
            throw new IllegalArgumentException(neither4Nor16);
        }
    }

    /** {@code 4.3.2.1.in-addr.arpa} and {@code f.….ip6.arpa} (RFC 1035 3.5, RFC 3596 2.5). */
    private static Asked reverse(Query query) {
        int labels = query.labels();
        Optional<byte[]> address = Optional.empty();
        if (labels == IPV4_BYTES + 2 && query.label(IPV4_BYTES).equals("in-addr")) {
            address = bytes(query);
        } else if (labels == IPV6_NIBBLES + 2 && query.label(IPV6_NIBBLES).equals("ip6")) {
            address = nibbles(query);
        }
        return address.<Asked>map(bytes -> new Asked.Reverse(addressOf(bytes)))
                .orElseGet(Asked.Foreign::new);
    }

    private static Optional<byte[]> bytes(Query query) {
        byte[] address = new byte[IPV4_BYTES];
        for (int i = 0; i < IPV4_BYTES; i++) {
            String label = query.label(IPV4_BYTES - 1 - i);
            if (label.length() > 3 || !label.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Optional.empty();
            }
            int value = Integer.parseInt(label);
            if (value > 255) {
                return Optional.empty();
            }
            address[i] = (byte) value;
        }
        return Optional.of(address);
    }

    private static Optional<byte[]> nibbles(Query query) {
        byte[] address = new byte[IPV6_BYTES];
        for (int i = 0; i < IPV6_NIBBLES; i++) {
            String label = query.label(IPV6_NIBBLES - 1 - i);
            if (label.length() != 1 || !HexFormat.isHexDigit(label.charAt(0))) {
                return Optional.empty();
            }
            int nibble = HexFormat.fromHexDigit(label.charAt(0));
            address[i / 2] |= (byte) (i % 2 == 0 ? nibble << 4 : nibble);
        }
        return Optional.of(address);
    }
}
