package dev.millrace.kv.connection;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Pause;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.tracking.TrackingCommands;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** CLIENT: what a client is told of itself and of others, and does to them. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Clients {
    private static final Refusal BAD_ID = new Refusal("ERR Invalid client ID");
    private static final Refusal NO_SUCH_CLIENT = new Refusal("ERR No such client");
    private static final Refusal BAD_REASON =
            new Refusal("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    private static final Refusal BAD_SCOPE =
            new Refusal("ERR CLIENT PAUSE mode must be WRITE or ALL");
    private static final Refusal TIMEOUT_IS_NO_INTEGER =
            new Refusal("ERR timeout is not an integer or out of range");
    private static final Refusal NEGATIVE_TIMEOUT = new Refusal("ERR timeout is negative");
    private static final String HELP =
            """
            CACHING (YES|NO)
                Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.
            GETREDIR
                Return the client ID we are redirecting to when tracking is enabled.
            GETNAME
                Return the name of the current connection.
            ID
                Return the ID of the current connection.
            INFO
                Return information about the current client connection.
            KILL <ip:port>
                Kill connection made from <ip:port>.
            KILL <option> <value> [<option> <value> [...]]
                Kill connections. Options are:
                * ADDR (<ip:port>|<unixsocket>:0)
                  Kill connections made from the specified address
                * LADDR (<ip:port>|<unixsocket>:0)
                  Kill connections made to specified local address
                * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
                  Kill connections by type.
                * USER <username>
                  Kill connections authenticated by <username>.
                * SKIPME (YES|NO)
                  Skip killing current connection (default: yes).
            LIST [options ...]
                Return information about client connections. Options:
                * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
                  Return clients of specified type.
            UNPAUSE
                Stop the current client pause, resuming traffic.
            PAUSE <timeout> [WRITE|ALL]
                Suspend all, or just write, clients for <timeout> milliseconds.
            REPLY (ON|OFF|SKIP)
                Control the replies sent to the current connection.
            SETNAME <name>
                Assign the name <name> to the current connection.
            UNBLOCK <clientid> [TIMEOUT|ERROR]
                Unblock the specified blocked client.
            TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]
                     [OPTIN] [OPTOUT] [NOLOOP]
                Control server assisted client side caching.
            TRACKINGINFO
                Report tracking status for the current connection.
            NO-EVICT (ON|OFF)
                Protect current client connection from eviction.
            """;

    private Clients() {}

    private static Command.Builder own(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("connection")
                .complexity("O(1)")
                .arity(arity)
                .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                .categories("connection");
    }

    private static Command.Builder admin(String name, String since, int arity) {
        return own(name, since, arity).flags(Flag.ADMIN);
    }

    public static List<Command> all() {
        return List.of(
                Command.named("client")
                        .since("2.4.0")
                        .group("connection")
                        .complexity("Depends on subcommand.")
                        .summary("A container for client connection commands")
                        .arity(-2)
                        .contains(
                                own("caching", "6.0.0", 3)
                                        .summary(
                                                "Instruct the server about tracking or not keys in"
                                                        + " the next request")
                                        .does(TrackingCommands::caching),
                                own("getname", "2.6.9", 2)
                                        .summary("Get the current connection name")
                                        .does(Clients::getName),
                                own("getredir", "6.0.0", 2)
                                        .summary(
                                                "Get tracking notifications redirection client ID"
                                                        + " if any")
                                        .does(TrackingCommands::redirection),
                                Help.declared("5.0.0", "connection")
                                        .categories("connection")
                                        .does(Help.answering("client", HELP)),
                                own("id", "5.0.0", 2)
                                        .summary("Returns the client ID for the current connection")
                                        .does(call -> call.reply().integer(call.session().id())),
                                own("info", "6.2.0", 2)
                                        .summary(
                                                "Returns information about the current client"
                                                        + " connection.")
                                        .tips("nondeterministic_output")
                                        .does(Clients::info),
                                admin("kill", "2.4.0", -3)
                                        .complexity(
                                                "O(N) where N is the number of client connections")
                                        .summary("Kill the connection of a client")
                                        .does(Clients::kill),
                                admin("list", "2.4.0", -2)
                                        .complexity(
                                                "O(N) where N is the number of client connections")
                                        .summary("Get the list of client connections")
                                        .tips("nondeterministic_output")
                                        .does(Clients::list),
                                admin("no-evict", "7.0.0", 3)
                                        .summary(
                                                "Set client eviction mode for the current"
                                                        + " connection")
                                        .does(Clients::noEvict),
                                admin("pause", "2.9.50", -3)
                                        .summary(
                                                "Stop processing commands from clients for some"
                                                        + " time")
                                        .does(Clients::pause),
                                own("reply", "3.2.0", 3)
                                        .summary("Instruct the server whether to reply to commands")
                                        .does(Clients::reply),
                                own("setname", "2.6.9", 3)
                                        .summary("Set the current connection name")
                                        .does(Clients::setName),
                                own("tracking", "6.0.0", -3)
                                        .complexity(
                                                "O(1). Some options may introduce additional"
                                                        + " complexity.")
                                        .summary(
                                                "Enable or disable server assisted client side"
                                                        + " caching support")
                                        .does(TrackingCommands::tracking),
                                own("trackinginfo", "6.2.0", 2)
                                        .summary(
                                                "Return information about server assisted client"
                                                        + " side caching for the current"
                                                        + " connection")
                                        .does(TrackingCommands::info),
                                admin("unblock", "5.0.0", -3)
                                        .complexity(
                                                "O(log N) where N is the number of client"
                                                        + " connections")
                                        .summary(
                                                "Unblock a client blocked in a blocking command"
                                                        + " from a different connection")
                                        .does(Clients::unblock),
                                admin("unpause", "6.2.0", 2)
                                        .complexity("O(N) Where N is the number of paused clients")
                                        .summary("Resume processing of clients that were paused")
                                        .does(Clients::unpause)));
    }

    // ---- Of itself

    private static void getName(Call call) {
        String name = call.session().name();
        if (name.isEmpty()) {
            call.reply().nullBulk();
        } else {
            call.reply().bulk(name);
        }
    }

    private static void setName(Call call) {
        ClientNames.set(call.session(), call.text(2));
        call.reply().ok();
    }

    private static void info(Call call) {
        call.reply().verbatim(line(call, call.session()) + "\n");
    }

    private static void reply(Call call) {
        Session session = call.session();
        if (call.is(2, "ON")) {
            session.replyMode(Session.ReplyMode.ON);
            call.reply().ok();
        } else if (call.is(2, "OFF")) {
            session.replyMode(Session.ReplyMode.OFF);
        } else if (!call.is(2, "SKIP")) {
            throw Refusal.SYNTAX;
        } else if (session.replyMode() != Session.ReplyMode.OFF) {
            session.replyMode(Session.ReplyMode.SKIP);
        }
    }

    private static void noEvict(Call call) {
        if (!call.is(2, "ON") && !call.is(2, "OFF")) {
            throw Refusal.SYNTAX;
        }
        call.session().noEvict(call.is(2, "ON"));
        call.reply().ok();
    }

    // ---- Of others

    private static String line(Call call, Session session) {
        boolean monitors = Monitors.of(call.server()).has(session);
        long running = session == call.session() ? requestBytes(call.request()) : 0;
        return ClientLine.of(session, call.nowMillis(), monitors, running);
    }

    /** How long the request was on the wire. */
    private static long requestBytes(Request request) {
        long bytes = headBytes(request.count());
        for (int i = 0; i < request.count(); i++) {
            bytes += headBytes(request.length(i)) + request.length(i) + 2;
        }
        return bytes;
    }

    private static int headBytes(int number) {
        return 3 + Integer.toString(number).length();
    }

    private static void list(Call call) {
        NativeBuffer lines = call.scratch();
        if (call.count() > 3 && call.is(2, "ID")) {
            for (int i = 3; i < call.count(); i++) {
                Session session = call.server().session(call.integer(i, BAD_ID));
                if (session != null) {
                    lines.putUtf8(line(call, session) + "\n");
                }
            }
        } else {
            Predicate<Session> wanted = session -> true;
            if (call.count() == 4 && call.is(2, "TYPE")) {
                wanted = ClientFilter.ofType(call.text(3));
            } else if (call.count() != 2) {
                throw Refusal.SYNTAX;
            }
            call.server().sessions().stream()
                    .filter(wanted)
                    .sorted((a, b) -> Long.compare(a.id(), b.id()))
                    .forEach(session -> lines.putUtf8(line(call, session) + "\n"));
        }
        call.reply().verbatim(lines.address(), Math.toIntExact(lines.length()));
    }

    private static void kill(Call call) {
        boolean oldForm = call.count() == 3;
        ClientFilter filter =
                oldForm ? ClientFilter.address(call.text(2)) : ClientFilter.options(call);
        Session me = call.session();
        List<Session> found = filter.of(call.server(), me);
        if (oldForm && found.isEmpty()) {
            throw NO_SUCH_CLIENT;
        }
        Set<Lane> lanes = new LinkedHashSet<>();
        for (Session session : found) {
            if (session != me) {
                session.kill();
                lanes.add(session.lane());
            }
        }
        Consumer<Reply> answer = reply -> killed(reply, oldForm, found, me);
        if (lanes.isEmpty() || call.isInTransaction()) {
            answer.accept(call.reply());
        } else {
            whenGone(lanes, call.lane(), me, answer);
        }
    }

    /** Who is answered may rely on it: the others execute nothing more, and are told nothing. */
    private static void whenGone(Set<Lane> lanes, Lane own, Session me, Consumer<Reply> answer) {
        own.suspend(me);
        AtomicInteger left = new AtomicInteger(lanes.size());
        for (Lane lane : lanes) {
            lane.tellLast(
                    () -> {
                        if (left.decrementAndGet() == 0) {
                            own.resume(me, answer);
                        }
                    });
        }
    }

    private static void killed(Reply reply, boolean oldForm, List<Session> found, Session me) {
        if (oldForm) {
            reply.ok();
        } else {
            reply.integer(found.size());
        }
        if (found.contains(me)) {
            me.closeAfterReply();
        }
    }

    private static void unblock(Call call) {
        if (call.count() > 4) {
            throw Help.wrongForm(call);
        }
        if (call.count() == 4 && !call.is(3, "TIMEOUT") && !call.is(3, "ERROR")) {
            throw BAD_REASON;
        }
        boolean withError = call.count() == 4 && call.is(3, "ERROR");
        Session target = call.server().session(call.integer(2));
        Session.@Nullable Blocking wait = target == null ? null : target.blocking();
        call.reply().flag(wait != null && wait.unblock(withError ? Refusal.UNBLOCKED : null));
    }

    private static void pause(Call call) {
        if (call.count() > 4) {
            throw Help.wrongForm(call);
        }
        if (call.count() == 4 && !call.is(3, "WRITE") && !call.is(3, "ALL")) {
            throw BAD_SCOPE;
        }
        boolean writes = call.count() == 4 && call.is(3, "WRITE");
        long millis = call.integer(2, TIMEOUT_IS_NO_INTEGER);
        if (millis < 0) {
            throw NEGATIVE_TIMEOUT;
        }
        // An end beyond all time is, as Redis counts it, in the past.
        boolean ends = millis <= Long.MAX_VALUE - call.nowMillis();
        if (millis > 0 && ends) {
            Pause.Scope scope = writes ? Pause.Scope.WRITE : Pause.Scope.ALL;
            call.server().pause(new Pause(scope, call.nowMillis() + millis));
        }
        call.reply().ok();
    }

    private static void unpause(Call call) {
        call.server().unpause();
        call.reply().ok();
    }
}
