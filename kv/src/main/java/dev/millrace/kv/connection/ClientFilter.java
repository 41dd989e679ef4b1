package dev.millrace.kv.connection;

import dev.millrace.kv.acl.User;
import dev.millrace.kv.acl.Users;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.CText;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Session;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Which clients CLIENT LIST and CLIENT KILL mean. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
final class ClientFilter {
    private static final Refusal BAD_ID = new Refusal("ERR client-id should be greater than 0");

    private Predicate<Session> wanted = session -> true;
    private boolean skipMe;

    private ClientFilter(boolean skipMe) {
        this.skipMe = skipMe;
    }

    /** All of one type, by Redis's name of it. */
    static Predicate<Session> ofType(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "normal" ->
                    session ->
                            session.peer() == Session.Peer.CLIENT && session.subscriptions() == 0;
            case "pubsub" ->
                    session -> session.peer() == Session.Peer.CLIENT && session.subscriptions() > 0;
            case "master" -> Session::isMaster;
            case "slave", "replica" -> session -> session.peer() == Session.Peer.REPLICA;
            default -> throw new Refusal("ERR Unknown client type '" + CText.of(name) + "'");
        };
    }

    /** The one with this address, itself if need be. */
    static ClientFilter address(String peer) {
        ClientFilter filter = new ClientFilter(false);
        filter.add(session -> session.outlet().peer().equals(peer));
        return filter;
    }

    /** The options of CLIENT KILL. */
    static ClientFilter options(Call call) {
        ClientFilter filter = new ClientFilter(true);
        for (int i = 2; i < call.count(); i += 2) {
            if (i + 1 >= call.count()) {
                throw Refusal.SYNTAX;
            }
            filter.option(call, i);
        }
        return filter;
    }

    private void option(Call call, int i) {
        String value = call.text(i + 1);
        if (call.is(i, "ID")) {
            long id = call.integer(i + 1, 1, Long.MAX_VALUE, BAD_ID);
            add(session -> session.id() == id);
        } else if (call.is(i, "TYPE")) {
            add(ofType(value));
        } else if (call.is(i, "ADDR")) {
            add(session -> session.outlet().peer().equals(value));
        } else if (call.is(i, "LADDR")) {
            add(session -> session.outlet().local().equals(value));
        } else if (call.is(i, "USER")) {
            User user = Users.of(call.server()).find(value);
            if (user == null) {
                throw new Refusal("ERR No such user '" + CText.of(value) + "'");
            }
            add(session -> session.user().equals(user));
        } else if (call.is(i, "SKIPME")) {
            skipMe = yes(call, i + 1);
        } else {
            throw Refusal.SYNTAX;
        }
    }

    private static boolean yes(Call call, int index) {
        if (!call.is(index, "YES") && !call.is(index, "NO")) {
            throw Refusal.SYNTAX;
        }
        return call.is(index, "YES");
    }

    private void add(Predicate<Session> more) {
        wanted = wanted.and(more);
    }

    /** Those of the server's clients that pass, the oldest first. */
    List<Session> of(KvServer server, Session me) {
        return server.sessions().stream()
                .filter(wanted)
                .filter(session -> !skipMe || session != me)
                .sorted(Comparator.comparingLong(Session::id))
                .toList();
    }
}
