package dev.millrace.registry.dns;

import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.Encoder;
import dev.millrace.registry.dns.wire.RecordType;

import java.time.Clock;

/** The record that says who is responsible for the domain (RFC 1035 section 3.3.13). */
final class Soa {
    private static final int TIMES_BYTES = 20;
    private static final DomainName NAME_SERVER = DomainName.of("ns").orElseThrow();
    private static final DomainName MAILBOX = DomainName.of("hostmaster").orElseThrow();

    /**
     * Seconds: when secondaries look, try again and give up; how long a name is known not to be.
     */
    public record Times(
            long refreshSeconds, long retrySeconds, long expireSeconds, long leastTtlSeconds) {}

    private final byte[] owner;
    private final byte[] names;
    private final Times times;
    private final Clock clock;

    Soa(DomainName domain, Times times, Clock clock) {
        this.owner = domain.wire();
        this.times = times;
        this.clock = clock;
        Encoder both = new Encoder(2 * DomainName.BYTES_MAX);
        both.putBytes(below(NAME_SERVER, domain));
        both.putBytes(below(MAILBOX, domain));
        this.names = both.copy();
    }

    private static byte[] below(DomainName label, DomainName domain) {
        return label.below(domain).orElse(domain).wire();
    }

    /** The record; its serial number is the time. */
    Bundle bundle() {
        Encoder data = new Encoder(names.length + TIMES_BYTES);
        data.putBytes(names);
        data.putInt((int) clock.instant().getEpochSecond());
        data.putInt((int) times.refreshSeconds());
        data.putInt((int) times.retrySeconds());
        data.putInt((int) times.expireSeconds());
        data.putInt((int) times.leastTtlSeconds());
        return Bundle.of(
                1, Bundle.record(owner, RecordType.SOA, times.leastTtlSeconds(), data.array()));
    }
}
