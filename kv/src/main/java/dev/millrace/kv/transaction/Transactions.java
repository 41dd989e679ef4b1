package dev.millrace.kv.transaction;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/** Transactions: the lane queues and runs them, these only say when. */
public final class Transactions {
    private Transactions() {}

    private static Command.Builder transaction(String name, String since, int arity) {
        return Command.named(name)
                .since(since)
                .group("transactions")
                .arity(arity)
                .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                .categories("transaction");
    }

    public static List<Command> all() {
        return List.of(
                transaction("multi", "1.2.0", 1)
                        .flags(Flag.FAST, Flag.ALLOW_BUSY)
                        .complexity("O(1)")
                        .summary("Mark the start of a transaction block")
                        .does(Transactions::multi),
                transaction("exec", "1.2.0", 1)
                        .flags(Flag.SKIP_SLOWLOG)
                        .complexity("Depends on commands in the transaction")
                        .summary("Execute all commands issued after MULTI")
                        .does(call -> call.lane().runTransaction(call.session())),
                transaction("discard", "2.0.0", 1)
                        .flags(Flag.FAST, Flag.ALLOW_BUSY)
                        .complexity("O(N), when N is the number of queued commands")
                        .summary("Discard all commands issued after MULTI")
                        .does(Transactions::discard),
                Command.named("watch")
                        .since("2.2.0")
                        .group("transactions")
                        .complexity("O(1) for every key.")
                        .summary(
                                "Watch the given keys to determine execution of the MULTI/EXEC block")
                        .arity(-2)
                        .keys(Keys.range(1, -1, 1))
                        .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE, Flag.FAST, Flag.ALLOW_BUSY)
                        .categories("transaction")
                        .access(KeyAccess.of("RO"))
                        .does(Transactions::watch),
                transaction("unwatch", "2.2.0", 1)
                        .flags(Flag.FAST, Flag.ALLOW_BUSY)
                        .complexity("O(1)")
                        .summary("Forget about all watched keys")
                        .does(Transactions::unwatch));
    }

    private static void multi(Call call) {
        call.lane().beginTransaction(call.session());
        call.reply().ok();
    }

    private static void discard(Call call) {
        if (call.session().queuedCommands() < 0) {
            throw new Refusal("ERR DISCARD without MULTI");
        }
        call.lane().dropTransaction(call.session());
        call.session().unwatch();
        call.reply().ok();
    }

    private static void watch(Call call) {
        if (call.session().queuedCommands() >= 0) {
            throw new Refusal("ERR WATCH inside MULTI is not allowed");
        }
        for (int i = 1; i < call.count(); i++) {
            Key key = call.peek(i);
            boolean expired = call.isHiddenExpired(key);
            call.session().watch(key.stripe(), call.session().database(), call.bytes(i), expired);
        }
        call.reply().ok();
    }

    private static void unwatch(Call call) {
        call.session().unwatch();
        call.reply().ok();
    }
}
