package dev.millrace.kv.session;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kv.acl.Denial;
import dev.millrace.kv.acl.Users;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.eviction.Eviction;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.tracking.Tracker;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Whether a command may run now, as Redis's {@code processCommand} decides. It finds the command,
 * refuses it, queues it, has it wait, or has it executed.
 */
final class Dispatch {
    static final String OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

    private final Lane lane;
    private final Turn turn;
    private final KvServer server;
    private final Journal journal;
    private final Stats stats;
    private final Output output;
    private final Execution execution;
    private final OneSlot slots = new OneSlot();
    private @Nullable Eviction eviction;

    /** The last command that came found too much memory taken, and none that could be freed. */
    private boolean outOfMemory;

    Dispatch(Lane lane, Turn turn, Output output, Execution execution) {
        this.lane = lane;
        this.turn = turn;
        this.server = lane.server();
        this.journal = server.journal();
        this.stats = lane.stats();
        this.output = output;
        this.execution = execution;
    }

    /** False if the command has to wait: its bytes are to be given again. */
    boolean execute(Session session, Request request) {
        output.begin(session);
        boolean executed =
                (session.care() & Session.CARE_REPLIES) == 0
                        ? decide(session, request)
                        : decideQuietly(session, request);
        output.putPushes();
        return executed;
    }

    /** CLIENT REPLY OFF or SKIP: what the command answers is thrown away, pushes are not. */
    private boolean decideQuietly(Session session, Request request) {
        long before = output.length();
        boolean skip = session.replyMode() == Session.ReplyMode.SKIP;
        if (skip) {
            session.replyMode(Session.ReplyMode.SKIPPING);
        }
        turn.quiet = true;
        boolean executed = decide(session, request);
        turn.quiet = false;
        if (session.replyMode() != Session.ReplyMode.ON) {
            output.truncate(before);
        }
        if (session.replyMode() == Session.ReplyMode.SKIPPING) {
            session.replyMode(modeAfterSkip(session, executed));
        }
        return executed;
    }

    /** A command that waits is not answered when it is served, either. */
    private static Session.ReplyMode modeAfterSkip(Session session, boolean executed) {
        if (!executed) {
            return Session.ReplyMode.SKIP;
        }
        return session.parked ? Session.ReplyMode.SKIPPING : Session.ReplyMode.ON;
    }

    /**
     * Whether a command may run, as Redis's {@code processCommand} decides: it exists, its
     * arguments are as many as they should be; the rest only where something is out of the
     * ordinary.
     */
    private boolean decide(Session session, Request request) {
        Command command = server.commands().find(request.address(0), request.length(0));
        if (command == null) {
            return decideUnknown(session, request);
        }
        if (!command.subcommands().isEmpty() && request.count() > 1) {
            Command container = command;
            command = subcommand(container, request);
            if (command == null) {
                return refuse(session, null, UnknownCommand.ofContainer(container, request));
            }
        }
        if (!command.acceptsCount(request.count())) {
            return refuse(
                    session,
                    command,
                    "ERR wrong number of arguments for '" + command.fullName() + "' command");
        }
        if ((session.care() | server.care()) != 0) {
            return decideWithCare(session, command, request);
        }
        if (command.runsScripts() && lane.loop().isReading()) {
            lane.laterInTask(session);
            return false;
        }
        return execution.perform(session, command, request);
    }

    /** The command, or the subcommand, that a request names; null if there is none. */
    @Nullable Command find(Request request) {
        Command command = server.commands().find(request.address(0), request.length(0));
        if (command == null || command.subcommands().isEmpty() || request.count() == 1) {
            return command;
        }
        return subcommand(command, request);
    }

    /** See {@link #outOfMemory}; for the commands of a script. */
    boolean isOutOfMemory() {
        return outOfMemory && (server.care() & KvServer.CARE_MEMORY) != 0;
    }

    private boolean decideUnknown(Session session, Request request) {
        String name = request.length(0) > 5 ? "" : request.text(0).toLowerCase(Locale.ROOT);
        if (name.equals("post") || name.equals("host:")) {
            // A browser was made to talk to us: it gets no word out of us.
            session.closing = true;
            return true;
        }
        return refuse(session, null, UnknownCommand.named(request));
    }

    private boolean decideWithCare(Session session, Command command, Request request) {
        Transaction open = session.transaction();
        if (session.isMaster()) {
            return decideTrusted(session, command, request, open);
        }
        String refusal = refusal(session, command, request);
        Transaction executed = isExec(command) ? open : null;
        if (refusal == null && executed != null) {
            refusal = refusalOfQueued(session, executed);
        }
        if (refusal != null) {
            return refuse(session, command, refusal);
        }
        if (server.isCluster() && !isInOneSlot(session, command, request, executed)) {
            return true;
        }
        outOfMemory =
                (server.care() & KvServer.CARE_MEMORY) != 0
                        && !ignoresMemory()
                        && !eviction().makeRoom();
        if (outOfMemory && needsMemory(command, open)) {
            return refuse(session, command, OUT_OF_MEMORY);
        }
        if (isPaused(command, request, open)) {
            lane.park(session);
            return false;
        }
        if (open != null && !runsInsideMulti(command)) {
            open.add(command, request, command.mayTell(server, request));
            output.reply().queued();
            if (lane.isTooMuch(session, session.pendingBytes())) {
                output.dropUnread(session); // Redis says nothing to who sends too much, either.
            }
            return true;
        }
        if (runsScripts(command, open) && lane.loop().isReading()) {
            lane.laterInTask(session);
            return false;
        }
        return performWatched(session, command, request);
    }

    /** What the server that we follow says is not judged. */
    private boolean decideTrusted(
            Session session, Command command, Request request, @Nullable Transaction open) {
        if (open != null && !runsInsideMulti(command)) {
            open.add(command, request, command.mayTell(server, request));
            return true;
        }
        return performWatched(session, command, request);
    }

    private boolean performWatched(Session session, Command command, Request request) {
        int database = session.database();
        boolean performed = execution.perform(session, command, request);
        if (performed) {
            endCaching(session, command);
        }
        CommandTap tap = server.tap();
        if (performed && tap != null && !command.runsScripts()) {
            tap.command(session, command, request, database, execution.call().redacted());
        }
        return performed;
    }

    private static boolean runsScripts(Command command, @Nullable Transaction open) {
        return command.runsScripts() || open != null && isExec(command) && open.runsScripts();
    }

    /** CLIENT CACHING is for the next command, or for a whole transaction. */
    private static void endCaching(Session session, Command command) {
        Tracker tracker = session.tracker();
        if (tracker != null
                && tracker.isCaching()
                && session.transaction() == null
                && !command.fullName().startsWith("client|")) {
            tracker.caching(false);
        }
    }

    private boolean ignoresMemory() {
        Role role = server.role();
        return role != null && role.ignoresMaxmemory();
    }

    private static boolean needsMemory(Command command, @Nullable Transaction open) {
        if (open != null && isExec(command)) {
            return open.needsMemory();
        }
        return command.has(Flag.DENYOOM) || open != null && !runsInsideMulti(command);
    }

    /** Evicts until there is room, or for a while. */
    void makeRoom() {
        eviction().makeRoom();
    }

    private Eviction eviction() {
        Eviction made = eviction;
        if (made == null) {
            made = new Eviction(lane);
            eviction = made;
        }
        return made;
    }

    /** Why a command may not run now, or be queued; null if it may. */
    @Nullable String refusal(Session session, Command command, Request request) {
        boolean needsAuth = !session.isAuthenticated() && !command.has(Flag.NO_AUTH);
        if (needsAuth && !session.user().isOpen()) {
            return "NOAUTH Authentication required.";
        }
        if (session.transaction() != null) {
            if (command.has(Flag.NO_MULTI)) {
                return "ERR Command not allowed inside a transaction";
            }
        }
        if ((session.care() & Session.CARE_USER) != 0) {
            Denial denial = session.user().denies(command, request);
            if (denial != null) {
                session.ran(command.fullName());
                Users users = Users.of(server);
                users.denied(session, command, request, denial, Users.context(session));
                return denial.refusal(command);
            }
        }
        Role role = server.role();
        String forRole = role == null ? null : role.refusal(session, command);
        if (forRole != null) {
            return forRole;
        }
        if (session.transaction() != null) {
            if (command.isWrite() && journal.state() != Journal.State.OPEN) {
                return execution.diskError();
            }
        }
        if (session.subscriptions() > 0 && session.protocol() == 2 && !isForSubscribers(command)) {
            return "ERR Can't execute '"
                    + command.fullName()
                    + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are"
                    + " allowed in this context";
        }
        RunningScript script = server.busyScript();
        if (script != null && !command.has(Flag.ALLOW_BUSY)) {
            return script.busyError();
        }
        boolean touchesKeys =
                command.isWrite() || command.has(Flag.READONLY) || command.has(Flag.MAY_REPLICATE);
        if (session.monitors() && touchesKeys) {
            return "ERR Replica can't interact with the keyspace"; // Redis takes it for one.
        }
        return null;
    }

    /**
     * What was queued is judged again by EXEC: the server may be another meanwhile. What its user
     * may do is asked of each when it runs.
     */
    private @Nullable String refusalOfQueued(Session session, Transaction open) {
        Role role = server.role();
        if (role == null) {
            return null;
        }
        @Nullable String[] forRole = {null};
        open.each(
                server.commands(),
                (queued, request) -> {
                    if (forRole[0] == null) {
                        forRole[0] = role.refusal(session, queued);
                    }
                });
        return forRole[0];
    }

    /**
     * Whether all keys are of one slot, of a command or of all that EXEC is about to run; the
     * client is told if not.
     */
    private boolean isInOneSlot(
            Session session, Command command, Request request, @Nullable Transaction executed) {
        slots.begin();
        if (executed == null) {
            slots.add(command, request);
        } else {
            executed.each(server.commands(), slots::add);
        }
        String refusal = slots.refusal();
        session.slot(slots.slot());
        if (refusal == null) {
            return true;
        }
        stats.rejected(command);
        output.error(refusal);
        Transaction open = session.transaction();
        if (executed != null) {
            lane.dropTransaction(session);
            session.unwatch();
        } else if (open != null) {
            open.spoil();
        }
        return false;
    }

    private boolean isPaused(Command command, Request request, @Nullable Transaction open) {
        Pause pause = server.pause();
        if (pause == null) {
            return false;
        }
        return switch (pause.scope()) {
            case ALL -> true;
            case WRITE ->
                    command.mayTell(server, request)
                            || isExec(command) && open != null && open.tells();
        };
    }

    static boolean isExec(Command command) {
        return command.name().equals("exec");
    }

    static @Nullable Command subcommand(Command container, Request request) {
        if (request.length(1) > CommandTable.NAME_BYTES_MAX) {
            return null;
        }
        String name = request.text(1).toLowerCase(Locale.ROOT);
        for (Command candidate : container.subcommands()) {
            if (candidate.name().equals(name)) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean isForSubscribers(Command command) {
        return switch (command.name()) {
            case "subscribe",
                    "unsubscribe",
                    "psubscribe",
                    "punsubscribe",
                    "ssubscribe",
                    "sunsubscribe",
                    "ping",
                    "quit",
                    "reset" ->
                    true;
            default -> false;
        };
    }

    static boolean runsInsideMulti(Command command) {
        return switch (command.name()) {
            case "exec", "discard", "multi", "watch", "quit", "reset" -> true;
            default -> false;
        };
    }

    boolean refuse(Session session, @Nullable Command command, String error) {
        Transaction open = session.transaction();
        if (open != null) {
            open.spoil();
        }
        if (command == null) {
            stats.error(error);
            // It repeats what was sent, byte for byte, whatever that was.
            output.reply().errorBytes(error.getBytes(StandardCharsets.ISO_8859_1));
            return true;
        }
        stats.rejected(command);
        if (isExec(command)) {
            lane.dropTransaction(session);
            session.unwatch();
            output.error(aborted(error));
        } else {
            output.error(error);
        }
        return true;
    }

    static String aborted(String error) {
        String reason = error.startsWith("ERR ") ? error.substring(4) : error;
        return "EXECABORT Transaction discarded because of: " + reason;
    }
}
