package dev.millrace.kv.script;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Help;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.script.Engine.CachedScript;
import dev.millrace.kv.script.Invocations.Invocation;
import dev.millrace.kv.session.RunningScript;

import java.util.List;
import java.util.Locale;

/** EVAL and its kin, and SCRIPT. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class Scripts {
    private static final int SHA_BYTES = 40;
    private static final Refusal NO_SCRIPT =
            new Refusal("NOSCRIPT No matching script. Please use EVAL.");
    private static final Refusal NOT_BUSY =
            new Refusal("NOTBUSY No scripts in execution right now.");
    private static final Refusal UNKILLABLE =
            new Refusal(
                    "UNKILLABLE Sorry the script already executed write commands against the"
                            + " dataset. You can either wait the script termination or kill the"
                            + " server in a hard way using the SHUTDOWN NOSAVE command.");

    private static final String HELP =
            """
            DEBUG (YES|SYNC|NO)
                Set the debug mode for subsequent scripts executed.
            EXISTS <sha1> [<sha1> ...]
                Return information about the existence of the scripts in the script cache.
            FLUSH [ASYNC|SYNC]
                Flush the Lua scripts cache. Very dangerous on replicas.
                When called without the optional mode argument, the behavior is determined by the
                lazyfree-lazy-user-flush configuration directive. Valid modes are:
                * ASYNC: Asynchronously flush the scripts cache.
                * SYNC: Synchronously flush the scripts cache.
            KILL
                Kill the currently executing Lua script.
            LOAD <script>
                Load a script into the scripts cache without executing it.
            """;

    private Scripts() {}

    public static List<Command> all() {
        return List.of(
                writing("eval", "2.6.0")
                        .summary("Execute a Lua script server side")
                        .does(call -> eval(call, false)),
                writing("evalsha", "2.6.0")
                        .summary("Execute a Lua script server side")
                        .does(call -> evalSha(call, false)),
                reading("eval_ro", "7.0.0")
                        .summary("Execute a read-only Lua script server side")
                        .does(call -> eval(call, true)),
                reading("evalsha_ro", "7.0.0")
                        .summary("Execute a read-only Lua script server side")
                        .does(call -> evalSha(call, true)),
                script());
    }

    private static final Flag[] RUNNING = {
        Flag.NOSCRIPT, Flag.STALE, Flag.SKIP_MONITOR, Flag.NO_MANDATORY_KEYS
    };

    static Command.Builder writing(String name, String since) {
        return Engine.running(name, since, -3)
                .flags(RUNNING)
                .flags(Flag.MAY_REPLICATE)
                .onlyReads((server, request) -> Engine.of(server).onlyReads(name, request))
                .access(noted(name, KeyAccess.of("RW", "access", "update"), "RW and UPDATE"));
    }

    static Command.Builder reading(String name, String since) {
        return Engine.running(name, since, -3)
                .flags(RUNNING)
                .flags(Flag.READONLY)
                .access(noted(name, KeyAccess.of("RO", "access"), "RO and ACCESS"));
    }

    /** Of scripts by their SHA-1 Redis does not say it. */
    private static KeyAccess noted(String name, KeyAccess access, String worst) {
        return name.startsWith("evalsha")
                ? access
                : access.noted(
                        "We cannot tell how the keys will be used so we assume the worst, "
                                + worst);
    }

    private static Command.Builder subcommand(String name, int arity) {
        return Command.named(name)
                .since("2.6.0")
                .group("scripting")
                .arity(arity)
                .flags(Flag.NOSCRIPT)
                .categories("scripting");
    }

    private static Command script() {
        return Command.named("script")
                .since("2.6.0")
                .group("scripting")
                .complexity("Depends on subcommand.")
                .summary("A container for Lua scripts management commands")
                .arity(-2)
                .contains(
                        subcommand("debug", 3)
                                .since("3.2.0")
                                .complexity("O(1)")
                                .summary("Set the debug mode for executed scripts.")
                                .does(Scripts::debug),
                        subcommand("exists", -3)
                                .complexity(
                                        "O(N) with N being the number of scripts to check (so"
                                                + " checking a single script is an O(1)"
                                                + " operation).")
                                .summary("Check existence of scripts in the script cache.")
                                .tips(
                                        "request_policy:all_shards",
                                        "response_policy:agg_logical_and")
                                .locks(Command.Locks.ALL)
                                .does(Scripts::exists),
                        subcommand("flush", -2)
                                .complexity("O(N) with N being the number of scripts in cache")
                                .summary("Remove all the scripts from the script cache.")
                                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                .locks(Command.Locks.ALL)
                                .does(Scripts::flush),
                        Help.declared("5.0.0", "scripting")
                                .categories("scripting")
                                .does(Help.answering("script", HELP)),
                        subcommand("kill", 2)
                                .complexity("O(1)")
                                .summary("Kill the script currently in execution.")
                                .flags(Flag.ALLOW_BUSY)
                                .tips("request_policy:all_shards", "response_policy:one_succeeded")
                                .does(call -> kill(call, false)),
                        subcommand("load", 3)
                                .complexity(
                                        "O(N) with N being the length in bytes of the script body.")
                                .summary("Load the specified Lua script into the script cache.")
                                .flags(Flag.STALE)
                                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                .locks(Command.Locks.ALL)
                                .does(Scripts::load));
    }

    // ---- EVAL

    private static void eval(Call call, boolean readOnly) {
        Invocations.showMonitors(call);
        int keys = Invocations.keys(call, Refusal.NOT_AN_INTEGER);
        CachedScript script = Engine.of(call.server()).script(call.bytes(1));
        run(call, script, readOnly, keys);
    }

    private static void evalSha(Call call, boolean readOnly) {
        Invocations.showMonitors(call);
        if (call.length(1) != SHA_BYTES) {
            throw NO_SCRIPT;
        }
        int keys = Invocations.keys(call, Refusal.NOT_AN_INTEGER);
        String sha = call.text(1).toLowerCase(Locale.ROOT);
        CachedScript script = Engine.of(call.server()).script(sha);
        if (script == null) {
            throw NO_SCRIPT;
        }
        run(call, script, readOnly, keys);
    }

    private static void run(Call call, CachedScript script, boolean readOnly, int keys) {
        Invocations.run(
                call,
                new Invocation(script.reference(), script.sha(), false, script.flags(), readOnly),
                keys);
    }

    // ---- SCRIPT

    private static void load(Call call) {
        call.reply().bulk(Engine.of(call.server()).script(call.bytes(2)).sha());
    }

    private static void exists(Call call) {
        Engine engine = Engine.of(call.server());
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            String sha = call.text(i).toLowerCase(Locale.ROOT);
            call.reply().flag(engine.script(sha) != null);
        }
    }

    private static void flush(Call call) {
        boolean known = call.count() == 2 || call.is(2, "SYNC") || call.is(2, "ASYNC");
        if (call.count() > 3 || !known) {
            throw new Refusal("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
        }
        Engine.of(call.server()).flushScripts();
        call.reply().ok();
    }

    /** There is no debugger: NO is what is, and the rest is refused. */
    private static void debug(Call call) {
        if (call.is(2, "NO")) {
            call.reply().ok();
        } else if (call.is(2, "YES") || call.is(2, "SYNC")) {
            throw new Refusal("ERR scripts cannot be debugged here");
        } else {
            throw new Refusal("ERR Use SCRIPT DEBUG YES/SYNC/NO");
        }
    }

    /** SCRIPT KILL, or FUNCTION KILL. */
    static void kill(Call call, boolean functions) {
        RunningScript running = call.server().script();
        if (running == null || running.caller() == call.session()) {
            throw NOT_BUSY;
        }
        if (running.hasWritten()) {
            throw UNKILLABLE;
        }
        if (running.isFunction() != functions) {
            throw new Refusal(running.busyError());
        }
        if (!running.kill()) {
            throw UNKILLABLE;
        }
        call.reply().ok();
    }
}
