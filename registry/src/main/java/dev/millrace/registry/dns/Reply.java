package dev.millrace.registry.dns;

import dev.millrace.registry.dns.Bundle.Extra;
import dev.millrace.registry.dns.wire.Encoder;
import dev.millrace.registry.dns.wire.Flags;
import dev.millrace.registry.dns.wire.Query;
import dev.millrace.registry.dns.wire.Rcode;
import dev.millrace.registry.dns.wire.RecordType;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Puts an answer into a message for one client: as many of its bundles as the client takes, in a
 * new order each time. The question goes back byte by byte as it came, upper and lower case too
 * (RFC 4343), which some resolvers check.
 *
 * <p>What is cut says so (TC) where the operator wants that, as Consul does; always, if nothing of
 * it fits. Extras are sent as far as there is room: nobody depends on them.
 */
final class Reply {
    /** The most that goes into one datagram, and what is told to clients that ask for more. */
    static final int UDP_BYTES_MAX = 4_096;

    private static final int OPT_BYTES = 11;
    private static final int DNSSEC_OK = 0x8000;

    private final DnsSettings settings;
    private final RandomGenerator random;
    private final Encoder out = new Encoder(Encoder.MESSAGE_BYTES_MAX);
    private final int recursion;
    private int[] order = new int[64];
    private int[] places = new int[64];
    private int[] sentHosts = new int[64];
    private int sent;

    Reply(DnsSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
        this.recursion = settings.recursors().isEmpty() ? 0 : Flags.RECURSION_AVAILABLE;
    }

    /** What was written last; to be taken before the next. */
    Encoder out() {
        return out;
    }

    /** How many bytes a client takes. */
    static int bytesMax(Query query, boolean stream) {
        return stream ? Encoder.MESSAGE_BYTES_MAX : Math.min(query.udpBytes(), UDP_BYTES_MAX);
    }

    /** Writes an answer. */
    void write(Query query, Answer answer, boolean stream) {
        int end = bytesMax(query, stream) - (query.edns() ? OPT_BYTES : 0);
        Bundle[] bundles = answer.bundles();
        int wanted = answer.most() == 0 ? bundles.length : Math.min(answer.most(), bundles.length);
        int most = stream ? wanted : Math.min(wanted, udpAnswers(query));
        start(query);
        order(answer, most);
        int answers = bundles(bundles, most, end);
        boolean cut = sent < wanted && (settings.truncates() || sent == 0);
        int answering = sent;
        int authorities = authority(answer, end);
        int additional = extras(answer, answering, end);
        int flags = authority(answer.rcode()) | (cut ? Flags.TRUNCATED : 0);
        finish(query, flags, answer.rcode(), answers, authorities, additional);
    }

    /** Who says that it cannot, or will not, answer does not speak for the domain. */
    private static int authority(int rcode) {
        return rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN ? Flags.AUTHORITATIVE : 0;
    }

    /** Consul's limit for who has not said that it takes more than everybody does. */
    private int udpAnswers(Query query) {
        return query.udpBytes() > Query.UDP_BYTES_LEAST
                ? Integer.MAX_VALUE
                : settings.udpAnswersMax();
    }

    /** Writes that there is an answer, for who comes by TCP. */
    void truncated(Query query) {
        start(query);
        finish(query, Flags.AUTHORITATIVE | Flags.TRUNCATED, Rcode.NOERROR, 0, 0, 0);
    }

    /** Writes a message of somebody else's, in answer to this question; cut if it is too long. */
    void relayed(Query query, byte[] message, boolean stream) {
        if (message.length > bytesMax(query, stream)) {
            start(query);
            finish(query, Flags.TRUNCATED, Rcode.NOERROR, 0, 0, 0);
            return;
        }
        out.clear();
        out.putBytes(message);
        out.setShort(0, query.id());
    }

    private void start(Query query) {
        out.clear();
        out.putShort(query.id());
        out.putShort(0);
        out.putShort(query.nameBytes() == 0 ? 0 : 1);
        out.putShort(0);
        out.putInt(0);
        if (query.nameBytes() > 0) {
            query.putQuestion(out);
        }
        sent = 0;
    }

    /** The first {@code most} places of {@link #order} say which bundles, in which order. */
    private void order(Answer answer, int most) {
        int count = answer.bundles().length;
        if (order.length < count) {
            order = new int[count];
        }
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        for (int i = 0; answer.shuffled() && i < most && i < count - 1; i++) {
            int other = i + random.nextInt(count - i);
            int swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
    }

    private int bundles(Bundle[] bundles, int most, int end) {
        int records = 0;
        for (int i = 0; i < most; i++) {
            Bundle bundle = bundles[order[i]];
            if (!fits(bundle, end)) {
                break;
            }
            records += put(bundle);
        }
        return records;
    }

    private boolean fits(Bundle bundle, int end) {
        return out.length() + bundle.records().length <= end;
    }

    private int put(Bundle bundle) {
        if (sent == places.length) {
            places = Arrays.copyOf(places, 2 * sent);
        }
        places[sent++] = out.length();
        out.putBytes(bundle.records());
        return bundle.count();
    }

    private int authority(Answer answer, int end) {
        int records = 0;
        for (Bundle bundle : answer.authority()) {
            if (!fits(bundle, end)) {
                break;
            }
            records += put(bundle);
        }
        return records;
    }

    /** The extras of what was sent, answers first; of each target once. */
    private int extras(Answer answer, int answering, int end) {
        int records = 0;
        int hosts = 0;
        for (int i = 0; i < sent; i++) {
            Bundle bundle =
                    i < answering ? answer.bundles()[order[i]] : answer.authority()[i - answering];
            boolean aboutTarget = bundle.target() > 0;
            if (bundle.extras().isEmpty() || (aboutTarget && isSent(bundle.host(), hosts))) {
                continue;
            }
            for (int extra = 0; extra < bundle.extras().size(); extra++) {
                if (!extra(bundle.extras().get(extra), places[i] + bundle.target(), end)) {
                    return records;
                }
                records++;
            }
            hosts = aboutTarget ? remember(bundle.host(), hosts) : hosts;
        }
        return records;
    }

    private boolean extra(Extra extra, int target, int end) {
        int bytes = extra.bytes().length + (extra.ofTarget() ? 2 : 0);
        if (out.length() + bytes > end || (extra.ofTarget() && !Encoder.isPointable(target))) {
            return false;
        }
        if (extra.ofTarget()) {
            out.putPointer(target);
        }
        out.putBytes(extra.bytes());
        return true;
    }

    private boolean isSent(int host, int hosts) {
        for (int i = 0; i < hosts; i++) {
            if (sentHosts[i] == host) {
                return true;
            }
        }
        return false;
    }

    private int remember(int host, int hosts) {
        if (hosts == sentHosts.length) {
            sentHosts = Arrays.copyOf(sentHosts, 2 * hosts);
        }
        sentHosts[hosts] = host;
        return hosts + 1;
    }

    private void finish(
            Query query, int more, int rcode, int answers, int authorities, int additional) {
        int asked = query.flags() & (Flags.OPCODE | Flags.RECURSION_DESIRED);
        out.setShort(2, Flags.ANSWER | asked | more | recursion | (rcode & Flags.RCODE));
        out.setShort(6, answers);
        out.setShort(8, authorities);
        out.setShort(10, additional + (query.edns() ? 1 : 0));
        if (query.edns()) {
            // The root's name; the class says how much we take, the TTL the upper bits of the
            // rcode.
            out.putByte(0);
            out.putShort(RecordType.OPT);
            out.putShort(UDP_BYTES_MAX);
            out.putByte(rcode >> 4);
            out.putByte(0);
            out.putShort(query.dnssecOk() ? DNSSEC_OK : 0);
            out.putShort(0);
        }
    }
}
