package dev.millrace.kv.session;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kv.acl.Denial;
import dev.millrace.kv.acl.Users;
import dev.millrace.kv.blocking.Serving;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.eviction.Eviction;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;
import dev.millrace.kv.tracking.Tracking;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * How a command runs: space is set aside for what it may change, the stripes of its keys are
 * locked, it runs, the record of its effects is appended, who waited for its keys is served, and
 * the stripes are unlocked.
 */
final class Execution {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private static final String GIVEN_UP =
            "ERR the server ends, and nothing of what the script has changed is kept";

    /** Effects of lazy expiry, beyond the key itself. */
    private static final int EXPIRY_BYTES = 64;

    private final Lane lane;
    private final Turn turn;
    private final KvServer server;
    private final LaneLoop loop;
    private final Journal journal;
    private final Stripes stripes;
    private final Stats stats;
    private final Output output;
    private final RecordWriter record = new RecordWriter();
    private final Journal.Grant grant = new Journal.Grant();
    private final Effects effects;
    private final Call call;
    private final Serving serving;
    private final StripeLocks locks;
    private final Key expiredKey;
    private final NativeBuffer keyCopy = new NativeBuffer(256);

    /** Changes that clients have made here; written before the reply that tells of them is out. */
    private final AtomicLong changes = new AtomicLong();

    /** Of {@link Effects#changes}, those that nobody asked for: expired keys. */
    private long unasked;

    /** How far those who follow us are when they have the last record. */
    private long followedOffset;

    /** Space is set aside for the command that runs, and all its effects fit in. */
    private boolean reserved;

    Execution(Lane lane, Turn turn, Output output) {
        this.lane = lane;
        this.turn = turn;
        this.server = lane.server();
        this.loop = lane.loop();
        this.journal = server.journal();
        this.stripes = server.stripes();
        this.stats = lane.stats();
        this.output = output;
        this.effects = new Effects(record, stripes);
        this.serving = new Serving(lane, effects);
        this.locks = new StripeLocks(stripes, server::isBusy);
        this.expiredKey = new Key(stripes.stripe(0));
        Command any = server.commands().all().iterator().next();
        this.call = new Call(lane, effects, output.reply(), any, lane.nobody());
    }

    Effects effects() {
        return effects;
    }

    Call call() {
        return call;
    }

    StripeLocks locks() {
        return locks;
    }

    /** What the running command has changed so far. */
    RecordWriter record() {
        return record;
    }

    /** Changes that clients have made here since the start; from any thread. */
    long changes() {
        return changes.get();
    }

    /** A key is deleted because its time has come, which is no client's change. */
    void expired() {
        stats.expired();
        unasked++;
    }

    /** Tries again for those whom it could not serve. */
    void retry() {
        serving.retry();
    }

    /** Runs a command now; false if it has to wait for space. */
    boolean perform(Session session, Command command, Request request) {
        long cost = cost(session, command, request);
        if (cost > 0) {
            switch (admit(cost)) {
                case ADMITTED -> reserved = true;
                case WAIT -> {
                    lane.park(session);
                    return false;
                }
                case REFUSED -> {
                    return refuse(session, command, cost);
                }
            }
        }
        long before = output.length();
        Journal.Admission admission = Journal.Admission.ADMITTED;
        long locked;
        try {
            locked =
                    locks.lock(
                            locks.of(command, request) | session.additionStripes(),
                            command.isWrite());
        } catch (StoreBusy busy) {
            reserved = false;
            if (command.has(Flag.ALLOW_BUSY)) {
                return askScript(session, command, request);
            }
            return lane.refuse(session, command, server.busyError());
        }
        try {
            if (command.isMeasured()) {
                cost += measured(session, command, request);
                logExpired(session);
                admission = admit(cost);
            }
            if (admission == Journal.Admission.ADMITTED && !isOver(session)) {
                run(session, command, request);
            }
            commit(session);
            serveReady();
        } catch (NoSpaceYet notYet) {
            admission = Journal.Admission.WAIT;
        } catch (StoreBusy busy) {
            output.error(server.busyError()); // EXEC has locked more than it was told of.
        } catch (ScriptGivenUp over) {
            giveUp();
            output.truncate(before);
            output.begin(session);
            output.error(GIVEN_UP);
        } catch (Throwable fault) {
            stopIfChanged(fault);
            failed(session, command, before, fault);
        }
        locks.unlock(locked);
        reserved = false;
        return switch (admission) {
            case ADMITTED -> true;
            case WAIT -> {
                lane.park(session);
                yield false;
            }
            case REFUSED -> refuse(session, command, cost);
        };
    }

    /** What the server that we follow has said is not passed over: it has to say it again. */
    private boolean refuse(Session session, Command command, long bytes) {
        String reason = noSpace(bytes);
        if (session.isMaster()) {
            isSaidInVain(session, reason);
        }
        return lane.refuse(session, command, reason);
    }

    void isSaidInVain(Session master, String reason) {
        master.closing = true;
        loop.warn("what the master says is not executed", reason);
    }

    /**
     * There is no space for the rest of what the server that we follow has said at once. To go on
     * would lose it, and to begin again would do the first half twice.
     */
    FailStop.Stopped stopHalfWay(long bytes) {
        String reason = noSpace(bytes);
        return failStop("what the master says is half executed", new IOException(reason));
    }

    /** The server that we followed has nothing to say any more; the stripes are locked. */
    static boolean isOver(Session session) {
        return session.additionStripes() != 0 && session.isKilled();
    }

    /**
     * A command that is for busy times, and needs a stripe (WATCH), is run on the lane of the
     * script that has it. False if that has just ended: the command is tried again.
     */
    private boolean askScript(Session session, Command command, Request request) {
        RunningScript script = server.script();
        if (script == null || !asks(script, session, command, request)) {
            lane.laterInTask(session);
            return false;
        }
        lane.suspend(session);
        return true;
    }

    private static boolean asks(
            RunningScript script, Session session, Command command, Request request) {
        NativeBuffer copy = new NativeBuffer(Math.max(request.bytes(), 1));
        request.copyTo(copy);
        Request copied = Request.view();
        copied.show(copy.address(), request.count());
        boolean asked =
                script.asks(
                        () -> {
                            script.caller().lane().runForAnother(session, command, copied);
                            copy.free();
                        });
        if (!asked) {
            copy.free();
        }
        return asked;
    }

    Journal.Admission admit(long bytes) {
        return bytes > Journal.RECORD_BYTES_MAX
                ? Journal.Admission.REFUSED
                : journal.admit(grant, bytes);
    }

    /** Sets space aside, before anything is changed that takes it. */
    void reserve(long bytes) {
        switch (admit(bytes)) {
            case ADMITTED -> {}
            case WAIT -> throw new NoSpaceYet();
            case REFUSED -> throw new Refusal(noSpace(bytes));
        }
        reserved = true;
    }

    /** What the command that runs may change has its space. */
    void reserved() {
        reserved = true;
    }

    /** Sets more space aside, so that the record may have so many bytes; false if there is none. */
    boolean extend(long bytes) {
        return bytes <= Journal.RECORD_BYTES_MAX && journal.extend(grant, bytes);
    }

    /** Why so many bytes of effects are not taken. */
    String noSpace(long bytes) {
        if (bytes > Journal.RECORD_BYTES_MAX) {
            return tooLarge(bytes);
        }
        return journal.state() == Journal.State.OPEN
                ? "ERR what this changes may take "
                        + bytes
                        + " bytes of the journal, which has no space for them yet"
                : diskError();
    }

    /** What a command may cause beyond its cost, now that its keys are locked. */
    long measured(Session session, Command command, Request request) {
        call.begin(session, command, request);
        try {
            return command.measure(call);
        } catch (Refusal again) {
            return 0; // The command will be refused in the same words when it runs.
        }
    }

    /**
     * Logs that keys have expired which {@link #measured} has met. To be called before more space
     * is asked for: were there none, theirs would be given back.
     */
    void logExpired(Session session) {
        if (!record.isEmpty()) {
            commit(session);
        }
    }

    /** Some effects are applied and their record will never be whole: nothing may be shown. */
    void stopIfChanged(Throwable fault) {
        if (fault instanceof FailStop.Stopped already) {
            throw already;
        }
        if (!record.isEmpty()) {
            throw failStop("a command failed after it had changed something", fault);
        }
    }

    FailStop.Stopped failStop(String what, Throwable cause) {
        turn.stopped = true;
        output.clear();
        output.clearPushes();
        return loop.failStop(what, cause);
    }

    /**
     * What the running command has changed will be in no log: nobody sees it any more, neither a
     * client nor a checkpoint. The stripes are locked, and other lanes have stopped.
     */
    void giveUp() {
        turn.stopped = true;
        server.lose();
        record.clear();
        call.abandon();
        output.clearPushes();
    }

    /** A command failed that has changed nothing. */
    private void failed(Session session, Command command, long before, Throwable fault) {
        call.abandon();
        output.truncate(before);
        output.clearPushes();
        output.begin(session);
        output.error("ERR internal error");
        stats.failed(command);
        session.closing = true;
        loop.fault(fault);
    }

    /** The most bytes of effects this may cause: EXEC's are those of what was queued. */
    private static long cost(Session session, Command command, Request request) {
        Transaction open = session.transaction();
        long own = open != null && Dispatch.isExec(command) ? open.cost() : cost(command, request);
        return own == 0 ? 0 : own + session.additionBytes();
    }

    static long cost(Command command, Request request) {
        return command.isWrite() ? command.cost(request) : 0;
    }

    private static String tooLarge(long cost) {
        return "ERR what this changes may take "
                + cost
                + " bytes of one record (expected: <= "
                + Journal.RECORD_BYTES_MAX
                + ")";
    }

    /** MISCONF, as Redis answers when it cannot persist. */
    String diskError() {
        return "MISCONF Errors writing to the journal: " + journal.trouble();
    }

    void run(Session session, Command command, Request request) {
        long start = turn.nowNanos;
        NativeBuffer out = output.reply().out();
        long before = out.length();
        call.begin(session, command, request);
        session.ran(command.fullName());
        try {
            command.run(call);
        } catch (Refusal e) {
            out.truncate(before);
            output.error(e.text());
            stats.failed(command);
        }
        if ((session.care() & Session.CARE_TRACKING) != 0
                && command.has(Flag.READONLY)
                && !command.runsScripts()) {
            Tracking.of(server).read(session, command, request);
        }
        turn.nowNanos = System.nanoTime();
        long took = turn.nowNanos - start + call.waitNanos();
        if (session.blocking() != null) {
            session.ranNanos = took; // It has run when it has waited.
        } else {
            ran(session, command, request, call.redacted(), took);
        }
        if (!turn.frozen && turn.nowNanos - turn.clockNanos > NANOS_PER_MILLI) {
            lane.readClock();
        }
    }

    /** Counts a command that has run. */
    private void ran(Session session, Command command, Request request, long redacted, long took) {
        stats.ran(command, took);
        if (took >= server.spikeNanos()) {
            boolean fast = command.has(Flag.FAST);
            server.took(fast ? LatencySpikes.FAST_COMMAND : LatencySpikes.COMMAND, took);
        }
        if (took >= server.slowNanos()) {
            server.slow(session, command, request, redacted, took);
        }
    }

    /** Counts a command that has waited and is about to be answered; on its client's lane. */
    void hasWaited(Session session, Command command, Request request, boolean refused) {
        ran(session, command, request, 0, session.ranNanos);
        if (refused) {
            stats.failed(command);
        }
    }

    void commit(Session session) {
        try {
            addTo(session);
            long position = appendRecord();
            session.followedOffset(followedOffset);
            if (server.isStrict()) {
                session.dependsOn = Math.max(session.dependsOn, position);
            }
            call.committed(session.dependsOn);
        } catch (Throwable lost) {
            throw failStop("the record of a change was not appended", lost);
        }
    }

    /**
     * Appends what a session adds to its records, with no command; false if the journal has no
     * space now, or a script has the store for long.
     */
    boolean note(Session session) {
        Consumer<Effects> addition = session.addition();
        if (addition == null || admit(session.additionBytes()) != Journal.Admission.ADMITTED) {
            return addition == null;
        }
        long locked;
        try {
            locked = locks.lock(session.additionStripes(), false);
        } catch (StoreBusy busy) {
            return false;
        }
        try {
            addition.accept(effects);
            appendRecord();
        } catch (Throwable fault) {
            stopIfChanged(fault);
            locks.unlock(locked);
            throw fault;
        }
        locks.unlock(locked);
        return true;
    }

    /**
     * Changes something for a client whose command has ended its run but not its client's wait, as
     * a record of its own; false if the journal has no space now, or a script has the store for
     * long.
     *
     * @param wanted the stripes to lock
     * @param bytes what it takes of the journal at most
     */
    boolean change(Session session, long wanted, long bytes, Consumer<Call> action) {
        if (admit(bytes + session.additionBytes()) != Journal.Admission.ADMITTED) {
            return false;
        }
        long locked;
        try {
            locked = locks.lock(wanted | session.additionStripes(), true);
        } catch (StoreBusy busy) {
            return false;
        }
        try {
            call.begin(session, call.command(), call.request());
            action.accept(call);
            commit(session);
            serveReady();
        } catch (Throwable fault) {
            stopIfChanged(fault);
            locks.unlock(locked);
            throw fault;
        }
        locks.unlock(locked);
        return true;
    }

    /** Lets a session add to a record of its own that is about to be appended. */
    void addTo(Session session) {
        Consumer<Effects> addition = session.addition();
        if (addition != null && !record.isEmpty()) {
            addition.accept(effects);
        }
    }

    /** Appends what was changed, if anything; returns the position that the reply depends on. */
    long appendRecord() {
        long position = call.takeDependency();
        if (!record.isEmpty()) {
            position = journal.append(record, grant, turn.nowMillis);
            RecordTap tap = server.recordTap();
            if (tap != null) {
                followedOffset = tap.appended(record, position);
            }
            record.clear();
            changes.lazySet(effects.changes() - unasked);
            if (server.isStrict()) {
                effects.appended(position);
            } else {
                effects.appended(0);
            }
        }
        return position;
    }

    void serveReady() {
        if (effects.hasReady()) {
            serving.serve();
        }
    }

    /** Sets space aside for what serving a client may change; its stripes are locked. */
    boolean admitServing(long bytes) {
        return journal.admit(grant, bytes) == Journal.Admission.ADMITTED;
    }

    /**
     * Does something for a client of any lane that has waited for it, as if its command ran now,
     * and appends the record. The stripes are locked, and the space is set aside.
     *
     * @param answer where its reply is put
     * @return the position that the reply depends on
     */
    long serve(
            Session waiting,
            Command command,
            Request request,
            NativeBuffer answer,
            Command.Handler handler) {
        boolean reservedBefore = reserved;
        reserved = true;
        long start = System.nanoTime();
        output.reply().to(answer, waiting.protocol());
        call.begin(waiting, command, request);
        try {
            requireStillAllowed(waiting, command, request);
            handler.run(call);
        } catch (Refusal e) {
            answer.clear();
            output.error(e.text());
            stats.failed(command);
        } catch (Throwable fault) {
            stopIfChanged(fault);
            call.abandon();
            answer.clear();
            output.error("ERR internal error");
            stats.failed(command);
            loop.fault(fault);
        }
        reserved = reservedBefore;
        server.took(LatencySpikes.UNBLOCKING, System.nanoTime() - start);
        try {
            long position = appendRecord();
            call.committed(position);
            return server.isStrict() ? position : 0;
        } catch (Throwable lost) {
            throw failStop("the record of a change was not appended", lost);
        }
    }

    /** What a client was allowed when it began to wait need not be now. */
    private void requireStillAllowed(Session waiting, Command command, Request request) {
        Denial denial = waiting.user().denies(command, request);
        if (denial != null) {
            Users.of(server).denied(waiting, command, request, denial, Denial.Context.TOPLEVEL);
            throw new Refusal(denial.refusal(command));
        }
    }

    /**
     * Does something with stripes locked, and what serving those who wait there reaches; false if a
     * script has the store for long.
     */
    boolean withStripes(long wanted, Runnable action) {
        long locked;
        try {
            locked = locks.lock(wanted, true);
        } catch (StoreBusy busy) {
            return false;
        }
        try {
            action.run();
        } finally {
            locks.unlock(locked);
        }
        return true;
    }

    /**
     * Space for an effect of a command that is not a write: the deletion of an expired key. A read
     * within a transaction that writes gets none: what is set aside there is for the writes.
     */
    boolean admit(int keyLength) {
        // While writes are paused nothing is logged, not even that a key has expired; and of a
        // replica's keys it is the master who says so.
        if (reserved || server.pause() != null || server.isReplica()) {
            return false;
        }
        long whole = record.length() + keyLength + EXPIRY_BYTES;
        return record.isEmpty()
                ? journal.admit(grant, whole) == Journal.Admission.ADMITTED
                : journal.extend(grant, whole);
    }

    /**
     * Deletes an expired item on the room's own account; its stripe is locked. False if there is no
     * space in the journal.
     */
    boolean expire(Stripe stripe, int database, long item) {
        if (server.spikeNanos() == Long.MAX_VALUE) { // Nobody asks how long it takes.
            return deleteFor(Notification.EXPIRED, stripe, database, item);
        }
        long start = System.nanoTime();
        boolean deleted = deleteFor(Notification.EXPIRED, stripe, database, item);
        server.took(LatencySpikes.EXPIRE_DEL, System.nanoTime() - start);
        return deleted;
    }

    /** The same for an item that goes because there is too much: see {@link Eviction}. */
    boolean evict(Stripe stripe, int database, long item) {
        return deleteFor(Notification.EVICTED, stripe, database, item);
    }

    private boolean deleteFor(Notification reason, Stripe stripe, int database, long item) {
        Key key = expiredKey;
        key.of(stripe, stripe.database(database), item, keyCopy);
        if (!admit(key.length())) {
            return false;
        }
        try {
            effects.delete(key);
            if (reason == Notification.EXPIRED) {
                expired();
                call.notify(reason, "expired", key);
            } else {
                stats.evicted();
                call.notify(reason, "evicted", key);
            }
        } catch (Throwable fault) {
            stopIfChanged(fault);
            throw fault;
        }
        commit(lane.nobody());
        serveReady();
        return true;
    }
}
