package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.glob.GlobPattern;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** DEBUG: the few subcommands that mean something here. */
public final class Debugging {
    private static final double MILLIS_PER_SECOND = 1000;

    private static final String HELP =
            """
            JMAP
                Accepted and without effect.
            PAUSE-CRON <0|1>
                Accepted and without effect: what is done in background is no one task.
            PROTOCOL <type>
                Reply with a test value of the specified type. <type> can be: string,
                integer, double, bignum, null, array, set, map, attrib, push, verbatim,
                true, false.
            SET-ACTIVE-EXPIRE <0|1>
                Setting it to 0 disables expiring keys in background when they are not
                accessed (otherwise the Redis behavior). Setting it to 1 reenables back the
                default.
            SLEEP <seconds>
                Stop the client for <seconds>. Decimals allowed.
            STRINGMATCH-LEN <seconds>
                Run the glob matcher against a string of \\x00.
            """;

    private Debugging() {}

    public static List<Command> all() {
        return List.of(
                Command.named("debug")
                        .since("1.0.0")
                        .internal(true)
                        .group("server")
                        .complexity("Depends on subcommand.")
                        .summary("A container for debugging commands")
                        .arity(-2)
                        .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                        .does(Debugging::debug));
    }

    private static void debug(Call call) {
        switch (call.text(1).toUpperCase(Locale.ROOT)) {
            case "HELP" -> Help.answering("debug", HELP).run(call);
            case "JMAP" -> call.reply().ok();
            case "PAUSE-CRON" -> {
                requireCount(call, 3);
                call.reply().ok();
            }
            case "PROTOCOL" -> {
                requireCount(call, 3);
                ProtocolSample.answer(call);
            }
            case "SET-ACTIVE-EXPIRE" -> setActiveExpire(call);
            case "SLEEP" -> sleep(call);
            case "STRINGMATCH-LEN" -> match(call);
            default -> throw Help.wrongForm(call);
        }
    }

    private static void setActiveExpire(Call call) {
        requireCount(call, 3);
        call.server().activeExpire(call.integer(2) != 0);
        call.reply().ok();
    }

    /** Redis stops altogether; here the client waits, and nobody else. */
    private static void sleep(Call call) {
        requireCount(call, 3);
        double seconds;
        try {
            seconds = Double.parseDouble(call.text(2));
        } catch (NumberFormatException notANumber) {
            seconds = 0;
        }
        long millis = (long) (Math.max(seconds, 0) * MILLIS_PER_SECOND);
        call.waits(TimeUnit.MILLISECONDS.toNanos(millis));
        if (call.isInTransaction() || millis == 0) {
            call.reply().ok();
            return;
        }
        Lane lane = call.lane();
        Session session = call.session();
        lane.suspend(session);
        lane.later(millis, () -> lane.resume(session, Reply::ok));
    }

    private static void match(Call call) {
        requireCount(call, 4);
        boolean matches = GlobPattern.of(call.bytes(3)).matches(new byte[(int) call.integer(2)]);
        call.reply().flag(matches);
    }

    private static void requireCount(Call call, int count) {
        if (call.count() != count) {
            throw Help.wrongForm(call);
        }
    }
}
