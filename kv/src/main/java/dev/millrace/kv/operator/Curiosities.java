package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.RedisVersion;

import java.time.Instant;
import java.util.List;

/** TIME and LOLWUT. */
public final class Curiosities {
    private static final int NANOS_PER_MICRO = 1000;

    private Curiosities() {}

    public static List<Command> all() {
        return List.of(
                Command.named("time")
                        .since("2.6.0")
                        .group("server")
                        .complexity("O(1)")
                        .summary("Return the current server time")
                        .arity(1)
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .tips("nondeterministic_output")
                        .does(Curiosities::time),
                Command.named("lolwut")
                        .since("5.0.0")
                        .group("server")
                        .summary("Display some computer art and the Redis version")
                        .arity(-1)
                        .flags(Flag.READONLY, Flag.FAST)
                        .does(Curiosities::lolwut));
    }

    private static void time(Call call) {
        Instant now = call.server().clock().instant();
        call.reply().array(2);
        call.reply().bulkLong(now.getEpochSecond());
        call.reply().bulkLong(now.getNano() / NANOS_PER_MICRO);
    }

    private static void lolwut(Call call) {
        if (call.count() >= 3 && call.is(1, "VERSION")) {
            call.integer(2);
        }
        call.reply().verbatim("Redis ver. " + RedisVersion.TEXT + "\n");
    }
}
