package dev.millrace.kv.session;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.acl.User;
import dev.millrace.kv.acl.Users;
import dev.millrace.kv.blocking.Deadlines;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.eviction.Frequency;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * What one event loop needs to serve its clients: it parses, executes and answers on the thread
 * that received the bytes.
 *
 * <p><b>The way of a command.</b> {@link Receiving} parses a request out of received bytes; {@link
 * Dispatch} finds its command and decides whether it may run now; {@link Execution} reserves space
 * in the journal, locks the stripes of its keys, runs it, appends the record of its effects and
 * unlocks. The reply stands in {@link Output} and goes to the client's {@link Outlet} at the end of
 * the batch, with the position it depends on. EXEC is a {@link TransactionRun}. What all of them
 * need to know of the moment is the {@link Turn}.
 *
 * <p><b>A fault of ours,</b> anything thrown that is no {@link Refusal}. If the command had changed
 * nothing, its client is told that it failed and is closed, and all goes on. If it had, or if its
 * record could not be appended, the store has what the log never will: the process ends, its
 * stripes locked (docs/decisions/fail-stop.md).
 *
 * <p>Nothing is allocated on this way for a plain command. Everything here belongs to the loop's
 * thread, but for {@link #post} and the counters.
 */
public final class Lane {
    private static final long MILLIS_PER_SECOND = 1000;

    /** A stripe that is taken is tried again after so long. */
    private static final long LEAVE_AGAIN_MILLIS = 1;

    private final KvServer server;
    private final LaneLoop loop;
    private final Stripes stripes;
    private final Slabs slabs = new Slabs();
    private final int index;
    private final Stats stats = new Stats();
    private final List<Session> parked = new ArrayList<>();
    private final List<Runnable> beforeAnswers = new ArrayList<>();
    private final Session nobody;
    private final SplittableRandom random;
    private final Deadlines deadlines = new Deadlines(this);
    private final Turn turn = new Turn();
    private final Output output;
    private final Execution execution;
    private final TransactionRun transactions;
    private final Dispatch dispatch;
    private final Receiving receiving;
    private final ScriptCalls scripts;
    private final BusyClients busy;

    /**
     * What other lanes tell clients of this one. It is taken before anything that is received, and
     * not only when its task's turn comes: who was answered that a message is published may expect
     * that a subscriber has it before the answer to whatever is asked next.
     */
    private final Queue<Runnable> mail = new ConcurrentLinkedQueue<>();

    private long idleCheckMillis;

    public Lane(KvServer server, LaneLoop loop) {
        this.server = server;
        this.loop = loop;
        this.stripes = server.stripes();
        this.nobody =
                new Session(0, this, NoOutlet.INSTANCE, Users.of(server).superuser(), true, 0);
        this.random = new SplittableRandom(server.startedMillis() + server.lanes().size());
        this.output = new Output(this, turn);
        this.execution = new Execution(this, turn, output);
        this.transactions = new TransactionRun(this, turn, output, execution);
        this.dispatch = new Dispatch(this, turn, output, execution);
        this.receiving = new Receiving(this, turn, output, dispatch);
        this.scripts = new ScriptCalls(this, turn, output, execution, transactions, dispatch);
        this.busy = new BusyClients(this, turn, execution, dispatch, receiving);
        readClock();
        this.index = server.add(this);
    }

    /** Its place among the server's lanes. */
    public int index() {
        return index;
    }

    public KvServer server() {
        return server;
    }

    public LaneLoop loop() {
        return loop;
    }

    public Stats stats() {
        return stats;
    }

    public Effects effects() {
        return execution.effects();
    }

    /** Memory of this lane's own; on the loop. */
    public Slabs slabs() {
        return slabs;
    }

    /** Until when its clients wait; on the loop. */
    public Deadlines deadlines() {
        return deadlines;
    }

    /** Changes that clients have made here since the start; from any thread. */
    long changes() {
        return execution.changes();
    }

    /** A key is deleted because its time has come, which is no client's change. */
    public void expired() {
        execution.expired();
    }

    /**
     * For RANDOMKEY and its kin: chance, but no secrets, and the same in each run of a simulation.
     */
    public SplittableRandom random() {
        return random;
    }

    public boolean isStrict() {
        return server.isStrict();
    }

    /** Who nothing is answered: for what the room does on its own account. */
    Session nobody() {
        return nobody;
    }

    // ---- Clients

    /** Takes a new client in; on the loop. */
    public Session open(Outlet outlet) {
        readClock();
        User user = Users.of(server).standard();
        long id = server.nextSessionId();
        Session session = new Session(id, this, outlet, user, user.isOpen(), turn.nowMillis);
        server.add(session, id);
        return session;
    }

    /** The client is gone; on the loop. */
    public void closed(Session session) {
        session.unwatch();
        session.stopBlocking();
        session.closed();
        dropTransaction(session);
        receiving.drop(session);
        session.closing = true;
        session.gone = true;
        parked.remove(session);
        output.closed(session);
        server.clientMemory().closed(session);
        server.remove(session);
    }

    /** Closes without ado; from any thread. */
    void drop(Session session) {
        tell(
                () -> {
                    session.closing = true;
                    session.outlet().close();
                });
    }

    /** Runs on the loop in so many ms; from any thread. */
    public void later(long delayMillis, Runnable task) {
        loop.schedule(task, Math.max(delayMillis, 0));
    }

    // ---- Time

    /** Ms since 1970. */
    public long nowMillis() {
        return turn.nowMillis;
    }

    /** As {@link System#nanoTime}, after the last command; on the loop. */
    public long nowNanos() {
        return turn.nowNanos;
    }

    void readClock() {
        if (turn.frozen) {
            return; // A script's clients are served, and its time stands still.
        }
        turn.nowNanos = System.nanoTime();
        turn.clockNanos = turn.nowNanos;
        turn.nowMillis = server.clock().millis();
        int seconds =
                server.config().isLfu()
                        ? Frequency.initial(turn.nowMillis)
                        : (int) (turn.nowMillis / MILLIS_PER_SECOND) & 0xff_ffff;
        for (int i = 0; i < stripes.count(); i++) {
            stripes.stripe(i).accessClock(seconds);
        }
        if (turn.current == null && !mail.isEmpty()) {
            takeMail();
        }
    }

    // ---- What clients send, and are sent

    /** Executes what has come from a client; on the loop. */
    public void receive(Session session, long address, int bytes) {
        receiving.receive(session, address, bytes);
    }

    /** The same, while a script runs on this loop and has it serve its sockets. */
    public void receiveWhileBusy(Session session, byte[] bytes) {
        busy.receive(session, bytes);
    }

    /** See {@link BusyClients#runFor}. */
    void runForAnother(Session session, Command command, Request request) {
        busy.runFor(session, command, request);
    }

    /** See {@link Receiving#isTooMuch}. */
    boolean isTooMuch(Session session, long pendingBytes) {
        return receiving.isTooMuch(session, pendingBytes);
    }

    /** See {@link Session#post}. */
    void post(Session session, byte[] message, long dependsOn) {
        output.post(session, message, dependsOn);
    }

    /**
     * What the running command answers from here on is a push: it is sent to turn.quiet clients
     * too.
     */
    public void answerWithPushes(Session session) {
        output.answerWithPushes(session);
    }

    /** See {@link Output#answerBytesMax}. */
    public long answerBytesMax(Session session) {
        return output.answerBytesMax(session);
    }

    /** See {@link Output#dropsForAnswer}. */
    public boolean dropsForAnswer(Session session) {
        return output.dropsForAnswer(session);
    }

    /** Runs on the loop, before anything that it receives from here on; from any thread. */
    public void tell(Runnable letter) {
        mail.add(letter);
        loop.execute(this::takeMail);
    }

    /** The same, behind what this lane was told before, and behind what that makes it be told. */
    public void tellLast(Runnable letter) {
        tell(() -> tell(letter));
    }

    /**
     * Runs once before the replies of the batch that is executed go out; at the end of the turn if
     * there is none. On the loop.
     */
    public void beforeAnswers(Runnable action) {
        if (turn.current == null) {
            loop.afterTurn(action);
        } else {
            beforeAnswers.add(action);
        }
    }

    void answersGoOut() {
        if (!beforeAnswers.isEmpty()) {
            List<Runnable> actions = List.copyOf(beforeAnswers);
            beforeAnswers.clear();
            actions.forEach(Runnable::run);
        }
    }

    private void takeMail() {
        for (Runnable letter = mail.poll(); letter != null; letter = mail.poll()) {
            letter.run();
        }
    }

    // ---- Commands

    /** Answers a command with an error that it was refused with; true: it is done with. */
    boolean refuse(Session session, Command command, String error) {
        return dispatch.refuse(session, command, error);
    }

    /** See {@link Execution#diskError}. */
    public String diskError() {
        return execution.diskError();
    }

    /**
     * Sets space aside for what the running command changes though it is no write; it has its
     * stripes locked.
     */
    public void reserve(long bytes) {
        execution.reserve(bytes);
    }

    /** See {@link Execution#change}; on the loop. */
    public boolean change(Session session, long stripes, long bytes, Consumer<Call> action) {
        return execution.change(session, stripes, bytes, action);
    }

    /** The same on the room's own account. */
    public boolean change(long stripes, long bytes, Consumer<Call> action) {
        return execution.change(nobody, stripes, bytes, action);
    }

    /** See {@link Execution#note}; on the loop. */
    public boolean note(Session session) {
        return execution.note(session);
    }

    /** See {@link Execution#admitServing}. */
    public boolean admitServing(long bytes) {
        return execution.admitServing(bytes);
    }

    /** See {@link Execution#serve}. */
    public long serve(
            Session waiting,
            Command command,
            Request request,
            NativeBuffer answer,
            Command.Handler handler) {
        return execution.serve(waiting, command, request, answer, handler);
    }

    /** See {@link Execution#hasWaited}. */
    public void hasWaited(Session session, Command command, Request request, boolean refused) {
        execution.hasWaited(session, command, request, refused);
    }

    /** See {@link Execution#withStripes}. */
    public boolean withStripes(long wanted, Runnable action) {
        return execution.withStripes(wanted, action);
    }

    /**
     * Takes out of a stripe what somebody has there who wants no more of it: now, or a little later
     * if the stripe is taken, for a script may have it for long. On the loop.
     */
    public void leave(Stripe stripe, Runnable action) {
        if (!stripe.tryLock()) {
            later(LEAVE_AGAIN_MILLIS, () -> leave(stripe, action));
            return;
        }
        try {
            action.run();
        } finally {
            stripe.unlock();
        }
    }

    /** See {@link Execution#admit(int)}. */
    public boolean admit(int keyLength) {
        return execution.admit(keyLength);
    }

    /** See {@link Execution#expire}. */
    public boolean expire(Stripe stripe, int database, long item) {
        return execution.expire(stripe, database, item);
    }

    /** See {@link Execution#evict}. */
    public boolean evict(Stripe stripe, int database, long item) {
        return execution.evict(stripe, database, item);
    }

    /** The stripes that are locked now, one bit each. */
    public long heldMask() {
        return execution.locks().held();
    }

    // ---- Transactions

    /** True while EXEC runs what was queued. */
    public boolean isInTransaction() {
        return turn.frozen;
    }

    /** MULTI. */
    public void beginTransaction(Session session) {
        if (session.transaction() != null) {
            throw new Refusal("ERR MULTI calls can not be nested");
        }
        session.transaction(new Transaction(slabs));
    }

    /** DISCARD, and what else ends a transaction. */
    public void dropTransaction(Session session) {
        Transaction open = session.transaction();
        if (open != null) {
            open.free();
            session.transaction(null);
        }
    }

    /** EXEC; see {@link TransactionRun#run}. */
    public void runTransaction(Session session) {
        transactions.run(session);
    }

    /** See {@link TransactionRun#changeElsewhere}. */
    public long changeElsewhere(Call running) {
        return transactions.changeElsewhere(running);
    }

    // ---- Scripts

    /** A script begins to run in the running command; all stripes are locked. */
    public void beginScript(RunningScript script) {
        scripts.begin(script);
    }

    /** The script has ended, whatever way. */
    public void endScript(RunningScript script) {
        scripts.end(script);
    }

    /**
     * Runs a command of the script that runs.
     *
     * @param answer empty; where its reply is put, in this protocol
     * @return why it was not run, with the error's code; null if it was
     */
    public @Nullable String callFromScript(
            RunningScript script, Request request, NativeBuffer answer, int protocol) {
        return scripts.call(script, request, answer, protocol);
    }

    /** The command that a request names, or null. */
    public @Nullable Command find(Request request) {
        return dispatch.find(request);
    }

    /** The limit of memory is another: what is too much goes without waiting for a command. */
    public void makeRoom() {
        if (!turn.stopped && !server.isReplica()) {
            dispatch.makeRoom();
        }
    }

    /** Whether the command that came last has found no memory left; see {@link Config}. */
    public boolean isOutOfMemory() {
        return dispatch.isOutOfMemory();
    }

    /**
     * A script is answered with an error, which counts unless one of its commands has counted it.
     */
    public void scriptFailed(RunningScript script, String error, boolean counts) {
        stats.failed(script.caused());
        if (counts) {
            stats.error(error);
        }
    }

    /** The script that runs goes on running; it was asked for by this command. */
    public void scriptGoesOn(RunningScript script, Request command) {
        scripts.goOn(script, command);
    }

    /** Its command and all behind it wait for a task of the loop's, which comes soon. */
    void laterInTask(Session session) {
        session.parked = true;
        session.inTask = true;
        loop.execute(() -> goOnIfThere(session));
    }

    /**
     * True if some of what a client has sent will be executed by a task of the loop's, in front of
     * those that are given to it from here on. On the loop.
     */
    public boolean goesOnInTask(Session session) {
        return session.inTask;
    }

    private void goOnIfThere(Session session) {
        session.inTask = false;
        if (!session.gone && !turn.stopped) {
            goOn(session);
        }
    }

    // ---- Clients that wait

    void park(Session session) {
        session.parked = true;
        session.outlet().pause();
        parked.add(session);
    }

    /**
     * The running command is taken but answers later: nothing more of this client runs until {@link
     * #resume}. Not inside a transaction. It is read from until it sends more, for who is not read
     * from may go away unnoticed, and would be given what others wait for.
     */
    public void suspend(Session session) {
        session.parked = true;
    }

    /** Answers a suspended command and goes on with its client; from any thread. */
    public void resume(Session session, Consumer<Reply> answer) {
        loop.execute(() -> resumeHere(session, 0, answer));
    }

    /**
     * The same, on the loop.
     *
     * @param dependsOn the position the answer must not leave before
     */
    public void resumeHere(Session session, long dependsOn, Consumer<Reply> answer) {
        if (session.gone || turn.stopped) {
            return;
        }
        session.dependsOn = Math.max(session.dependsOn, dependsOn);
        output.begin(session);
        switch (session.replyMode()) {
            case ON, SKIP -> answerLate(answer);
            case SKIPPING -> session.replyMode(Session.ReplyMode.ON);
            case OFF -> {}
        }
        output.putHeld(session);
        goOn(session);
    }

    private void answerLate(Consumer<Reply> answer) {
        try {
            answer.accept(output.reply());
        } catch (Refusal e) {
            output.error(e.text());
        }
    }

    private void goOn(Session session) {
        session.goesOn();
        session.outlet().resume();
        receive(session, 0, 0);
        session.outlet().flush();
    }

    /**
     * What they waited for is there, or will not be: their commands are tried again. On the loop.
     */
    public void unpark() {
        if (!turn.stopped) {
            readClock();
            execution.retry();
        }
        List<Session> waiting = List.copyOf(parked);
        parked.clear();
        waiting.forEach(this::goOn);
    }

    /** The client whose commands are being executed, or null; on the loop. */
    public @Nullable Session current() {
        return turn.current;
    }

    /** True if a command of this client's runs now; on the loop, elsewhere false. */
    boolean runs(Session session) {
        return loop.isCurrent() && turn.current == session;
    }

    // ---- Ten times a second, and at the end

    /** Ten times a second: what has to happen though nobody sends anything. On the loop. */
    public void tick() {
        readClock();
        if (index == 0) {
            server.tick(turn.nowMillis);
        }
        output.tick();
        receiving.tick();
        long timeout = server.config().get(Config.Quantity.TIMEOUT_SECONDS);
        if (timeout > 0 && turn.nowMillis - idleCheckMillis >= MILLIS_PER_SECOND) {
            idleCheckMillis = turn.nowMillis;
            dropIdle(timeout);
        }
    }

    private void dropIdle(long seconds) {
        for (Session session : server.sessions()) {
            boolean exempt =
                    session.lane() != this
                            || session.parked
                            || session.blocking() != null
                            || session.subscriptions() > 0;
            long idleMillis = turn.nowMillis - session.lastActiveMillis();
            if (!exempt && idleMillis / MILLIS_PER_SECOND > seconds) {
                session.kill();
            }
        }
    }

    /** From here on nothing is executed: the journal is about to close. On the loop. */
    public void stop() {
        turn.stopped = true;
    }

    public boolean isStopped() {
        return turn.stopped;
    }
}
