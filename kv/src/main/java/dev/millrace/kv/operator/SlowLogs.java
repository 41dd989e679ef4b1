package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.session.SlowLog;

import java.util.List;

/** SLOWLOG. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class SlowLogs {
    private static final int USUAL_COUNT = 10;
    private static final Refusal BAD_COUNT =
            new Refusal("ERR count should be greater than or equal to -1");

    private static final String HELP =
            """
            GET [<count>]
                Return top <count> entries from the slowlog (default: 10, -1 mean all).
                Entries are made of:
                id, timestamp, time in microseconds, arguments array, client IP and port,
                client name
            LEN
                Return the length of the slowlog.
            RESET
                Reset the slowlog.
            """;

    private SlowLogs() {}

    private static Command.Builder slowLog(String name, int arity) {
        return Command.named(name)
                .since("2.2.12")
                .group("server")
                .complexity("O(N) where N is the number of entries")
                .arity(arity)
                .flags(Flag.ADMIN, Flag.LOADING, Flag.STALE);
    }

    public static List<Command> all() {
        return List.of(
                Command.named("slowlog")
                        .since("2.2.12")
                        .group("server")
                        .complexity("Depends on subcommand.")
                        .summary("A container for slow log commands")
                        .arity(-2)
                        .contains(
                                slowLog("get", -2)
                                        .complexity(
                                                "O(N) where N is the number of entries returned")
                                        .summary("Get the slow log's entries")
                                        .tips("request_policy:all_nodes", "nondeterministic_output")
                                        .does(SlowLogs::get),
                                Help.declared("6.2.0", "server")
                                        .does(Help.answering("slowlog", HELP)),
                                slowLog("len", 2)
                                        .complexity("O(1)")
                                        .summary("Get the slow log's length")
                                        .tips(
                                                "request_policy:all_nodes",
                                                "response_policy:agg_sum",
                                                "nondeterministic_output")
                                        .does(
                                                call ->
                                                        call.reply()
                                                                .integer(
                                                                        call.server()
                                                                                .slowLog()
                                                                                .size())),
                                slowLog("reset", 2)
                                        .complexity(
                                                "O(N) where N is the number of entries in the slowlog")
                                        .summary("Clear all entries from the slow log")
                                        .tips(
                                                "request_policy:all_nodes",
                                                "response_policy:all_succeeded")
                                        .does(SlowLogs::reset)));
    }

    private static void get(Call call) {
        if (call.count() > 3) {
            throw Help.wrongForm(call);
        }
        long count =
                call.count() == 3 ? call.integer(2, -1, Long.MAX_VALUE, BAD_COUNT) : USUAL_COUNT;
        List<SlowLog.Entry> entries = call.server().slowLog().newest(count);
        call.reply().array(entries.size());
        entries.forEach(entry -> answer(call, entry));
    }

    private static void answer(Call call, SlowLog.Entry entry) {
        call.reply().array(6);
        call.reply().integer(entry.id());
        call.reply().integer(entry.seconds());
        call.reply().integer(entry.micros());
        call.reply().array(entry.arguments().size());
        entry.arguments().forEach(argument -> call.reply().bulk(argument));
        call.reply().bulk(entry.peer());
        call.reply().bulk(entry.name());
    }

    private static void reset(Call call) {
        call.server().slowLog().clear();
        call.reply().ok();
    }
}
