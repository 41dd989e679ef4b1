package dev.millrace.registry.dns;

import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.Rcode;

import java.util.List;
import java.util.Optional;

/**
 * What is answered to a name and a type, before it is known who asks: bundles of which the client
 * gets as many as its transport takes, in an order of their own each time.
 *
 * @param rcode see {@link Rcode}
 * @param shuffled whether the order of the bundles means nothing
 * @param most bundles that are answered at all; 0: any number
 * @param authority records of the authority section
 * @param chase a host that the answer leads to and whose addresses others know
 */
record Answer(
        int rcode,
        Bundle[] bundles,
        boolean shuffled,
        int most,
        Bundle[] authority,
        Optional<Chase> chase) {
    private static final Bundle[] NONE = {};

    /**
     * A name whose addresses are asked for elsewhere, and added.
     *
     * @param type A or AAAA
     */
    record Chase(DomainName name, int type, long ttlSeconds) {}

    /** Records, in any order. */
    static Answer of(List<Bundle> bundles) {
        return new Answer(
                Rcode.NOERROR, bundles.toArray(Bundle[]::new), true, 0, NONE, Optional.empty());
    }

    /** No records, but who is to be believed that there are none. */
    static Answer none(int rcode, Bundle soa) {
        return new Answer(rcode, NONE, false, 0, new Bundle[] {soa}, Optional.empty());
    }

    /** Nothing at all but how it went. */
    static Answer bare(int rcode) {
        return new Answer(rcode, NONE, false, 0, NONE, Optional.empty());
    }

    Answer atMost(int limit) {
        return new Answer(rcode, bundles, shuffled, limit, authority, chase);
    }

    Answer inOrder() {
        return new Answer(rcode, bundles, false, most, authority, chase);
    }

    Answer with(List<Bundle> inAuthority) {
        return new Answer(
                rcode, bundles, shuffled, most, inAuthority.toArray(Bundle[]::new), chase);
    }

    Answer chasing(Chase name) {
        return new Answer(rcode, bundles, shuffled, most, authority, Optional.of(name));
    }

    /** Bytes of heap, about. */
    int weight() {
        int sum = 64;
        for (Bundle bundle : bundles) {
            sum += bundle.weight();
        }
        return sum;
    }
}
