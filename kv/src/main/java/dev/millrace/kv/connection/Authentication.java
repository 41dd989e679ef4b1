package dev.millrace.kv.connection;

import dev.millrace.kv.acl.Users;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.RedisVersion;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.pubsub.PubSub;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.tracking.Tracking;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** AUTH, HELLO, RESET: who a client is and how it wants to be spoken to. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Authentication {
    private static final byte[] STANDARD = Users.STANDARD.getBytes(StandardCharsets.US_ASCII);

    private static final Refusal WRONG_PASSWORD =
            new Refusal("WRONGPASS invalid username-password pair or user is disabled.");
    private static final Refusal NO_PASSWORD =
            new Refusal(
                    "ERR AUTH <password> called without any password configured for the default"
                            + " user. Are you sure your configuration is correct?");
    private static final Refusal NO_SUCH_PROTOCOL =
            new Refusal("NOPROTO unsupported protocol version");
    private static final Refusal PROTOCOL_IS_NO_INTEGER =
            new Refusal("ERR Protocol version is not an integer or out of range");
    private static final Refusal NOT_AUTHENTICATED =
            new Refusal(
                    "NOAUTH HELLO must be called with the client already authenticated, otherwise"
                            + " the HELLO AUTH <user> <pass> option can be used to authenticate"
                            + " the client and select the RESP protocol version at the same time");

    private Authentication() {}

    private static Command.Builder handshake(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("connection")
                .arity(arity)
                .flags(
                        Flag.NOSCRIPT,
                        Flag.LOADING,
                        Flag.STALE,
                        Flag.FAST,
                        Flag.NO_AUTH,
                        Flag.ALLOW_BUSY)
                .categories("connection");
    }

    public static List<Command> all() {
        return List.of(
                handshake("auth", "1.0.0", -2)
                        .complexity("O(N) where N is the number of passwords defined for the user")
                        .summary("Authenticate to the server")
                        .does(Authentication::auth),
                handshake("hello", "6.0.0", -1)
                        .complexity("O(1)")
                        .summary("Handshake with Redis")
                        .does(Authentication::hello),
                handshake("reset", "6.2.0", 1)
                        .complexity("O(1)")
                        .summary("Reset the connection")
                        .does(Authentication::reset));
    }

    private static void auth(Call call) {
        if (call.count() > 3) {
            throw Refusal.SYNTAX;
        }
        call.redact(1);
        if (call.count() == 2) {
            if (users(call).standard().hasNoPassword()) {
                throw NO_PASSWORD;
            }
            authenticate(call, STANDARD, call.bytes(1));
        } else {
            call.redact(2);
            authenticate(call, call.bytes(1), call.bytes(2));
        }
        call.reply().ok();
    }

    private static Users users(Call call) {
        return Users.of(call.server());
    }

    private static void authenticate(Call call, byte[] user, byte[] password) {
        if (!users(call).authenticate(call.session(), call.request(), user, password)) {
            throw WRONG_PASSWORD;
        }
    }

    private static void hello(Call call) {
        long version = 0;
        if (call.count() > 1) {
            version = call.integer(1, PROTOCOL_IS_NO_INTEGER);
            if (version < 2 || version > 3) {
                throw NO_SUCH_PROTOCOL;
            }
        }
        options(call);
        if (!call.session().isAuthenticated()) {
            throw NOT_AUTHENTICATED;
        }
        if (version != 0) {
            call.session().protocol((int) version);
            call.reply().to(call.reply().out(), (int) version);
        }
        greet(call);
    }

    private static void options(Call call) {
        for (int i = 2; i < call.count(); i++) {
            int more = call.count() - 1 - i;
            if (call.is(i, "AUTH") && more >= 2) {
                call.redact(i + 1);
                call.redact(i + 2);
                authenticate(call, call.bytes(i + 1), call.bytes(i + 2));
                i += 2;
            } else if (call.is(i, "SETNAME") && more >= 1) {
                ClientNames.set(call.session(), call.text(i + 1));
                i++;
            } else {
                throw new Refusal("ERR Syntax error in HELLO option '" + call.shown(i) + "'");
            }
        }
    }

    private static void greet(Call call) {
        call.reply().map(7);
        call.reply().bulk("server");
        call.reply().bulk("redis");
        call.reply().bulk("version");
        call.reply().bulk(RedisVersion.TEXT);
        call.reply().bulk("proto");
        call.reply().integer(call.session().protocol());
        call.reply().bulk("id");
        call.reply().integer(call.session().id());
        call.reply().bulk("mode");
        call.reply().bulk(call.server().isCluster() ? "cluster" : "standalone");
        call.reply().bulk("role");
        call.reply().bulk(call.server().isReplica() ? "replica" : "master");
        call.reply().bulk("modules");
        call.reply().emptyArray();
    }

    /** Back to what a client is that has just connected. */
    private static void reset(Call call) {
        Session session = call.session();
        Monitors.of(call.server()).remove(session);
        session.database(0);
        session.protocol(2);
        session.user(users(call).standard());
        session.authenticated(users(call).standard().isOpen());
        call.lane().dropTransaction(session);
        session.unwatch();
        PubSub.of(call.server()).dropAll(session);
        Tracking.of(call.server()).disable(session);
        ClientNames.set(session, "");
        if (session.replyMode() == Session.ReplyMode.OFF) {
            session.replyMode(Session.ReplyMode.ON);
        }
        call.reply().simple("RESET");
    }
}
