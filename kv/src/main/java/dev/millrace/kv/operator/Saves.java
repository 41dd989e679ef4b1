package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.session.Checkpoints;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.OnlineSaves;
import dev.millrace.kv.session.Session;

import java.util.List;

/**
 * SAVE, BGSAVE and LASTSAVE, of dump files that Redis loads; BGREWRITEAOF, which means a checkpoint
 * of the shard. The journal makes changes last without any of them; a checkpoint makes the next
 * start quick and lets the journal forget.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Saves {
    private static final int MILLIS_PER_SECOND = 1000;
    private static final Refusal IN_PROGRESS =
            new Refusal("ERR Background save already in progress");

    private static final Refusal FAILED = new Refusal("ERR");

    private Saves() {}

    private static Command.Builder save(String name, int arity) {
        return Command.named(name)
                .since("1.0.0")
                .group("server")
                .complexity("O(1)")
                .arity(arity)
                .flags(Flag.ADMIN, Flag.NOSCRIPT);
    }

    public static List<Command> all() {
        return List.of(
                save("save", 1)
                        .complexity("O(N) where N is the total number of keys in all databases")
                        .summary("Synchronously save the dataset to disk")
                        .flags(Flag.NO_MULTI)
                        .flags(Flag.NO_ASYNC_LOADING)
                        .does(Saves::save),
                save("bgsave", -1)
                        .summary("Asynchronously save the dataset to disk")
                        .flags(Flag.NO_ASYNC_LOADING)
                        .does(Saves::saveInBackground),
                save("bgrewriteaof", 1)
                        .summary("Asynchronously rewrite the append-only file")
                        .flags(Flag.NO_ASYNC_LOADING)
                        .does(Saves::rewrite),
                Command.named("lastsave")
                        .since("1.0.0")
                        .group("server")
                        .complexity("O(1)")
                        .summary("Get the UNIX time stamp of the last successful save to disk")
                        .arity(1)
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .categories("admin", "dangerous")
                        .tips("nondeterministic_output")
                        .does(Saves::last));
    }

    /** The client waits; its loop does not. */
    private static void save(Call call) {
        Lane lane = call.lane();
        Session session = call.session();
        if (!call.server().saves().begin(well -> answer(lane, session, well))) {
            throw IN_PROGRESS;
        }
        lane.suspend(session);
    }

    private static void answer(Lane lane, Session session, boolean well) {
        lane.resume(
                session,
                reply -> {
                    if (!well) {
                        throw FAILED;
                    }
                    reply.ok();
                });
    }

    private static void saveInBackground(Call call) {
        if (call.count() > 1 && !(call.count() == 2 && call.is(1, "SCHEDULE"))) {
            throw Refusal.SYNTAX;
        }
        OnlineSaves saves = call.server().saves();
        if (call.isInTransaction()) {
            // A cut freezes all stripes in order: not while a transaction holds some.
            if (saves.state().running()) {
                throw IN_PROGRESS;
            }
            saves.schedule(well -> {});
            call.reply().simple("Background saving scheduled");
            return;
        }
        if (!saves.begin(well -> {})) {
            throw IN_PROGRESS;
        }
        call.reply().simple("Background saving started");
    }

    private static void rewrite(Call call) {
        Checkpoints checkpoints = call.server().checkpoints();
        boolean running = checkpoints.isRunning();
        if (call.isInTransaction()) {
            call.lane().loop().execute(() -> checkpoints.begin(complete -> {}));
        } else {
            checkpoints.begin(complete -> {});
        }
        call.reply()
                .simple(
                        "Background append only file rewriting "
                                + (running ? "scheduled" : "started"));
    }

    private static void last(Call call) {
        call.reply().integer(call.server().saves().state().lastMillis() / MILLIS_PER_SECOND);
    }
}
