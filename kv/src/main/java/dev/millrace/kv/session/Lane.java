package dev.millrace.kv.session;

import dev.millrace.kernel.guard.OutputLimit;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kv.blocking.Deadlines;
import dev.millrace.kv.blocking.Serving;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.eviction.Eviction;
import dev.millrace.kv.eviction.Frequency;
import dev.millrace.kv.resp.ProtocolException;
import dev.millrace.kv.resp.Reply;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.resp.RequestParser;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What one event loop needs to serve its clients: it parses, executes and answers on the thread
 * that received the bytes.
 *
 * <p><b>The way of a command.</b> {@link #receive} parses a request out of received bytes; {@link
 * #execute} finds its command and decides whether it may run now; {@link #perform} reserves space
 * in the journal, locks the stripes of its keys, runs it, appends the record of its effects and
 * unlocks. The reply stands in {@link #out} and goes to the client's {@link Outlet} at the end of
 * the batch, with the position it depends on.
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
    private static final int OUT_BYTES = 64 * 1024;
    private static final String OUT_OF_MEMORY =
            "OOM command not allowed when used memory > 'maxmemory'.";

    /** A batch's replies go out when they are so many bytes, though more is to come. */
    private static final int OUT_BYTES_FULL = 48 * 1024;

    private static final int PENDING_BYTES = 1024;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long MILLIS_PER_SECOND = 1000;

    /** A buffer of a client's own that is kept is let go when it is idle for longer, s. */
    private static final int KEPT_SECONDS = 2;

    /** Offsets in what a client has sent are ints. */
    private static final long PENDING_BYTES_MAX = Integer.MAX_VALUE - (1 << 20);

    /** Another room that cannot take a change now is asked again after so long. */
    private static final long ASK_AGAIN_MILLIS = 5;

    /** Effects of lazy expiry, beyond the key itself. */
    private static final int EXPIRY_BYTES = 64;

    private final KvServer server;
    private final LaneLoop loop;
    private final Journal journal;
    private final Stripes stripes;
    private final Slabs slabs = new Slabs();
    private final int index;
    private final NativeBuffer out = new NativeBuffer(OUT_BYTES);

    /** What others, or it itself, tell the client whose command runs: sent after its reply. */
    private final NativeBuffer pushes = new NativeBuffer(PENDING_BYTES);

    /** A message on its way to an outlet. */
    private final NativeBuffer posted = new NativeBuffer(PENDING_BYTES);

    private final List<Session> unflushed = new ArrayList<>();
    private final Set<Session> overSoftLimit = new LinkedHashSet<>();

    /** Clients that have a buffer of their own for what they send. */
    private final Set<Session> buffered = new LinkedHashSet<>();

    private final Reply reply = new Reply(out);
    private final RecordWriter record = new RecordWriter();
    private final Journal.Grant grant = new Journal.Grant();
    private final Effects effects;
    private final Stats stats = new Stats();
    private final Call call;
    private final List<Session> parked = new ArrayList<>();
    private final Session nobody;
    private final Key expiredKey;
    private final NativeBuffer keyCopy = new NativeBuffer(256);
    private final SplittableRandom random;

    private final Batch batch = new Batch(slabs);
    private final Deadlines deadlines = new Deadlines(this);
    private final Serving serving;
    private final StripeLocks locks;
    private final Branches branches;

    /**
     * What other lanes tell clients of this one. It is taken before anything that is received, and
     * not only when its task's turn comes: who was answered that a message is published may expect
     * that a subscriber has it before the answer to whatever is asked next.
     */
    private final Queue<Runnable> mail = new ConcurrentLinkedQueue<>();

    /** Changes that clients have made here; written before the reply that tells of them is out. */
    private final AtomicLong changes = new AtomicLong();

    /** Of {@link Effects#changes}, those that nobody asked for: expired keys. */
    private long unasked;

    private RequestParser parser = new RequestParser(Request.view());

    /** Whose batch is being executed; its replies are in {@link #out}. */
    private @Nullable Session current;

    private @Nullable Eviction eviction;
    private long nowMillis;
    private long nowNanos;
    private long clockNanos;
    private long idleCheckMillis;
    private boolean clockFrozen;

    /** Space is set aside for the command that runs, and all its effects fit in. */
    private boolean reserved;

    /** What those commands of a transaction cost that have not run, before they are measured. */
    private long costLeft;

    /** The client whose command runs wants no reply to it. */
    private boolean quiet;

    /** What waits for another room is about to be tried again. */
    private boolean asksAgain;

    private boolean stopped;

    public Lane(KvServer server, LaneLoop loop) {
        this.server = server;
        this.loop = loop;
        this.journal = server.journal();
        this.stripes = server.stripes();
        this.effects = new Effects(record, stripes);
        this.serving = new Serving(this, effects);
        this.locks = new StripeLocks(stripes);
        this.branches = new Branches(server, record);
        this.nobody = new Session(0, this, NoOutlet.INSTANCE, true, 0);
        this.expiredKey = new Key(stripes.stripe(0));
        this.random = new SplittableRandom(server.startedMillis() + server.lanes().size());
        Command any = server.commands().all().iterator().next();
        this.call = new Call(this, effects, reply, any, nobody);
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
        return effects;
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
        return changes.get();
    }

    /** A key is deleted because its time has come, which is no client's change. */
    public void expired() {
        stats.expired();
        unasked++;
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

    // ---- Clients

    /** Takes a new client in; on the loop. */
    public Session open(Outlet outlet) {
        readClock();
        boolean free = server.config().requirepass().isEmpty();
        long id = server.nextSessionId();
        Session session = new Session(id, this, outlet, free, nowMillis);
        server.add(session, id);
        return session;
    }

    /** The client is gone; on the loop. */
    public void closed(Session session) {
        session.unwatch();
        session.stopBlocking();
        session.closed();
        dropTransaction(session);
        dropReceived(session);
        session.closing = true;
        session.gone = true;
        parked.remove(session);
        overSoftLimit.remove(session);
        server.remove(session);
    }

    /** Gives back what a client has sent and will not be executed. */
    private void dropReceived(Session session) {
        dropBuffer(session);
        Request waiting = session.waiting;
        if (waiting != null) {
            waiting.free();
            session.waiting = null;
        }
        RequestParser unfinished = session.parser;
        if (unfinished != null) {
            unfinished.request().free();
            session.parser = null;
        }
    }

    private void dropBuffer(Session session) {
        NativeBuffer pending = session.pending;
        if (pending != null) {
            session.pending = null;
            pending.free();
            buffered.remove(session);
        }
    }

    /** Closes without ado; from any thread. */
    void drop(Session session) {
        loop.execute(
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
        return nowMillis;
    }

    private void readClock() {
        nowNanos = System.nanoTime();
        clockNanos = nowNanos;
        nowMillis = server.clock().millis();
        int seconds =
                server.config().isLfu()
                        ? Frequency.initial(nowMillis)
                        : (int) (nowMillis / MILLIS_PER_SECOND) & 0xff_ffff;
        for (int i = 0; i < stripes.count(); i++) {
            stripes.stripe(i).accessClock(seconds);
        }
        if (current == null && !mail.isEmpty()) {
            takeMail();
        }
    }

    // ---- Receiving

    /** Executes what has come from a client; on the loop. */
    public void receive(Session session, long address, int bytes) {
        readClock();
        stats.received(bytes);
        session.active(nowMillis);
        current = session;
        if (session.parked && bytes > 0) {
            session.outlet().pause();
        }
        try {
            NativeBuffer pending = session.pending;
            if (pending == null || pending.length() == 0 && !session.hasUnfinished()) {
                int used = executeAll(session, address, bytes);
                if (used < bytes && !session.closing) {
                    keep(session, address + used, bytes - used);
                }
            } else {
                pending.put(address, bytes);
                goOn(session, pending);
            }
        } catch (ProtocolException e) {
            reply.to(out, session.protocol());
            answerError("ERR Protocol error: " + e.getMessage());
            session.closing = true;
            dropReceived(session);
            parser = new RequestParser(Request.view()); // The old one stopped in the middle.
        } catch (RuntimeException | Error fault) {
            // What it sent is half executed: nothing of it may be executed again.
            session.closing = true;
            session.dropped = true;
            throw fault;
        } finally {
            try {
                finish(session);
            } finally {
                out.clear();
                current = null;
            }
        }
    }

    private void keep(Session session, long address, int bytes) {
        NativeBuffer pending = session.pending;
        if (pending == null) {
            pending = new NativeBuffer(slabs, Math.max(PENDING_BYTES, bytes));
            session.pending = pending;
            buffered.add(session);
        }
        pending.put(address, bytes);
    }

    private void goOn(Session session, NativeBuffer pending) {
        session.pendingPeakBytes = Math.max(session.pendingPeakBytes, pending.length());
        if (isTooMuch(session, pending.length())) {
            session.closing = true;
            return;
        }
        int used = executeAll(session, pending.address(), (int) pending.length());
        if (used == pending.length() || session.closing) {
            pending.clear();
        } else if (used > 0) {
            pending.drop(used);
        }
    }

    /** What MULTI has queued is not executed either, so it counts; Redis 7.2 does so, too. */
    private boolean isTooMuch(Session session, long pendingBytes) {
        RequestParser unfinished = session.parser;
        long places = unfinished == null ? 0 : unfinished.request().placesBytes();
        long limit = server.config().clientQueryBufferLimit();
        return pendingBytes > PENDING_BYTES_MAX
                || pendingBytes + places + session.queuedBytes() > limit;
    }

    /**
     * Lets go of clients' own buffers, as Redis's {@code clientsCronResizeQueryBuffer} does: when
     * they are idle, or when little of it was needed of late. Until then a buffer is kept: who has
     * sent a large value is likely to send another.
     */
    private void trimBuffers() {
        for (Session session : List.copyOf(buffered)) {
            NativeBuffer pending = session.pending;
            if (pending != null && pending.length() == 0) {
                long idle = (nowMillis - session.lastActiveMillis()) / MILLIS_PER_SECOND;
                if (idle > KEPT_SECONDS || pending.capacity() / 2 > session.pendingPeakBytes) {
                    dropBuffer(session);
                }
            }
            session.pendingPeakBytes = session.pendingBytes();
        }
    }

    /** Executes whole requests; returns how many bytes they took. */
    private int executeAll(Session session, long address, int bytes) {
        RequestParser unfinished = session.parser;
        RequestParser active = unfinished == null ? parser : unfinished;
        int at;
        try {
            at = executeWaiting(session, address);
            boolean more = true;
            while (more && at < bytes && runs(session)) {
                String broken = parseBatch(session, active, address, at, bytes);
                int end = executeBatch(session, at);
                if (stoppedEarly(end) && !active.isIdle()) {
                    // It is in the middle of a request behind others that are parsed again.
                    active.request().free();
                    active = new RequestParser(Request.view());
                    parser = active;
                    unfinished = null;
                }
                more = batch.count() > 0 && end == batch.end(batch.count() - 1) && active.isIdle();
                at = end;
                if (broken != null && runs(session)) {
                    throw new ProtocolException(broken);
                }
            }
        } finally {
            // After a fault, too: the request of an idle parser is the batch's, not the session's.
            handOver(session, unfinished, active);
        }
        return at;
    }

    /** True if requests that were parsed ahead were not executed. */
    private boolean stoppedEarly(int end) {
        return batch.count() > 0 && end != batch.end(batch.count() - 1);
    }

    /** The session keeps a parser that is in the middle of a request; else it is the loop's. */
    private void handOver(
            Session session, @Nullable RequestParser unfinished, RequestParser active) {
        if (active.isIdle()) {
            session.parser = null;
            if (unfinished != null) {
                parser = unfinished;
            }
        } else if (unfinished == null) {
            session.parser = parser;
            parser = new RequestParser(Request.view());
        }
    }

    private boolean runs(Session session) {
        return !session.closing && !session.parked && !stopped;
    }

    /** The command that could not run when it came; returns how many bytes it took. */
    private int executeWaiting(Session session, long address) {
        Request waiting = session.waiting;
        if (waiting == null || !runs(session)) {
            return 0;
        }
        waiting.base(address);
        if (!execute(session, waiting)) {
            return 0;
        }
        session.waiting = null;
        waiting.free();
        return session.waitingBytes;
    }

    /**
     * Parses some requests ahead; returns what is wrong with the one after them, or null. An inline
     * request is unescaped where it stands, so it is parsed only when it is executed next. Before a
     * client has said who it is nothing is parsed ahead: its limits are about to change.
     */
    private @Nullable String parseBatch(
            Session session, RequestParser active, long address, int from, int bytes) {
        batch.clear();
        int most = session.isAuthenticated() ? Batch.REQUESTS_MAX : 1;
        int at = from;
        while (at < bytes && batch.count() < most) {
            boolean inline = active.isIdle() && Memory.getByte(address + at) != '*';
            if (inline && batch.count() > 0) {
                break;
            }
            if (active.isIdle()) {
                active.into(batch.next());
            }
            int used;
            try {
                used =
                        active.parse(
                                address + at,
                                bytes - at,
                                server.config().protoMaxBulkLen(),
                                session.isAuthenticated());
            } catch (ProtocolException e) {
                return String.valueOf(e.getMessage());
            }
            if (used == 0) {
                batch.giveAway();
                break;
            }
            at += used;
            batch.add(active.request(), at, server.commands());
            if (inline) {
                break;
            }
        }
        if (batch.count() > 1 && server.lanes().size() == 1) {
            batch.touch(stripes.stripe(0).database(session.database()).items());
        }
        return null;
    }

    /** Executes what was parsed; returns where the first that was not executed begins. */
    private int executeBatch(Session session, int from) {
        int at = from;
        for (int i = 0; i < batch.count() && runs(session); i++) {
            Request request = batch.request(i);
            if (request.count() > 0 && !execute(session, request)) {
                session.waiting = request;
                session.waitingBytes = batch.end(i) - at;
                batch.giveAway(i);
                return at;
            }
            at = batch.end(i);
            if (out.length() >= OUT_BYTES_FULL) {
                flushOut(session);
            }
        }
        return at;
    }

    private void finish(Session session) {
        flushOut(session);
        if (session.closing && !session.dropped) {
            session.outlet().closeAfterWrites();
        }
    }

    private void flushOut(Session session) {
        if (out.length() > OUT_BYTES && isTooMuchUnread(session, out.length())) {
            dropUnread(session);
        }
        if (out.length() > 0 && !session.dropped) {
            stats.sent(out.length());
            session.outlet().write(out.address(), out.length(), session.dependsOn);
            if (out.capacity() > OUT_BYTES * 16) {
                out.shrink();
            } else {
                out.clear();
            }
            watchOutput(session);
        }
    }

    /**
     * Whether a client would leave more unread than there is room for what all others leave: the
     * more take, the less each may (Choudhury and Hahne, Dynamic Queue Length Thresholds, 1998). So
     * some room is always left for who reads, whatever limits are set.
     */
    private static boolean isTooMuchUnread(Session session, long more) {
        return session.outlet().pendingBytes() + more > session.outlet().roomBytes() - more;
    }

    /** Drops a client that leaves too much unread. */
    private void watchOutput(Session session) {
        OutputLimit limit = server.config().outputLimits().of(session);
        if (limit.hardBytes() == 0 && limit.softBytes() == 0 || session.closing) {
            return;
        }
        long unread = session.outlet().pendingBytes();
        boolean overHard = limit.hardBytes() > 0 && unread >= limit.hardBytes();
        boolean overSoft = limit.softBytes() > 0 && unread >= limit.softBytes();
        if (overHard || overSoft && isSoftTimeUp(session, limit)) {
            dropUnread(session);
        } else if (!overSoft) {
            session.overSoftLimitNanos = 0;
        }
    }

    private void dropUnread(Session session) {
        session.closing = true;
        session.dropped = true; // What it has not read it will not get.
        session.outlet().close(); // Now: at the end of the turn its channel is flushed.
    }

    private boolean isSoftTimeUp(Session session, OutputLimit limit) {
        if (session.overSoftLimitNanos == 0) {
            session.overSoftLimitNanos = nowNanos;
            overSoftLimit.add(session);
            return false;
        }
        // In whole seconds, of which the last must be over, as Redis counts them.
        long seconds = (nowNanos - session.overSoftLimitNanos) / NANOS_PER_SECOND;
        return seconds > limit.softFor().toSeconds();
    }

    /** See {@link Session#post}. */
    void post(Session session, byte[] message, long dependsOn) {
        if (!loop.isCurrent()) {
            tell(() -> post(session, message, dependsOn));
            return;
        }
        if (session == current) {
            session.dependsOn = Math.max(session.dependsOn, dependsOn);
            (quiet || clockFrozen ? pushes : out).put(message);
        } else if (!session.closing) {
            if (message.length > OUT_BYTES && isTooMuchUnread(session, message.length)) {
                dropUnread(session);
                return;
            }
            posted.shrink();
            posted.put(message);
            stats.sent(message.length);
            session.active(nowMillis);
            session.outlet().write(posted.address(), posted.length(), dependsOn);
            watchOutput(session);
            flushAtEndOfTurn(session);
        }
    }

    /** Runs on the loop, before anything that it receives from here on; from any thread. */
    public void tell(Runnable letter) {
        mail.add(letter);
        loop.execute(this::takeMail);
    }

    private void takeMail() {
        for (Runnable letter = mail.poll(); letter != null; letter = mail.poll()) {
            letter.run();
        }
    }

    private void flushAtEndOfTurn(Session session) {
        if (!session.unflushed) {
            session.unflushed = true;
            unflushed.add(session);
            if (unflushed.size() == 1) {
                loop.afterTurn(this::flushPosted);
            }
        }
    }

    private void flushPosted() {
        for (Session session : unflushed) {
            session.unflushed = false;
            session.outlet().flush();
        }
        unflushed.clear();
    }

    // ---- Executing

    /** False if the command has to wait: its bytes are to be given again. */
    private boolean execute(Session session, Request request) {
        reply.to(out, session.protocol());
        boolean executed =
                (session.care() & Session.CARE_REPLIES) == 0
                        ? decide(session, request)
                        : decideQuietly(session, request);
        if (pushes.length() > 0) {
            out.put(pushes.address(), pushes.length());
            pushes.shrink();
        }
        return executed;
    }

    /** CLIENT REPLY OFF or SKIP: what the command answers is thrown away, pushes are not. */
    private boolean decideQuietly(Session session, Request request) {
        long before = out.length();
        boolean skip = session.replyMode() == Session.ReplyMode.SKIP;
        if (skip) {
            session.replyMode(Session.ReplyMode.SKIPPING);
        }
        quiet = true;
        boolean executed = decide(session, request);
        quiet = false;
        if (session.replyMode() != Session.ReplyMode.ON) {
            out.truncate(before);
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

    /** What the running command answers from here on is a push: it is sent to quiet clients too. */
    public void answerWithPushes(Session session) {
        if (quiet) {
            reply.to(pushes, session.protocol());
        }
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
        return perform(session, command, request);
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
        String refusal = refusal(session, command);
        if (refusal != null) {
            return refuse(session, command, refusal);
        }
        Transaction open = session.transaction();
        if ((server.care() & KvServer.CARE_MEMORY) != 0
                && !eviction().makeRoom()
                && needsMemory(command, open)) {
            return refuse(session, command, OUT_OF_MEMORY);
        }
        if (isPaused(command, open)) {
            park(session);
            return false;
        }
        if (open != null && !runsInsideMulti(command)) {
            open.add(command, request);
            reply.queued();
            if (isTooMuch(session, session.pendingBytes())) {
                dropUnread(session); // Redis says nothing to who sends too much, either.
            }
            return true;
        }
        int database = session.database();
        boolean performed = perform(session, command, request);
        CommandTap tap = server.tap();
        if (performed && tap != null) {
            tap.command(session, command, request, database, call.redacted());
        }
        return performed;
    }

    private static boolean needsMemory(Command command, @Nullable Transaction open) {
        if (open != null && isExec(command)) {
            return open.needsMemory();
        }
        return command.has(Flag.DENYOOM) || open != null && !runsInsideMulti(command);
    }

    private Eviction eviction() {
        Eviction made = eviction;
        if (made == null) {
            made = new Eviction(this);
            eviction = made;
        }
        return made;
    }

    private @Nullable String refusal(Session session, Command command) {
        boolean needsAuth = !session.isAuthenticated() && !command.has(Flag.NO_AUTH);
        if (needsAuth && !server.config().requirepass().isEmpty()) {
            return "NOAUTH Authentication required.";
        }
        if (session.transaction() != null) {
            if (command.has(Flag.NO_MULTI)) {
                return "ERR Command not allowed inside a transaction";
            }
            if (command.isWrite() && journal.state() != Journal.State.OPEN) {
                return diskError();
            }
        }
        if (session.subscriptions() > 0 && session.protocol() == 2 && !isForSubscribers(command)) {
            return "ERR Can't execute '"
                    + command.fullName()
                    + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are"
                    + " allowed in this context";
        }
        boolean touchesKeys =
                command.isWrite() || command.has(Flag.READONLY) || command.has(Flag.MAY_REPLICATE);
        if (session.monitors() && touchesKeys) {
            return "ERR Replica can't interact with the keyspace"; // Redis takes it for one.
        }
        return null;
    }

    private boolean isPaused(Command command, @Nullable Transaction open) {
        Pause pause = server.pause();
        if (pause == null) {
            return false;
        }
        return switch (pause.scope()) {
            case ALL -> true;
            case WRITE ->
                    command.isWrite()
                            || command.has(Flag.MAY_REPLICATE)
                            || isExec(command) && open != null && open.tells();
        };
    }

    private static boolean isExec(Command command) {
        return command.name().equals("exec");
    }

    private static @Nullable Command subcommand(Command container, Request request) {
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

    private static boolean runsInsideMulti(Command command) {
        return switch (command.name()) {
            case "exec", "discard", "multi", "watch", "quit", "reset" -> true;
            default -> false;
        };
    }

    private boolean refuse(Session session, @Nullable Command command, String error) {
        Transaction open = session.transaction();
        if (open != null) {
            open.spoil();
        }
        if (command == null) {
            stats.error(error);
            // It repeats what was sent, byte for byte, whatever that was.
            reply.errorBytes(error.getBytes(StandardCharsets.ISO_8859_1));
            return true;
        }
        stats.rejected(command);
        if (isExec(command)) {
            dropTransaction(session);
            session.unwatch();
            answerError(aborted(error));
        } else {
            answerError(error);
        }
        return true;
    }

    private static String aborted(String error) {
        String reason = error.startsWith("ERR ") ? error.substring(4) : error;
        return "EXECABORT Transaction discarded because of: " + reason;
    }

    private void answerError(String text) {
        stats.error(text);
        reply.error(text);
    }

    /** Runs a command now; false if it has to wait for space. */
    private boolean perform(Session session, Command command, Request request) {
        long cost = cost(session, command, request);
        if (cost > 0) {
            switch (admit(cost)) {
                case ADMITTED -> reserved = true;
                case WAIT -> {
                    park(session);
                    return false;
                }
                case REFUSED -> {
                    return refuse(session, command, noSpace(cost));
                }
            }
        }
        long before = out.length();
        Journal.Admission admission = Journal.Admission.ADMITTED;
        long locked = locks.lock(locks.of(command, request), command.isWrite());
        try {
            if (command.isMeasured()) {
                cost += measured(session, command, request);
                logExpired(session);
                admission = admit(cost);
            }
            if (admission == Journal.Admission.ADMITTED) {
                run(session, command, request);
            }
            commit(session);
            serveReady();
        } catch (NoSpaceYet notYet) {
            admission = Journal.Admission.WAIT;
        } catch (Throwable fault) {
            stopIfChanged(fault);
            failed(session, command, before, fault);
        }
        locks.unlock(locked);
        reserved = false;
        return switch (admission) {
            case ADMITTED -> true;
            case WAIT -> {
                park(session);
                yield false;
            }
            case REFUSED -> refuse(session, command, noSpace(cost));
        };
    }

    private Journal.Admission admit(long bytes) {
        return bytes > Journal.RECORD_BYTES_MAX
                ? Journal.Admission.REFUSED
                : journal.admit(grant, bytes);
    }

    /** Why so many bytes of effects are not taken. */
    private String noSpace(long bytes) {
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
    private long measured(Session session, Command command, Request request) {
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
    private void logExpired(Session session) {
        if (!record.isEmpty()) {
            commit(session);
        }
    }

    /** Some effects are applied and their record will never be whole: nothing may be shown. */
    private void stopIfChanged(Throwable fault) {
        if (fault instanceof FailStop.Stopped already) {
            throw already;
        }
        if (!record.isEmpty()) {
            throw failStop("a command failed after it had changed something", fault);
        }
    }

    private FailStop.Stopped failStop(String what, Throwable cause) {
        stopped = true;
        out.clear();
        pushes.clear();
        return loop.failStop(what, cause);
    }

    /** A command failed that has changed nothing. */
    private void failed(Session session, Command command, long before, Throwable fault) {
        call.abandon();
        out.truncate(before);
        pushes.shrink();
        reply.to(out, session.protocol());
        answerError("ERR internal error");
        stats.failed(command);
        session.closing = true;
        loop.fault(fault);
    }

    /** The most bytes of effects this may cause: EXEC's are those of what was queued. */
    private static long cost(Session session, Command command, Request request) {
        Transaction open = session.transaction();
        return open != null && isExec(command) ? open.cost() : cost(command, request);
    }

    private static long cost(Command command, Request request) {
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
    public String diskError() {
        return "MISCONF Errors writing to the journal: " + journal.trouble();
    }

    private void run(Session session, Command command, Request request) {
        long start = nowNanos;
        long before = out.length();
        call.begin(session, command, request);
        session.ran(command.fullName());
        try {
            command.run(call);
        } catch (Refusal e) {
            out.truncate(before);
            answerError(e.text());
            stats.failed(command);
        }
        nowNanos = System.nanoTime();
        long took = nowNanos - start + call.waitNanos();
        stats.ran(command, took);
        if (took >= server.slowNanos()) {
            server.slow(session, command, request, call.redacted(), took);
        }
        if (!clockFrozen && nowNanos - clockNanos > NANOS_PER_MILLI) {
            readClock();
        }
    }

    private void commit(Session session) {
        try {
            long position = appendRecord();
            if (server.isStrict()) {
                session.dependsOn = Math.max(session.dependsOn, position);
            }
            call.committed(session.dependsOn);
        } catch (Throwable lost) {
            throw failStop("the record of a change was not appended", lost);
        }
    }

    /** Appends what was changed, if anything; returns the position that the reply depends on. */
    private long appendRecord() {
        long position = call.takeDependency();
        if (!record.isEmpty()) {
            position = journal.append(record, grant, nowMillis);
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

    // ---- Clients that wait for keys

    private void serveReady() {
        if (effects.hasReady()) {
            serving.serve();
        }
    }

    /** Sets space aside for what serving a client may change; its stripes are locked. */
    public boolean admitServing(long bytes) {
        return journal.admit(grant, bytes) == Journal.Admission.ADMITTED;
    }

    /**
     * Does something for a client of any lane that has waited for it, as if its command ran now,
     * and appends the record. The stripes are locked, and the space is set aside.
     *
     * @param answer where its reply is put
     * @return the position that the reply depends on
     */
    public long serve(
            Session waiting,
            Command command,
            Request request,
            NativeBuffer answer,
            Command.Handler handler) {
        boolean reservedBefore = reserved;
        reserved = true;
        reply.to(answer, waiting.protocol());
        call.begin(waiting, command, request);
        try {
            handler.run(call);
        } catch (Refusal e) {
            answer.clear();
            answerError(e.text());
            stats.failed(command);
        } catch (Throwable fault) {
            stopIfChanged(fault);
            call.abandon();
            answer.clear();
            answerError("ERR internal error");
            stats.failed(command);
            loop.fault(fault);
        }
        reserved = reservedBefore;
        try {
            long position = appendRecord();
            call.committed(position);
            return server.isStrict() ? position : 0;
        } catch (Throwable lost) {
            throw failStop("the record of a change was not appended", lost);
        }
    }

    /** Does something with stripes locked, and what serving those who wait there reaches. */
    public void withStripes(long wanted, Runnable action) {
        long locked = locks.lock(wanted, true);
        try {
            action.run();
        } finally {
            locks.unlock(locked);
        }
    }

    /**
     * Space for an effect of a command that is not a write: the deletion of an expired key. A read
     * within a transaction that writes gets none: what is set aside there is for the writes.
     */
    public boolean admit(int keyLength) {
        // While writes are paused nothing is logged, not even that a key has expired.
        if (reserved || server.pause() != null) {
            return false;
        }
        long whole = record.length() + keyLength + EXPIRY_BYTES;
        return record.isEmpty()
                ? journal.admit(grant, whole) == Journal.Admission.ADMITTED
                : journal.extend(grant, whole);
    }

    /** Ten times a second: what has to happen though nobody sends anything. On the loop. */
    public void tick() {
        readClock();
        if (index == 0) {
            server.tick(nowMillis);
        }
        if (!overSoftLimit.isEmpty()) {
            List.copyOf(overSoftLimit).forEach(this::watchOutput);
            overSoftLimit.removeIf(session -> session.overSoftLimitNanos == 0);
        }
        if (!buffered.isEmpty()) {
            trimBuffers();
        }
        long timeout = server.config().get(Config.Quantity.TIMEOUT_SECONDS);
        if (timeout > 0 && nowMillis - idleCheckMillis >= MILLIS_PER_SECOND) {
            idleCheckMillis = nowMillis;
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
            long idleMillis = nowMillis - session.lastActiveMillis();
            if (!exempt && idleMillis / MILLIS_PER_SECOND > seconds) {
                session.kill();
            }
        }
    }

    /** From here on nothing is executed: the journal is about to close. On the loop. */
    public void stop() {
        stopped = true;
    }

    public boolean isStopped() {
        return stopped;
    }

    /**
     * Deletes an expired item on the room's own account; its stripe is locked. False if there is no
     * space in the journal.
     */
    public boolean expire(Stripe stripe, int database, long item) {
        return deleteFor(Notification.EXPIRED, stripe, database, item);
    }

    /** The same for an item that goes because there is too much: see {@link Eviction}. */
    public boolean evict(Stripe stripe, int database, long item) {
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
        commit(nobody);
        return true;
    }

    private void park(Session session) {
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
        if (session.gone || stopped) {
            return;
        }
        session.dependsOn = Math.max(session.dependsOn, dependsOn);
        reply.to(out, session.protocol());
        switch (session.replyMode()) {
            case ON, SKIP -> answerLate(answer);
            case SKIPPING -> session.replyMode(Session.ReplyMode.ON);
            case OFF -> {}
        }
        goOn(session);
    }

    private void answerLate(Consumer<Reply> answer) {
        try {
            answer.accept(reply);
        } catch (Refusal e) {
            answerError(e.text());
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
        if (!stopped) {
            readClock();
            serving.retry();
        }
        List<Session> waiting = List.copyOf(parked);
        parked.clear();
        waiting.forEach(this::goOn);
    }

    /** The stripes that are locked now, one bit each. */
    public long heldMask() {
        return locks.held();
    }

    // ---- Transactions

    /** True while EXEC runs what was queued. */
    public boolean isInTransaction() {
        return clockFrozen;
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

    /**
     * EXEC: runs what was queued as one record, under the locks of all its keys and all watched
     * ones.
     */
    public void runTransaction(Session session) {
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
        long[] whole = {open.cost() + branches.bytesLeft()};
        open.each(
                server.commands(),
                (command, request) -> whole[0] += measuredIfAny(session, command, request));
        if (whole[0] > open.cost()) {
            logExpired(session);
            reserve(whole[0]);
        }
    }

    /** Sets space aside, before anything is changed that takes it. */
    private void reserve(long bytes) {
        switch (admit(bytes)) {
            case ADMITTED -> {}
            case WAIT -> throw new NoSpaceYet();
            case REFUSED -> throw new Refusal(noSpace(bytes));
        }
        reserved = true;
    }

    private long measuredIfAny(Session session, Command command, Request request) {
        return command.isMeasured() ? measured(session, command, request) : 0;
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
                        + measured(session, command, request);
        if (whole <= Journal.RECORD_BYTES_MAX && journal.extend(grant, whole)) {
            return true;
        }
        answerError(noSpace(whole));
        stats.failed(command);
        return false;
    }

    /** A transaction has changed nothing yet, and has to wait for space in the journal. */
    private static final class NoSpaceYet extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoSpaceYet() {
            super("no space yet", null, false, false);
        }
    }

    private void runQueued(Session session, Transaction open) {
        long locked = locks.lock(watchedMask(session) | queuedMask(open), open.tells());
        try {
            if (session.isTouched() || watchedHasExpired(session)) {
                reply.nullArray();
            } else {
                if (open.branches()) {
                    joinRooms();
                }
                admitMeasured(session, open);
                clockFrozen = true;
                costLeft = open.cost();
                reply.array(open.size());
                open.each(
                        server.commands(), (command, request) -> runOne(session, command, request));
            }
            commitQueued(session, open);
            clockFrozen = false;
            serveReady();
        } catch (NoSpaceYet | Refusal notNow) {
            // Nothing has run; but that a key was found to have expired may be in the record.
            commit(session);
            leaveUnchanged(session);
            locks.unlock(locked);
            throw notNow;
        } catch (Throwable fault) {
            stopIfChanged(fault);
            branches.leave(0);
            locks.unlock(locked);
            throw fault;
        } finally {
            clockFrozen = false;
        }
        locks.unlock(locked);
    }

    private void commitQueued(Session session, Transaction open) {
        if (open.branches()) {
            commitWithRooms(session);
        } else {
            commit(session);
        }
    }

    // ---- Changes in other rooms

    /**
     * Makes the change in another room that the running command is declared to make: as a part of
     * the transaction that runs, whose EXEC has checked it, or as a record of its own.
     *
     * @return what the change answers
     */
    public long changeElsewhere(Call running) {
        return clockFrozen ? branches.next() : changeAlone(running);
    }

    private long changeAlone(Call running) {
        Session session = running.session();
        branches.add(running.command().branch(running));
        try {
            joinRooms();
            reserve(branches.bytesLeft());
            long answer = branches.next();
            commitWithRooms(session);
            return answer;
        } catch (NoSpaceYet | Refusal notNow) {
            commit(session);
            leaveUnchanged(session);
            throw notNow;
        } catch (Throwable fault) {
            stopIfChanged(fault);
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
                            call.begin(session, command, request);
                            branches.add(command.branch(call));
                        }
                    });
            runQueued(session, open);
        } catch (Refusal refusal) {
            throw new Refusal(aborted(refusal.text()));
        } finally {
            branches.clear();
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
                        unpark();
                    },
                    ASK_AGAIN_MILLIS);
        }
    }

    /** As {@link #commit}; the rooms are left, and the strictest of them says what waits. */
    private void commitWithRooms(Session session) {
        try {
            boolean changed = !record.isEmpty();
            long position = appendRecord();
            if (server.isStrict() || branches.waitForDisk()) {
                session.dependsOn = Math.max(session.dependsOn, position);
            }
            branches.leave(changed ? position : 0);
            call.committed(session.dependsOn);
        } catch (Throwable lost) {
            throw failStop("the record of a change was not appended", lost);
        }
    }

    /** Nothing was done in other rooms. What was found there may not be on the disk yet. */
    private void leaveUnchanged(Session session) {
        if (branches.waitForDisk()) {
            session.dependsOn = Math.max(session.dependsOn, journal.end());
        }
        branches.leave(0);
    }

    // ---- What was queued

    private long queuedMask(Transaction open) {
        long[] found = {0};
        open.each(server.commands(), (command, request) -> found[0] |= locks.of(command, request));
        return found[0];
    }

    private void runOne(Session session, Command command, Request request) {
        reply.to(out, session.protocol());
        int database = session.database();
        long before = out.length();
        if (hasSpace(session, command, request)) {
            run(session, command, request);
        }
        costLeft -= cost(command, request);
        if (session.replyMode() == Session.ReplyMode.OFF) {
            out.truncate(before);
        }
        CommandTap tap = server.tap();
        if (tap != null) {
            tap.command(session, command, request, database, call.redacted());
        }
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
        return Expired.isExpired(stripe.database(database), key, length, nowMillis) ? 1 : 0;
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
