package dev.millrace.registry.dns;

import dev.millrace.registry.dns.forward.Addresses;
import dev.millrace.registry.dns.forward.Forwarder;
import dev.millrace.registry.dns.forward.Question;
import dev.millrace.registry.dns.limit.Flood;
import dev.millrace.registry.dns.limit.RateLimit;
import dev.millrace.registry.dns.wire.Encoder;
import dev.millrace.registry.dns.wire.Flags;
import dev.millrace.registry.dns.wire.Query;
import dev.millrace.registry.dns.wire.Rcode;
import dev.millrace.registry.dns.wire.RecordType;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * From the bytes of a question to the bytes of its answer. A question that was asked before costs a
 * look into {@link AnswerCache} and a copy, and allocates nothing; one that has to be asked of
 * other servers is answered {@link #later}.
 *
 * <p>Everything here, and all that it calls, belongs to the loop of the DNS server.
 */
final class Responder {
    /** What came of a message. */
    enum Outcome {
        /** {@link #out} has the answer. */
        REPLY,
        /** Nothing is to be sent. */
        NOTHING,
        /** Others have to be asked; call {@link #later} now. */
        LATER
    }

    /** The last question, which waits for others. */
    private record Pending(
            Query query, InetAddress client, boolean stream, Optional<Answer> chasing) {}

    private static final int MILLIS = 1_000;

    private final Names names;
    private final Records records;
    private final Reply reply;
    private final AnswerCache cache;
    private final RateLimit limit;
    private final Flood flood;
    private final Forwarder forwarder;
    private final Counts counts;
    private final Clock clock;
    private final Query query = new Query();
    private @Nullable Pending pending;

    Responder(
            Names names,
            DnsSettings settings,
            Forwarder forwarder,
            Counts counts,
            Clock clock,
            RandomGenerator random) {
        this.names = names;
        this.records =
                new Records(
                        names, settings, new Soa(settings.domain(), settings.soa(), clock), random);
        this.reply = new Reply(settings, random);
        this.cache = new AnswerCache(names);
        this.limit =
                new RateLimit(
                        settings.rate(),
                        settings.rateWindowSeconds(),
                        settings.slip(),
                        random.nextLong());
        this.flood = new Flood(settings.floodRate(), settings.floodNames());
        this.forwarder = forwarder;
        this.counts = counts;
        this.clock = clock;
    }

    /** The answer that was written last; to be taken before anything else is asked here. */
    Encoder out() {
        return reply.out();
    }

    /**
     * Answers a message.
     *
     * @param message of which the first {@code length} bytes count
     * @param stream whether it came by TCP: from who can receive there, and as long as it likes
     */
    Outcome respond(byte[] message, int length, InetAddress client, boolean stream) {
        if (stream) {
            counts.tcp++;
        } else {
            counts.udp++;
        }
        return switch (query.read(message, length)) {
            case QUESTION -> question(client, stream);
            case NOTHING -> {
                counts.malformed++;
                yield Outcome.NOTHING;
            }
            case MALFORMED -> {
                counts.malformed++;
                yield bare(client, Rcode.FORMERR, stream);
            }
            case NOT_IMPLEMENTED -> bare(client, Rcode.NOTIMP, stream);
            case BAD_VERSION -> bare(client, Rcode.BADVERS, stream);
        };
    }

    private Outcome question(InetAddress client, boolean stream) {
        if (!stream && flood.isOn() && !flood.admits(query, nowSeconds())) {
            counts.flooded++;
            reply.truncated(query);
            return Outcome.REPLY;
        }
        if (query.recordClass() != RecordType.CLASS_IN
                && query.recordClass() != RecordType.CLASS_ANY) {
            return bare(client, Rcode.REFUSED, stream);
        }
        Answer ready = cache.find(query);
        if (ready != null) {
            counts.prepared++;
            return send(query, client, ready, stream);
        }
        return made(client, stream);
    }

    private int nowSeconds() {
        return (int) (clock.millis() / MILLIS);
    }

    private Outcome bare(InetAddress client, int rcode, boolean stream) {
        return send(query, client, Answer.bare(rcode), stream);
    }

    private Outcome send(Query asked, InetAddress client, Answer answer, boolean stream) {
        Outcome outcome = judged(asked, client, answer.rcode(), stream);
        if (outcome == Outcome.LATER) {
            reply.write(asked, answer, stream);
            counts.byRcode[answer.rcode()]++;
            return Outcome.REPLY;
        }
        return outcome;
    }

    /** {@link Outcome#LATER} if the answer may be sent; else what is sent instead is written. */
    private Outcome judged(Query asked, InetAddress client, int rcode, boolean stream) {
        if (stream || !limit.isOn()) {
            return Outcome.LATER;
        }
        return switch (limit.judge(client, asked, rcode, nowSeconds())) {
            case ANSWER -> Outcome.LATER;
            case DROP -> {
                counts.dropped++;
                yield Outcome.NOTHING;
            }
            case TRUNCATE -> {
                counts.slipped++;
                reply.truncated(asked);
                yield Outcome.REPLY;
            }
        };
    }

    // ---- What was not prepared

    private Outcome made(InetAddress client, boolean stream) {
        Asked asked = records.zone().asked(query);
        long version = names.version();
        String service = asked instanceof Asked.Service found ? found.name() : "";
        long serviceVersion = service.isEmpty() ? 0 : names.version(service);
        Answer answer = records.answer(asked, query.type(), query.askedName(), client);
        if (isForOthers(asked, answer)) {
            pending = new Pending(query.copy(), client, stream, Optional.empty());
            return Outcome.LATER;
        }
        if (answer.chase().isPresent() && forwarder.isOn()) {
            pending = new Pending(query.copy(), client, stream, Optional.of(answer));
            return Outcome.LATER;
        }
        if (isKept(asked, answer)) {
            cache.keep(query, service, serviceVersion, version, answer);
        }
        return send(query, client, answer, stream);
    }

    /** Names that are not ours, and addresses that nobody here has. */
    private boolean isForOthers(Asked asked, Answer answer) {
        boolean unknown =
                asked instanceof Asked.Foreign
                        || (asked instanceof Asked.Reverse && answer.rcode() == Rcode.NXDOMAIN);
        return unknown && forwarder.isOn() && (query.flags() & Flags.RECURSION_DESIRED) != 0;
    }

    /** What depends on one service or on nodes, and on nothing else. */
    private boolean isKept(Asked asked, Answer answer) {
        boolean about = asked instanceof Asked.Service || asked instanceof Asked.Node;
        boolean plain =
                switch (query.type()) {
                    case RecordType.A,
                            RecordType.AAAA,
                            RecordType.SRV,
                            RecordType.TXT,
                            RecordType.ANY ->
                            true;
                    default -> false;
                };
        return about && plain && answer.rcode() == Rcode.NOERROR && !isAlias(answer);
    }

    /** Where it leads to may change without it. */
    private static boolean isAlias(Answer answer) {
        for (Bundle bundle : answer.bundles()) {
            if (bundle.count() > 1) {
                return true;
            }
        }
        return answer.chase().isPresent();
    }

    // ---- What others know

    /**
     * Asks others for the question of which {@link Outcome#LATER} was said.
     *
     * @param send called on the loop, if anything is to be sent, when {@link #out} has it
     */
    void later(Consumer<Encoder> send) {
        Pending waiting = pending;
        if (waiting == null) {
            throw new IllegalStateException("nothing was put off");
        }
        pending = null;
        if (waiting.chasing().isPresent()) {
            chase(waiting, waiting.chasing().get(), send);
        } else {
            forwarder.ask(Question.of(waiting.query()), found -> relay(waiting, found, send));
        }
    }

    private void relay(Pending waiting, Optional<byte[]> found, Consumer<Encoder> send) {
        if (found.isEmpty()) {
            finish(waiting, Answer.bare(Rcode.SERVFAIL), send);
            return;
        }
        int rcode = found.get()[3] & Flags.RCODE;
        Outcome outcome = judged(waiting.query(), waiting.client(), rcode, waiting.stream());
        if (outcome == Outcome.LATER) {
            counts.byRcode[rcode]++;
            reply.relayed(waiting.query(), found.get(), waiting.stream());
        }
        if (outcome != Outcome.NOTHING) {
            send.accept(reply.out());
        }
    }

    private void chase(Pending waiting, Answer answer, Consumer<Encoder> send) {
        Answer.Chase chase = answer.chase().orElseThrow();
        forwarder.ask(
                Question.of(chase.name(), chase.type()),
                found -> finish(waiting, caught(answer, chase, found), send));
    }

    /** The answer with the addresses behind it; as it was if nobody knows them. */
    private static Answer caught(Answer answer, Answer.Chase chase, Optional<byte[]> found) {
        Optional<Addresses> addresses =
                found.map(message -> Addresses.of(message, chase.ttlSeconds()))
                        .filter(some -> some.count() > 0);
        if (addresses.isEmpty()) {
            return answer;
        }
        Bundle alias = answer.bundles()[0];
        byte[] more = addresses.get().bytes();
        Encoder all = new Encoder(alias.records().length + more.length);
        all.putBytes(alias.records());
        all.putBytes(more);
        return Answer.of(List.of(Bundle.of(alias.count() + addresses.get().count(), all.array())));
    }

    private void finish(Pending waiting, Answer answer, Consumer<Encoder> send) {
        if (send(waiting.query(), waiting.client(), answer, waiting.stream()) == Outcome.REPLY) {
            send.accept(reply.out());
        }
    }
}
