package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** ROLE, REPLICAOF, WAIT, FAILOVER: a master without replicas. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Replication {
    private static final int PORT_MAX = 65535;
    private static final Refusal BAD_PORT = new Refusal("ERR Invalid master port");
    private static final Refusal NO_REPLICATION = new Refusal("ERR replication is not supported");
    private static final Refusal NO_REPLICAS =
            new Refusal("ERR FAILOVER requires connected replicas.");
    private static final Refusal NO_FAILOVER = new Refusal("ERR No failover in progress.");
    private static final Refusal TIMEOUT_IS_NO_INTEGER =
            new Refusal("ERR timeout is not an integer or out of range");
    private static final Refusal NEGATIVE_TIMEOUT = new Refusal("ERR timeout is negative");

    private Replication() {}

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
                        .does(Replication::role),
                replicaOf("replicaof", "5.0.0").does(Replication::follow),
                replicaOf("slaveof", "1.0.0")
                        .deprecated("5.0.0", "`REPLICAOF`")
                        .does(Replication::follow),
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
                        .does(Replication::await),
                Command.named("failover")
                        .since("6.2.0")
                        .group("server")
                        .complexity("O(1)")
                        .summary(
                                "Start a coordinated failover between this server and one of its"
                                        + " replicas.")
                        .arity(-1)
                        .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.STALE)
                        .does(Replication::failover));
    }

    private static Command.Builder replicaOf(String name, String since) {
        return Command.named(name)
                .since(since)
                .group("server")
                .complexity("O(1)")
                .summary("Make the server a replica of another instance, or promote it as master.")
                .arity(3)
                .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.STALE)
                .flags(Flag.NO_ASYNC_LOADING);
    }

    private static void role(Call call) {
        call.reply().array(3);
        call.reply().bulk("master");
        call.reply().integer(0);
        call.reply().emptyArray();
    }

    private static void follow(Call call) {
        if (!call.is(1, "NO") || !call.is(2, "ONE")) {
            call.integer(2, 0, PORT_MAX, BAD_PORT);
            throw NO_REPLICATION;
        }
        call.reply().ok();
    }

    /** Waits in vain for as long as it was told, where it asks for any replica. */
    private static void await(Call call) {
        long replicas = call.integer(1);
        long millis = call.integer(2, TIMEOUT_IS_NO_INTEGER);
        if (millis < 0) {
            throw NEGATIVE_TIMEOUT;
        }
        if (replicas <= 0 || call.isInTransaction()) {
            call.reply().integer(0);
            return;
        }
        Lane lane = call.lane();
        Session session = call.session();
        AtomicBoolean waits = new AtomicBoolean(true);
        Session.Blocking wait =
                withError -> waits.compareAndSet(true, false) && end(lane, session, withError);
        session.blocking(wait);
        lane.suspend(session);
        if (millis > 0) {
            lane.later(millis, () -> wait.unblock(false));
        }
    }

    private static boolean end(Lane lane, Session session, boolean withError) {
        session.blocking(null);
        lane.resume(
                session,
                reply -> {
                    if (withError) {
                        throw Refusal.UNBLOCKED;
                    }
                    reply.integer(0);
                });
        return true;
    }

    private static void failover(Call call) {
        if (call.count() == 2 && call.is(1, "ABORT")) {
            throw NO_FAILOVER;
        }
        for (int i = 1; i < call.count(); i++) {
            if (call.is(i, "TIMEOUT") && i + 1 < call.count()) {
                i++;
            } else if (call.is(i, "TO") && i + 2 < call.count()) {
                i += 2;
            } else if (!call.is(i, "FORCE")) {
                throw Refusal.SYNTAX;
            }
        }
        throw NO_REPLICAS;
    }
}
