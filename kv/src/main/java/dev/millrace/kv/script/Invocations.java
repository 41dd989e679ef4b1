package dev.millrace.kv.script;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.lua.LuaEngine;
import dev.millrace.kv.lua.ScriptFlag;
import dev.millrace.kv.lua.ScriptHost;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.session.CommandTap;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Role;
import dev.millrace.kv.session.RunningScript;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.Set;

/** How EVAL and FCALL run what they have found: whether it may run, and for whom. */
final class Invocations {
    private static final int FIRST_KEY = 3;

    /** Stand for any command that changes something or does not, and may be out of date or not. */
    private static final Command A_CHANGE = standing(Flag.WRITE);

    private static final Command A_STALE_CHANGE = standing(Flag.WRITE, Flag.STALE);
    private static final Command A_LOOK = standing(Flag.READONLY);
    private static final Command A_STALE_LOOK = standing(Flag.READONLY, Flag.STALE);

    private Invocations() {}

    private static Command standing(Flag... flags) {
        return Command.named("script")
                .arity(1)
                .flags(flags)
                .does(
                        call -> {
                            throw new AssertionError("it only stands for others");
                        });
    }

    /**
     * What is to be run.
     *
     * @param name of a script the SHA-1
     * @param flags nothing for a script that says nothing of itself
     * @param readOnly the command is one of those that only read
     */
    record Invocation(
            int reference,
            String name,
            boolean isFunction,
            Optional<Set<ScriptFlag>> flags,
            boolean readOnly) {}

    /** Those who watch see the script's command before what it does. */
    static void showMonitors(Call call) {
        CommandTap tap = call.server().tap();
        if (tap != null) {
            int database = call.session().database();
            tap.command(call.session(), call.command(), call.request(), database, 0);
        }
    }

    /** How many keys the request says it has. */
    static int keys(Call call, Refusal otherwise) {
        long keys = call.integer(2, otherwise);
        if (keys > call.count() - FIRST_KEY) {
            throw new Refusal("ERR Number of keys can't be greater than number of args");
        } else if (keys < 0) {
            throw new Refusal("ERR Number of keys can't be negative");
        }
        return (int) keys;
    }

    static void run(Call call, Invocation invocation, int keys) {
        expectRole(call, invocation.flags);
        invocation.flags.ifPresent(flags -> expectAllowed(call, flags, invocation.readOnly));
        Set<ScriptFlag> flags = invocation.flags.orElse(Set.of());
        Lane lane = call.lane();
        RunningScript script =
                new RunningScript(
                        call.session(),
                        call.command(),
                        call.request(),
                        invocation.name,
                        invocation.isFunction,
                        invocation.readOnly || flags.contains(ScriptFlag.NO_WRITES),
                        flags.contains(ScriptFlag.ALLOW_OOM),
                        invocation.flags.isEmpty()
                                || flags.contains(ScriptFlag.ALLOW_CROSS_SLOT_KEYS));
        Request request = call.request();
        Engine engine = Engine.of(call.server());
        LuaEngine lua = invocation.isFunction ? engine.functionLua() : engine.lua();
        lane.beginScript(script);
        try {
            lua.run(
                    new LuaEngine.Invocation(
                            invocation.reference,
                            invocation.isFunction,
                            invocation.name,
                            request,
                            keys),
                    new Host(lane, script, request),
                    call.reply());
        } finally {
            lane.endScript(script);
            engine.ran(invocation.isFunction);
        }
    }

    /** Of a script that says what it does it is known beforehand whether it may. */
    private static void expectAllowed(Call call, Set<ScriptFlag> flags, boolean readOnly) {
        boolean writes = !flags.contains(ScriptFlag.NO_WRITES);
        if (writes && call.server().journal().state() != Journal.State.OPEN) {
            throw new Refusal(
                    "MISCONF Redis is configured to persist data to AOF, but it's currently unable"
                            + " to persist to disk. Writable scripts are blocked. Use 'no-writes'"
                            + " flag for read only scripts. AOF error: "
                            + call.server().journal().trouble());
        }
        if (writes && readOnly) {
            throw new Refusal("ERR Can not execute a script with write flag using *_ro command.");
        }
        if (writes && !flags.contains(ScriptFlag.ALLOW_OOM) && call.lane().isOutOfMemory()) {
            throw new Refusal(
                    "OOM allow-oom flag is not set on the script, can not run it when used memory"
                            + " > 'maxmemory'");
        }
    }

    /**
     * A server that follows another takes no changes, may be out of date, and some wait for who
     * follows them: a script is judged as a command with its flags, as Redis does. Of one that has
     * none it is not known whether it changes anything.
     */
    private static void expectRole(Call call, Optional<Set<ScriptFlag>> flags) {
        Role role = call.server().role();
        if (role == null) {
            return;
        }
        boolean writes = flags.isPresent() && !flags.get().contains(ScriptFlag.NO_WRITES);
        boolean stale = flags.isPresent() && flags.get().contains(ScriptFlag.ALLOW_STALE);
        Command change = stale ? A_STALE_CHANGE : A_CHANGE;
        Command look = stale ? A_STALE_LOOK : A_LOOK;
        String refusal = role.refusal(call.session(), writes ? change : look);
        if (refusal != null) {
            throw new Refusal(refusal);
        }
    }

    /** What the script asks of the server. */
    private record Host(Lane lane, RunningScript script, Request command) implements ScriptHost {
        @Override
        public @Nullable String call(Request request, NativeBuffer answer, int protocol) {
            return lane.callFromScript(script, request, answer, protocol);
        }

        @Override
        public @Nullable Boolean permits(Request request) {
            Command command = lane.find(request);
            return command == null ? null : script.caller().user().denies(command, request) == null;
        }

        @Override
        public boolean isKilled() {
            lane.scriptGoesOn(script, command);
            return script.isKilled();
        }

        @Override
        public void log(int level, String text) {
            lane.loop().log(level, text);
        }

        @Override
        public void failed(String error, boolean counts) {
            lane.scriptFailed(script, error, counts);
        }
    }
}
