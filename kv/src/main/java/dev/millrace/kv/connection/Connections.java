package dev.millrace.kv.connection;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/** PING, ECHO, SELECT, QUIT. */
public final class Connections {
    private Connections() {}

    private static Command.Builder connection(String name, int arity) {
        return Command.named(name)
                .since("1.0.0")
                .group("connection")
                .complexity("O(1)")
                .arity(arity)
                .categories("connection");
    }

    public static List<Command> all() {
        return List.of(
                connection("ping", -1)
                        .summary("Ping the server")
                        .flags(Flag.FAST)
                        .tips("request_policy:all_shards", "response_policy:all_succeeded")
                        .does(Connections::ping),
                connection("echo", 2)
                        .summary("Echo the given string")
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .does(call -> call.reply().bulk(call.address(1), call.length(1))),
                connection("select", 2)
                        .summary("Change the selected database for the current connection")
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .does(Connections::select),
                connection("quit", -1)
                        .summary("Close the connection")
                        .flags(
                                Flag.NOSCRIPT,
                                Flag.LOADING,
                                Flag.STALE,
                                Flag.FAST,
                                Flag.NO_AUTH,
                                Flag.ALLOW_BUSY)
                        .does(Connections::quit));
    }

    private static void ping(Call call) {
        if (call.count() > 2) {
            throw new Refusal("ERR wrong number of arguments for 'ping' command");
        }
        if (call.server().journal().state() != Journal.State.OPEN) {
            throw new Refusal(call.lane().diskError());
        }
        boolean subscriber = call.session().subscriptions() > 0 && call.session().protocol() == 2;
        if (subscriber) {
            call.reply().array(2);
            call.reply().bulk("pong");
            if (call.count() == 1) {
                call.reply().bulk("");
            } else {
                call.reply().bulk(call.address(1), call.length(1));
            }
        } else if (call.count() == 1) {
            call.reply().pong();
        } else {
            call.reply().bulk(call.address(1), call.length(1));
        }
    }

    private static void select(Call call) {
        if (call.integer32(1) != 0 && call.server().isCluster()) {
            throw new Refusal("ERR SELECT is not allowed in cluster mode");
        }
        call.session().database(call.database(1));
        call.reply().ok();
    }

    private static void quit(Call call) {
        call.reply().ok();
        call.session().closeAfterReply();
    }
}
