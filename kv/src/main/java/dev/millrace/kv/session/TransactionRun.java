package dev.millrace.kv.session;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.acl.Denial;
import dev.millrace.kv.acl.Users;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import org.jspecify.annotations.Nullable;

/**
 * EXEC, and a lone change in another room: what was queued runs as one record, under the locks of
 * all its keys and all watched ones, and of the rooms in which something is to be done.
 */
final class TransactionRun {
    /** Another room that cannot take a change now is asked again after so long. */
    private static final long ASK_AGAIN_MILLIS = 5;

    private final Lane lane;
    private final Turn turn;
    private final KvServer server;
    private final LaneLoop loop;
    private final Journal journal;
    private final Stripes stripes;
    private final Slabs slabs;
    private final Stats stats;
    private final Output output;
    private final Execution execution;
    private final Call call;
    private final RecordWriter record;
    private final StripeLocks locks;
    private final Branches branches;

    /** What those commands of a transaction cost that have not run, before they are measured. */
    private long costLeft;

    /** What waits for another room is about to be tried again. */
    private boolean asksAgain;

    TransactionRun(Lane lane, Turn turn, Output output, Execution execution) {
        this.lane = lane;
        this.turn = turn;
        this.server = lane.server();
        this.loop = lane.loop();
        this.journal = server.journal();
        this.stripes = server.stripes();
        this.slabs = lane.slabs();
        this.stats = lane.stats();
        this.output = output;
        this.execution = execution;
        this.call = execution.call();
        this.record = execution.record();
        this.locks = execution.locks();
        this.branches = new Branches(server, record);
    }

    /**
     * EXEC: runs what was queued as one record, under the locks of all its keys and all watched
     * ones.
     */
    void run(Session session) {
        Transaction open = session.transaction();
        if (open == null) {
            throw new Refusal("ERR EXEC without MULTI");
        }
        session.transaction(null);
        boolean waits = false;
        try {
            if (open.isBroken()) {
                throw new Refusal("EXECABORT Transaction discarded because of previous errors.");
            }
            if (open.branches()) {
                runWithRooms(session, open);
            } else {
                runQueued(session, open);
            }
        } catch (NoSpaceYet notYet) {
            waits = true;
            session.transaction(open);
            throw notYet;
        } finally {
            if (!waits) {
                open.free();
                session.unwatch();
            }
        }
    }

    /**
     * Sets space aside for what the queued commands would cause that is known only now, were each
     * the first. So it is nearly always enough; where what one finds is what those before it have
     * put there, {@link #hasSpace} sees to the rest.
     */
    private void admitMeasured(Session session, Transaction open) {
        long[] whole = {open.cost() + branches.bytesLeft() + session.additionBytes()};
        open.each(
                server.commands(),
                (command, request) -> whole[0] += measuredIfAny(session, command, request));
        if (whole[0] > open.cost() + session.additionBytes()) {
            execution.logExpired(session);
            execution.reserve(whole[0]);
        }
    }

    /** What is set aside for those of a transaction that have not run; 0 outside. */
    long bytesLeft() {
        return costLeft + branches.bytesLeft();
    }

    private long measuredIfAny(Session session, Command command, Request request) {
        return command.isMeasured() ? execution.measured(session, command, request) : 0;
    }

    /**
     * Sets space aside for all that a queued command may cause and those after it cost, before its
     * first effect. If there is not enough, it alone is refused: what those before it have changed
     * is changed, and nobody may wait while it is locked and not logged.
     */
    private boolean hasSpace(Session session, Command command, Request request) {
        if (!command.isMeasured()) {
            return true;
        }
        long whole =
                record.length()
                        + costLeft
                        + branches.bytesLeft()
                        + execution.measured(session, command, request);
        if (execution.extend(whole)) {
            return true;
        }
        if (session.isMaster()) {
            throw execution.stopHalfWay(whole);
        }
        output.error(execution.noSpace(whole));
        stats.failed(command);
        return false;
    }

    private void runQueued(Session session, Transaction open) {
        long locked =
                locks.lock(
                        watchedMask(session) | queuedMask(open) | session.additionStripes(),
                        open.tells());
        try {
            if (session.isTouched() || watchedHasExpired(session) || Execution.isOver(session)) {
                output.reply().nullArray();
            } else {
                if (open.branches()) {
                    joinRooms();
                }
                admitMeasured(session, open);
                turn.frozen = true;
                costLeft = open.cost();
                output.reply().array(open.size());
                open.each(
                        server.commands(), (command, request) -> runOne(session, command, request));
            }
            commitQueued(session, open);
            turn.frozen = false;
            execution.serveReady();
        } catch (NoSpaceYet | Refusal notNow) {
            // Nothing has run; but that a key was found to have expired may be in the record.
            execution.commit(session);
            execution.serveReady();
            leaveUnchanged(session);
            locks.unlock(locked);
            throw notNow;
        } catch (ScriptGivenUp over) {
            if (open.branches()) {
                throw execution.failStop("a transaction in other rooms, too, was given up", over);
            }
            execution.giveUp();
            locks.unlock(locked);
            throw over;
        } catch (Throwable fault) {
            execution.stopIfChanged(fault);
            branches.leave(0);
            locks.unlock(locked);
            throw fault;
        } finally {
            turn.frozen = false;
        }
        locks.unlock(locked);
    }

    private void commitQueued(Session session, Transaction open) {
        if (open.branches()) {
            commitWithRooms(session);
        } else {
            execution.commit(session);
        }
    }

    /**
     * Makes the change in another room that the running command is declared to make: as a part of
     * the transaction that runs, whose EXEC has checked it, or as a record of its own.
     *
     * @return what the change answers
     */
    long changeElsewhere(Call running) {
        return turn.frozen ? branches.next() : changeAlone(running);
    }

    private long changeAlone(Call running) {
        Session session = running.session();
        branches.add(running.command().branch(running));
        try {
            joinRooms();
            execution.reserve(branches.bytesLeft());
            long answer = branches.next();
            commitWithRooms(session);
            return answer;
        } catch (NoSpaceYet | Refusal notNow) {
            execution.commit(session);
            leaveUnchanged(session);
            throw notNow;
        } catch (Throwable fault) {
            execution.stopIfChanged(fault);
            branches.leave(0);
            throw fault;
        }
    }

    /** EXEC, where some of what was queued is to be done in other rooms. */
    private void runWithRooms(Session session, Transaction open) {
        try {
            open.each(
                    server.commands(),
                    (command, request) -> {
                        if (command.isBranch()) {
                            requireAllowed(session, command, request);
                            call.begin(session, command, request);
                            branches.add(command.branch(call));
                        }
                    });
            runQueued(session, open);
        } catch (Refusal refusal) {
            throw new Refusal(Dispatch.aborted(refusal.text()));
        } finally {
            branches.clear();
        }
    }

    /** What is to be done in another room is done with all else or not at all. */
    private void requireAllowed(Session session, Command command, Request request) {
        Denial denial = denial(session, command, request);
        if (denial != null) {
            throw new Refusal(denial.refusalAtExec());
        }
    }

    /** Takes the rooms' locks, after the stripes', and checks all that is to be done there. */
    private void joinRooms() {
        branches.join();
        if (!branches.check()) {
            askAgainSoon();
            throw new NoSpaceYet();
        }
    }

    private void askAgainSoon() {
        if (!asksAgain) {
            asksAgain = true;
            loop.schedule(
                    () -> {
                        asksAgain = false;
                        lane.unpark();
                    },
                    ASK_AGAIN_MILLIS);
        }
    }

    /**
     * As {@link Execution#commit}; the rooms are left, and the strictest of them says what waits.
     */
    private void commitWithRooms(Session session) {
        try {
            execution.addTo(session);
            boolean changed = !record.isEmpty();
            long position = execution.appendRecord();
            if (server.isStrict() || branches.waitForDisk()) {
                session.dependsOn = Math.max(session.dependsOn, position);
            }
            branches.leave(changed ? position : 0);
            call.committed(session.dependsOn);
        } catch (Throwable lost) {
            throw execution.failStop("the record of a change was not appended", lost);
        }
    }

    /** Nothing was done in other rooms. What was found there may not be on the disk yet. */
    private void leaveUnchanged(Session session) {
        if (branches.waitForDisk()) {
            session.dependsOn = Math.max(session.dependsOn, journal.end());
        }
        branches.leave(0);
    }

    private long queuedMask(Transaction open) {
        long[] found = {0};
        open.each(server.commands(), (command, request) -> found[0] |= locks.of(command, request));
        return found[0];
    }

    private void runOne(Session session, Command command, Request request) {
        output.begin(session);
        int database = session.database();
        long before = output.length();
        if (isAllowed(session, command, request) && hasSpace(session, command, request)) {
            execution.run(session, command, request);
        }
        costLeft -= Execution.cost(command, request);
        if (session.replyMode() == Session.ReplyMode.OFF) {
            output.truncate(before);
        }
        CommandTap tap = server.tap();
        if (tap != null && !command.runsScripts()) {
            tap.command(session, command, request, database, call.redacted());
        }
    }

    /**
     * What was allowed when it was queued need not be now. What is to be done in another room was
     * asked for before the first command ran, and is done with all else: also if one of these has
     * changed who the client is, or what it may.
     */
    private boolean isAllowed(Session session, Command command, Request request) {
        Denial denial = command.isBranch() ? null : denial(session, command, request);
        if (denial != null) {
            output.error(denial.refusalAtExec());
        }
        return denial == null;
    }

    private @Nullable Denial denial(Session session, Command command, Request request) {
        Denial denial = session.isMaster() ? null : session.user().denies(command, request);
        if (denial != null) {
            Users.of(server).denied(session, command, request, denial, Denial.Context.MULTI);
        }
        return denial;
    }

    private long watchedMask(Session session) {
        long[] found = {0};
        session.eachWatched(
                (database, key, expired) -> found[0] |= 1L << withCopy(key, stripes::indexOf));
        return found[0];
    }

    private boolean watchedHasExpired(Session session) {
        boolean[] found = {false};
        session.eachWatched(
                (database, key, expired) ->
                        found[0] |=
                                !expired
                                        && withCopy(
                                                        key,
                                                        (at, length) ->
                                                                isExpired(database, at, length))
                                                == 1);
        return found[0];
    }

    private int isExpired(int database, long key, int length) {
        Stripe stripe = stripes.of(key, length);
        return Expired.isExpired(stripe.database(database), key, length, turn.nowMillis) ? 1 : 0;
    }

    private interface WithKey {
        int apply(long address, int length);
    }

    private int withCopy(byte[] key, WithKey action) {
        NativeBuffer copy = new NativeBuffer(slabs, Math.max(key.length, 1));
        try {
            copy.put(key);
            return action.apply(copy.address(), key.length);
        } finally {
            copy.free();
        }
    }
}
