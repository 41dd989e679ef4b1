package dev.millrace.kv.session;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.acl.Denial;
import dev.millrace.kv.acl.Users;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.lua.ScriptHost;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.tracking.Tracking;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How the commands of a script run on a lane: all stripes are locked, all changes go into one
 * record, as for EXEC, and time stands still. They run for a client of their own, which has the
 * caller's database to begin with.
 */
final class ScriptCalls {
    private static final int WARNING = 3;

    /** A script waits for space in the journal so long altogether. */
    private static final long SPACE_WAIT_NANOS_MAX = 5_000_000_000L;

    /** What a script that may be out of date is answered when it asks for what may not. */
    private static final String STALE = "ERR Can not execute the command on a stale replica";

    /** Groups of commands that are not for scripts, nor for those that are trusted. */
    private static final Set<String> CLIENTS_OWN = Set.of("pubsub", "scripting", "transactions");

    private final Lane lane;
    private final Turn turn;
    private final KvServer server;
    private final Journal journal;
    private final Stats stats;
    private final Output output;
    private final Execution execution;
    private final TransactionRun transactions;
    private final Dispatch dispatch;
    private final OneSlot slots = new OneSlot();
    private Session client;
    private @Nullable RunningScript running;
    private boolean wasFrozen;

    /** How long the script has waited for space. */
    private long waitedNanos;

    /** The script that runs may call what is not for scripts. */
    private boolean trusted;

    ScriptCalls(
            Lane lane,
            Turn turn,
            Output output,
            Execution execution,
            TransactionRun transactions,
            Dispatch dispatch) {
        this.lane = lane;
        this.turn = turn;
        this.server = lane.server();
        this.journal = server.journal();
        this.stats = lane.stats();
        this.output = output;
        this.execution = execution;
        this.transactions = transactions;
        this.dispatch = dispatch;
        this.client = another(lane);
    }

    private static Session another(Lane lane) {
        return new Session(0, lane, NoOutlet.INSTANCE, lane.nobody().user(), true, 0);
    }

    void begin(RunningScript script) {
        running = script;
        waitedNanos = 0;
        trusted = server.scriptsAreTrusted();
        client.asScriptOf(script.caller());
        wasFrozen = turn.frozen;
        turn.frozen = true;
        server.script(script);
    }

    /**
     * It has ended, whatever way.
     *
     * @throws ScriptGivenUp if nothing of it is to be kept
     */
    void end(RunningScript script) {
        script.ends();
        server.script(null);
        running = null;
        turn.frozen = wasFrozen;
        if (trusted) {
            client.closed(); // Who knows what has been made of it.
            client = another(lane);
        }
        if (script.isBusy()) {
            server.lanes().forEach(each -> each.loop().servesAgain());
        }
        output.begin(script.caller());
        if (script.isGivenUp()) {
            throw new ScriptGivenUp();
        }
    }

    @Nullable RunningScript running() {
        return running;
    }

    /** See {@link Lane#callFromScript}. */
    @Nullable String call(
            RunningScript script, Request request, NativeBuffer answer, int protocol) {
        Command command = dispatch.find(request);
        String refused = refusal(script, command, request);
        if (refused != null) {
            stats.error(refused);
            if (command != null) {
                stats.rejected(command);
            }
            return refused;
        }
        run(script, command, request, answer, protocol);
        return null;
    }

    /** When the script has taken long the others are told so, and may end it. */
    void goOn(RunningScript script, Request command) {
        long thresholdMillis = server.config().get(Config.Quantity.BUSY_REPLY_THRESHOLD_MILLIS);
        if (!script.isBusy() && thresholdMillis > 0 && script.millis() >= thresholdMillis) {
            List<byte[]> arguments = new ArrayList<>();
            for (int i = 0; i < command.count(); i++) {
                arguments.add(command.bytes(i));
            }
            script.becomesBusy(arguments);
            server.scriptIsBusy();
            lane.loop()
                    .log(WARNING, "slow script " + script.name() + ": " + script.millis() + " ms");
        }
        if (script.isBusy()) {
            lane.loop().serveSockets();
            script.runErrands();
        }
    }

    private void run(
            RunningScript script,
            @Nullable Command found,
            Request request,
            NativeBuffer answer,
            int protocol) {
        Command command = Objects.requireNonNull(found);
        client.protocol(protocol);
        output.reply().to(answer, protocol);
        int database = client.database();
        if (hasSpace(command, request)) {
            if (command.isWrite() && !script.writes()) {
                output.error(ScriptHost.KILLED);
            } else {
                execution.run(client, command, request);
                noteReads(script, command);
            }
        }
        CommandTap tap = server.tap();
        if (tap != null) {
            tap.command(client, command, request, database, execution.call().redacted());
        }
        output.begin(script.caller());
    }

    /** A client that tracks has read all keys that its script names, once the script reads any. */
    private void noteReads(RunningScript script, Command command) {
        Session caller = script.caller();
        if ((caller.care() & Session.CARE_TRACKING) != 0 && command.has(Flag.READONLY)) {
            Tracking.of(server).read(caller, script.caused(), script.request());
        }
    }

    private @Nullable String refusal(
            RunningScript script, @Nullable Command command, Request request) {
        if (command == null) {
            return "ERR Unknown Redis command called from script";
        }
        if (!command.acceptsCount(request.count())) {
            return "ERR Wrong number of args calling Redis command from script";
        }
        if (!isForScripts(command)) {
            return "ERR This Redis command is not allowed from script";
        }
        if (script.caller().isMaster()) {
            return null; // What the server that we follow says is not judged.
        }
        String denied = denied(script, command, request);
        if (denied != null) {
            return denied;
        }
        Role role = server.role();
        String forRole = role == null ? null : role.refusal(script.caller(), command);
        if (forRole != null && !script.hasWritten()) {
            return forRole.startsWith("MASTERDOWN") ? STALE : forRole;
        }
        if (script.isReadOnly() && (command.isWrite() || command.has(Flag.MAY_REPLICATE))) {
            return "ERR Write commands are not allowed from read-only scripts.";
        }
        if (script.hasWritten()) {
            // It cannot be stopped half way by the server's state.
            return refusalOfSlots(script, command, request);
        }
        if (command.isWrite() && journal.state() != Journal.State.OPEN) {
            return execution.diskError();
        }
        if (!script.allowsOom() && dispatch.isOutOfMemory() && command.has(Flag.DENYOOM)) {
            return Dispatch.OUT_OF_MEMORY;
        }
        return refusalOfSlots(script, command, request);
    }

    /** A script may use keys that it has not named, but for those of other slots. */
    private @Nullable String refusalOfSlots(
            RunningScript script, Command command, Request request) {
        if (!server.isCluster()) {
            return null;
        }
        if (slots.refusal(command, request) != null) {
            return "ERR Script attempted to access a non local key in a cluster node";
        }
        return script.mayUse(slots.slot())
                ? null
                : "ERR Script attempted to access keys that do not hash to the same slot";
    }

    /**
     * A change in another room is checked before anything runs, and a script tells nobody
     * beforehand.
     */
    private boolean isForScripts(Command command) {
        if (command.isBranch()) {
            return false;
        }
        return !command.has(Flag.NOSCRIPT) || trusted && !needsClient(command);
    }

    /** It tells its client something later, is a transaction's, or another script's. */
    private static boolean needsClient(Command command) {
        return command.has(Flag.NO_MULTI)
                || Dispatch.runsInsideMulti(command)
                || CLIENTS_OWN.contains(command.group());
    }

    /** A script may what its client may. */
    private @Nullable String denied(RunningScript script, Command command, Request request) {
        Session caller = script.caller();
        Denial denial = caller.user().denies(command, request);
        if (denial == null) {
            return null;
        }
        Users.of(server).denied(caller, command, request, denial, Denial.Context.LUA);
        return "ERR The user executing the script " + denial.inScript();
    }

    /**
     * Sets space aside for what a command may change. Before the first change of a script that runs
     * by itself it may be begun again when there is space; later the command alone is refused.
     */
    private boolean hasSpace(Command command, Request request) {
        if (!command.isWrite()) {
            return true;
        }
        long bytes = Execution.cost(command, request);
        if (command.isMeasured()) {
            bytes += execution.measured(client, command, request);
        }
        if (!wasFrozen && execution.record().isEmpty()) {
            reserve(bytes);
            return true;
        }
        long whole = execution.record().length() + transactions.bytesLeft() + bytes;
        if (extend(whole)) {
            execution.reserved();
            return true;
        }
        if (client.isMaster()) {
            throw execution.stopHalfWay(whole);
        }
        output.error(execution.noSpace(whole));
        stats.failed(command);
        return false;
    }

    /** A script of the server that we follow is not passed over: that one has to say it again. */
    private void reserve(long bytes) {
        try {
            execution.reserve(bytes);
        } catch (Refusal refusal) {
            if (client.isMaster()) {
                execution.isSaidInVain(Objects.requireNonNull(running).caller(), refusal.text());
            }
            throw refusal;
        }
    }

    /**
     * A script cannot be begun again once it has changed something, and it may change more than the
     * journal has space for ahead. So it waits where it is, a while altogether, until its segments
     * are made.
     */
    private boolean extend(long whole) {
        if (execution.extend(whole)) {
            return true;
        }
        long start = System.nanoTime();
        boolean extended = false;
        while (!extended && mayGain(whole, start) && lane.loop().pause()) {
            extended = execution.extend(whole);
        }
        waitedNanos += System.nanoTime() - start;
        return extended;
    }

    private boolean mayGain(long whole, long start) {
        return whole <= Journal.RECORD_BYTES_MAX
                && journal.state() == Journal.State.OPEN
                && waitedNanos + System.nanoTime() - start < SPACE_WAIT_NANOS_MAX;
    }
}
