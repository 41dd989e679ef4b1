package dev.millrace.kv.replication;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import java.util.List;

/**
 * ROLE, REPLICAOF, WAIT, FAILOVER for operators; PSYNC, SYNC and REPLCONF for servers that follow
 * us.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Replicating {
    private static final int PORT_MAX = 65535;
    private static final int AGAIN_MILLIS = 5;
    private static final Refusal BAD_PORT = new Refusal("ERR Invalid master port");
    private static final int ADDRESS_CHARS_MAX = 255;
    private static final Refusal NOT_ON_REPLICAS =
            new Refusal(
                    "ERR WAIT cannot be used with replica instances. Please also note that since"
                            + " Redis 4.0 if a replica is configured to be writable (which is not"
                            + " the default) writes to replicas are just local and are not"
                            + " propagated.");
    private static final Refusal FAILS_OVER =
            new Refusal("ERR REPLICAOF not allowed while failing over.");
    private static final Refusal NOT_IN_CLUSTER =
            new Refusal("ERR REPLICAOF not allowed in cluster mode.");
    private static final Refusal TIMEOUT_IS_NO_INTEGER =
            new Refusal("ERR timeout is not an integer or out of range");
    private static final Refusal NEITHER_0_NOR_1 =
            new Refusal("ERR value is out of range, value must between 0 and 1");
    private static final Refusal NEGATIVE_TIMEOUT = new Refusal("ERR timeout is negative");

    private Replicating() {}

    public static List<Command> all() {
        return List.of(
                Command.named("role")
                        .since("2.8.12")
                        .group("server")
                        .complexity("O(1)")
                        .summary("Return the role of the instance in the context of replication")
                        .arity(1)
                        .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE, Flag.FAST)
                        .categories("admin", "dangerous")
                        .does(Replicating::role),
                replicaOf("replicaof", "5.0.0").does(Replicating::follow),
                replicaOf("slaveof", "1.0.0")
                        .deprecated("5.0.0", "`REPLICAOF`")
                        .does(Replicating::follow),
                Command.named("wait")
                        .since("3.0.0")
                        .group("generic")
                        .complexity("O(1)")
                        .summary(
                                "Wait for the synchronous replication of all the write commands"
                                        + " sent in the context of the current connection")
                        .arity(3)
                        .flags(Flag.NOSCRIPT)
                        .categories("connection")
                        .tips("request_policy:all_shards", "response_policy:agg_min")
                        .does(Replicating::await),
                inner("replconf", "3.0.0", -1)
                        .flags(Flag.LOADING, Flag.STALE, Flag.ALLOW_BUSY)
                        .summary("An internal command for configuring the replication stream")
                        .does(Replicating::configure),
                inner("psync", "2.8.0", -3)
                        .flags(Flag.NO_ASYNC_LOADING, Flag.NO_MULTI)
                        .summary("Internal command used for replication")
                        .does(Replicating::synchronise),
                inner("sync", "1.0.0", 1)
                        .flags(Flag.NO_ASYNC_LOADING, Flag.NO_MULTI)
                        .summary("Internal command used for replication")
                        .does(Replicating::synchronise),
                Command.named("failover")
                        .since("6.2.0")
                        .group("server")
                        .complexity("O(1)")
                        .summary(
                                "Start a coordinated failover between this server and one of its"
                                        + " replicas.")
                        .arity(-1)
                        .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.STALE)
                        .locks(Command.Locks.ALL)
                        .does(call -> Failover.of(call.server()).command(call)));
    }

    private static Command.Builder inner(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("server")
                .complexity(name.equals("replconf") ? "O(1)" : "")
                .arity(arity)
                .internal(name.equals("replconf"))
                .flags(Flag.ADMIN, Flag.NOSCRIPT);
    }

    private static Command.Builder replicaOf(String name, String since) {
        return Command.named(name)
                .since(since)
                .group("server")
                .complexity("O(1)")
                .summary("Make the server a replica of another instance, or promote it as master.")
                .arity(3)
                .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.STALE)
                .flags(Flag.NO_ASYNC_LOADING)
                .locks(Command.Locks.ALL);
    }

    // ---- For operators

    private static void role(Call call) {
        Following following = Following.of(call.server());
        Upstream upstream = following.upstream();
        if (upstream != null) {
            call.reply().array(5);
            call.reply().bulk("slave");
            call.reply().bulk(upstream.host());
            call.reply().integer(upstream.port());
            call.reply().bulk(following.state().shown());
            call.reply().integer(following.executed());
            return;
        }
        Feed feed = Feed.of(call.server());
        List<Replica> online = feed.replicas().stream().filter(Replica::isOnline).toList();
        call.reply().array(3);
        call.reply().bulk("master");
        call.reply().integer(feed.offset());
        call.reply().array(online.size());
        for (Replica replica : online) {
            call.reply().array(3);
            call.reply().bulk(replica.address());
            call.reply().bulk(Integer.toString(replica.port()));
            call.reply().bulk(Long.toString(replica.acknowledged()));
        }
    }

    private static void follow(Call call) {
        Following following = Following.of(call.server());
        if (call.server().isCluster() && following.upstream() == null) {
            throw NOT_IN_CLUSTER;
        }
        if (Failover.of(call.server()).runs()) {
            throw FAILS_OVER;
        }
        if (call.session().peer() == Session.Peer.REPLICA) {
            throw new Refusal("ERR Command is not valid when client is a replica.");
        }
        if (call.is(1, "NO") && call.is(2, "ONE")) {
            following.free(call);
            call.reply().ok();
            return;
        }
        int port = (int) call.integer(2, 0, PORT_MAX, BAD_PORT);
        String host = call.text(1);
        Upstream known = following.upstream();
        if (known != null && known.isOf(Upstream.of(host, port))) {
            call.reply().simple("OK Already connected to specified master");
            return;
        }
        if (host.length() > Upstream.HOST_CHARS_MAX || host.contains(" ")) {
            throw new Refusal("ERR Invalid master host");
        }
        following.follow(call, host, port);
        call.reply().ok();
    }

    // ---- WAIT

    private static void await(Call call) {
        if (Following.of(call.server()).upstream() != null) {
            throw NOT_ON_REPLICAS;
        }
        long wanted = call.integer(1);
        long millis = call.integer(2, TIMEOUT_IS_NO_INTEGER);
        if (millis < 0) {
            throw NEGATIVE_TIMEOUT;
        }
        Feed feed = Feed.of(call.server());
        long offset = call.session().followedOffset();
        int have = feed.acknowledgedUpTo(offset);
        if (have >= wanted || call.isInTransaction()) {
            call.reply().integer(have);
            return;
        }
        // Beyond all time is never.
        boolean ends = millis > 0 && millis <= Long.MAX_VALUE - call.nowMillis();
        long deadline = ends ? call.nowMillis() + millis : 0;
        Awaiting.begin(call, feed, wanted, offset, deadline);
    }

    // ---- For those who follow us

    private static void configure(Call call) {
        if (call.session().isMaster()) {
            if (call.count() > 1 && call.is(1, "GETACK")) {
                Following.of(call.server()).askedForAcknowledgement();
            }
            return;
        }
        if (call.count() % 2 == 0) {
            throw Refusal.SYNTAX;
        }
        for (int i = 1; i < call.count(); i += 2) {
            if (call.is(i, "LISTENING-PORT")) {
                replica(call).port(call.integer32(i + 1));
            } else if (call.is(i, "IP-ADDRESS")) {
                String address = call.text(i + 1);
                if (address.length() > ADDRESS_CHARS_MAX) {
                    throw new Refusal(
                            "ERR REPLCONF ip-address provided by replica instance is too long: "
                                    + address.length()
                                    + " bytes");
                }
                replica(call).address(address);
            } else if (call.is(i, "ACK")) {
                acknowledged(call, i + 1);
                return; // It is not answered.
            } else if (call.is(i, "GETACK")) {
                return;
            } else if (call.is(i, "RDB-ONLY")) {
                replica(call).wantsDumpOnly(call.integer(i + 1, 0, 1, NEITHER_0_NOR_1) == 1);
            } else if (call.is(i, "RDB-FILTER-ONLY")) {
                replica(call).wantsLibrariesOnly(isLibrariesOnly(call.text(i + 1)));
            } else if (!call.is(i, "CAPA")) {
                throw new Refusal("ERR Unrecognized REPLCONF option: " + call.shown(i));
            }
        }
        call.reply().ok();
    }

    private static Replica replica(Call call) {
        return Feed.replica(call.session());
    }

    /** Which parts of the dump it wants: nothing, which is all of it, or functions. */
    private static boolean isLibrariesOnly(String parts) {
        boolean only = false;
        for (String part : parts.trim().split(" +")) {
            if (part.equalsIgnoreCase("functions")) {
                only = true;
            } else if (!part.isEmpty()) {
                throw new Refusal("ERR Unsupported rdb-filter-only option: " + part);
            }
        }
        return only;
    }

    private static void acknowledged(Call call, int index) {
        if (call.session().peer() != Session.Peer.REPLICA) {
            return;
        }
        long offset = call.integer(index);
        replica(call).acknowledged(offset, call.nowMillis());
        Awaiting.of(call.server()).acknowledged();
    }

    private static void synchronise(Call call) {
        Session session = call.session();
        if (session.peer() == Session.Peer.REPLICA) {
            return;
        }
        Following following = Following.of(call.server());
        if (call.count() > 3 && call.is(3, "FAILOVER")) {
            takeOver(call, following);
            return;
        }
        if (Failover.of(call.server()).runs()) {
            throw new Refusal("NOMASTERLINK Can't SYNC while failing over");
        }
        if (following.upstream() != null && following.state() != Following.State.CONNECTED) {
            throw new Refusal("NOMASTERLINK Can't SYNC while not connected with my master");
        }
        Feed feed = Feed.of(call.server());
        boolean partial = call.count() > 1;
        long next = partial ? call.integer(2) : -1;
        Replica replica = becomesReplica(call, partial);
        if (partial && feed.goOn(replica, call.text(1), next)) {
            call.reply().simple("CONTINUE " + feed.id());
            return;
        }
        FullSync.of(call.server()).begin(replica);
    }

    private static Replica becomesReplica(Call call, boolean knowsPlaces) {
        Replica replica = replica(call);
        replica.knowsPlaces(knowsPlaces);
        call.session().peer(Session.Peer.REPLICA);
        call.session().replyMode(Session.ReplyMode.OFF); // From here on it is sent the stream.
        return replica;
    }

    /** The master that we follow wants to be our replica. */
    private static void takeOver(Call call, Following following) {
        Upstream upstream = following.upstream();
        if (upstream == null) {
            throw new Refusal("ERR PSYNC FAILOVER can't be sent to a master.");
        }
        if (upstream.isHalf()) {
            throw new Refusal("NOMASTERLINK Can't SYNC while not connected with my master");
        }
        if (!upstream.id().equalsIgnoreCase(call.text(1))) {
            throw new Refusal("ERR PSYNC FAILOVER replid must match my replid.");
        }
        Replica replica = becomesReplica(call, true);
        call.lane().loop().execute(() -> takeOver(following, upstream, replica));
    }

    /** On the replica's lane, with no stripe locked. What it is sent is a stream of our own. */
    private static void takeOver(Following following, Upstream from, Replica replica) {
        Lane lane = replica.session().lane();
        if (following.free(lane, from)) {
            FullSync.of(lane.server()).begin(replica);
        } else {
            lane.later(AGAIN_MILLIS, () -> takeOver(following, from, replica));
        }
    }
}
