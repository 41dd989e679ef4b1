package dev.millrace.kv.operator;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.replication.PlannedEnd;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.RunningScript;
import dev.millrace.kv.session.Session;

import java.util.List;
import java.util.function.Consumer;

/**
 * SHUTDOWN. Nothing is lost by NOSAVE, or without a word: the journal has everything already. Those
 * who follow us get it before, unless NOW is said ({@link PlannedEnd}). SAVE writes a dump file
 * then, and without that there is no end unless FORCE is said. The client gets no reply, its
 * connection ends with the process.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Shutdowns {
    private static final Refusal CANNOT = new Refusal("ERR Errors trying to SHUTDOWN. Check logs.");

    private Shutdowns() {}

    public static List<Command> all() {
        return List.of(
                Command.named("shutdown")
                        .since("1.0.0")
                        .group("server")
                        .complexity(
                                "O(N) when saving, where N is the total number of keys in all"
                                        + " databases when saving data, otherwise O(1)")
                        .summary(
                                "Synchronously save the dataset to disk and then shut down the"
                                        + " server")
                        .arity(-1)
                        .flags(
                                Flag.ADMIN,
                                Flag.NOSCRIPT,
                                Flag.LOADING,
                                Flag.STALE,
                                Flag.NO_MULTI,
                                Flag.ALLOW_BUSY)
                        .does(Shutdowns::shutdown));
    }

    private static void shutdown(Call call) {
        boolean save = has(call, "SAVE");
        boolean abort = has(call, "ABORT");
        for (int i = 1; i < call.count(); i++) {
            boolean known =
                    call.is(i, "NOSAVE")
                            || call.is(i, "SAVE")
                            || call.is(i, "NOW")
                            || call.is(i, "FORCE")
                            || call.is(i, "ABORT");
            if (!known) {
                throw Refusal.SYNTAX;
            }
        }
        boolean abortAlone = !has(call, "NOW") && !has(call, "FORCE") && !has(call, "NOSAVE");
        if (abort && (save || !abortAlone) || save && has(call, "NOSAVE")) {
            throw Refusal.SYNTAX;
        }
        if (abort) {
            PlannedEnd.of(call.server()).abort();
            call.reply().ok();
            return;
        }
        Runnable end = call.server().shutdown();
        if (end == null) {
            throw CANNOT;
        }
        endScript(call);
        begin(call, save, end);
    }

    /** What a script has changed is in no log: with NOSAVE it is never there. */
    private static void endScript(Call call) {
        RunningScript script = call.server().busyScript();
        if (script == null) {
            return;
        }
        if (!has(call, "NOSAVE")) {
            throw new Refusal(script.busyError());
        }
        if (!script.kill()) {
            script.unwanted();
        }
    }

    private static boolean has(Call call, String word) {
        for (int i = 1; i < call.count(); i++) {
            if (call.is(i, word)) {
                return true;
            }
        }
        return false;
    }

    private static void begin(Call call, boolean save, Runnable end) {
        Lane lane = call.lane();
        Session session = call.session();
        boolean force = has(call, "FORCE");
        KvServer server = call.server();
        PlannedEnd planned = PlannedEnd.of(server);
        lane.suspend(session);
        Consumer<Boolean> saved =
                well -> {
                    if (well || force) {
                        end.run();
                    } else {
                        planned.fail();
                        refuse(lane, session);
                    }
                };
        planned.begin(
                has(call, "NOW"),
                goesOn -> {
                    if (!goesOn) {
                        refuse(lane, session);
                    } else if (save) {
                        save(server, saved);
                    } else {
                        end.run();
                    }
                });
    }

    private static void save(KvServer server, Consumer<Boolean> saved) {
        // What one that runs already holds is older than what this client has written.
        if (!server.saves().begin(saved)) {
            server.saves().schedule(saved);
        }
    }

    private static void refuse(Lane lane, Session session) {
        lane.resume(
                session,
                reply -> {
                    throw CANNOT;
                });
    }
}
