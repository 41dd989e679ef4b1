package dev.millrace.kv.session;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.transaction.Participants;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Stripes;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * What all lanes share.
 *
 * <p>A family of commands that keeps something of its own for the whole server (subscriptions, who
 * monitors) keeps it in a {@link #part}: nothing here has to know of it.
 */
public final class KvServer {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Somebody sees every command. */
    static final int CARE_TAP = 1;

    /** Keys of different hash slots are not taken together. */
    static final int CARE_CLUSTER = 16;

    /** Some commands are refused for what the server is at present: a replica, loading. */
    static final int CARE_ROLE = 8;

    /** Some commands wait. */
    static final int CARE_PAUSE = 2;

    /** There is a limit to the memory. */
    static final int CARE_MEMORY = 4;

    /** A script runs for long. */
    static final int CARE_BUSY = 32;

    private final Stripes stripes;
    private final Journal journal;
    private volatile boolean strict;

    /** Replies wait until the journal is durable up to here, then no more; none: -1. */
    private volatile long relaxedAfter = -1;

    private final CommandTable commands;
    private final Config config;
    private final Clock clock;
    private final long startedMillis;
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();
    private final Map<Long, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicLong nextSessionId = new AtomicLong(1);
    private final Map<Class<?>, Object> parts = new ConcurrentHashMap<>();
    private final List<Runnable> ticks = new CopyOnWriteArrayList<>();
    private final AtomicLong connectionsReceived = new AtomicLong();
    private final AtomicLong connectionsRejected = new AtomicLong();
    private final SlowLog slowLog = new SlowLog();
    private final ClientMemory clientMemory = new ClientMemory(this);
    private final LatencySpikes latencySpikes = new LatencySpikes();
    private volatile long spikeNanos = Long.MAX_VALUE;
    private volatile String transport = "none";
    private final KeptNames keptNames = KeptNames.ofHeap();
    private volatile Participants participants = new Participants();
    private volatile Notifications notifications = Notifications.NONE;
    private volatile @Nullable CommandTap tap;
    private volatile @Nullable RecordTap recordTap;
    private volatile @Nullable Role role;
    private volatile LongConsumer onCut = position -> {};
    private volatile @Nullable Pause pause;
    private volatile int holds;
    private volatile boolean activeExpire = true;
    private volatile boolean cronPaused;
    private volatile boolean anySumWillDo;
    private volatile boolean scriptsAreTrusted;
    private volatile @Nullable RunningScript script;
    private volatile boolean lost;
    private volatile Checkpoints checkpoints = Checkpoints.NONE;
    private volatile OnlineSaves saves = OnlineSaves.NONE;
    private volatile JournalReplay replay = JournalReplay.NONE;
    private volatile @Nullable Runnable shutdown;

    /** Bits of {@code CARE_*}: what makes every command take the long way; 0 most of the time. */
    private volatile int care;

    /**
     * @param strict whether replies wait until what they depend on is durable
     */
    public KvServer(
            Stripes stripes, Journal journal, boolean strict, CommandTable commands, Clock clock) {
        this.stripes = stripes;
        this.journal = journal;
        this.strict = strict;
        this.commands = commands;
        this.config = new Config();
        this.clock = clock;
        this.startedMillis = clock.millis();
        config.onChange(this::configured);
    }

    /** A quantity has changed: what is looked at with each command is derived from it. */
    private void configured() {
        care(CARE_MEMORY, config.get(Config.Quantity.MAXMEMORY_BYTES) > 0);
        clientMemory.configured();
        long millis = config.get(Config.Quantity.LATENCY_MONITOR_THRESHOLD_MILLIS);
        boolean watches = millis > 0 && millis < Long.MAX_VALUE / NANOS_PER_MILLI;
        spikeNanos = watches ? millis * NANOS_PER_MILLI : Long.MAX_VALUE;
    }

    public Stripes stripes() {
        return stripes;
    }

    public Journal journal() {
        return journal;
    }

    /** Whether replies wait for the disk. */
    public boolean isStrict() {
        return strict;
    }

    /**
     * Has replies wait for the disk from here on, or no longer. What was written while they waited
     * is not shown before it is durable, to nobody: so an end of waiting begins when all that was
     * written before is on the disk.
     */
    public synchronized void strict(boolean wanted) {
        if (wanted) {
            relaxedAfter = -1;
            strict = true;
        } else if (strict) {
            relaxedAfter = journal.end();
            journal.requestSync();
            relax();
        }
    }

    private synchronized void relax() {
        if (relaxedAfter >= 0 && journal.durable() >= relaxedAfter) {
            relaxedAfter = -1;
            strict = false;
        }
    }

    public CommandTable commands() {
        return commands;
    }

    public Config config() {
        return config;
    }

    public Clock clock() {
        return clock;
    }

    public long startedMillis() {
        return startedMillis;
    }

    public List<Lane> lanes() {
        return lanes;
    }

    /** Takes a lane in; returns its index. */
    int add(Lane lane) {
        lanes.add(lane);
        return lanes.size() - 1;
    }

    /** Changes that clients have made since the start, those of a reply that is out included. */
    public long changes() {
        long sum = 0;
        for (Lane lane : lanes) {
            sum += lane.changes();
        }
        return sum;
    }

    /** What a family of commands keeps for the whole server; made when it is first asked for. */
    public <T> T part(Class<T> kind, Function<KvServer, T> make) {
        Object known = parts.get(kind);
        if (known == null) {
            known = made(kind, make);
        }
        return kind.cast(known);
    }

    /** Making one may ask for another: a map that is being computed would not bear that. */
    private <T> Object made(Class<T> kind, Function<KvServer, T> make) {
        synchronized (parts) {
            Object known = parts.get(kind);
            if (known == null) {
                known = make.apply(this);
                parts.put(kind, known);
            }
            return known;
        }
    }

    /** Runs ten times a second, on the first lane. */
    public void eachTick(Runnable action) {
        ticks.add(action);
    }

    void tick(long nowMillis) {
        Pause running = pause;
        if (running != null && running.endMillis() <= nowMillis) {
            endPause(running);
        }
        if (relaxedAfter >= 0) {
            relax();
        }
        ticks.forEach(Runnable::run);
    }

    // ---- Clients

    public Collection<Session> sessions() {
        return sessions.values();
    }

    public @Nullable Session session(long id) {
        return sessions.get(id);
    }

    long add(Session session, long id) {
        connectionsReceived.incrementAndGet();
        sessions.put(id, session);
        return id;
    }

    long nextSessionId() {
        return nextSessionId.getAndIncrement();
    }

    void remove(Session session) {
        sessions.remove(session.id());
    }

    /** True if there is room for one more client; else it counts as rejected. */
    public boolean admitsClient() {
        boolean room = sessions.size() < config.get(Config.Quantity.MAXCLIENTS);
        if (!room) {
            connectionsReceived.incrementAndGet();
            connectionsRejected.incrementAndGet();
        }
        return room;
    }

    public long connectionsReceived() {
        return connectionsReceived.get();
    }

    public long connectionsRejected() {
        return connectionsRejected.get();
    }

    /** Makes all counters zero, as CONFIG RESETSTAT does: this lane's at once, others' soon. */
    public void resetStats(Lane here) {
        connectionsReceived.set(0);
        connectionsRejected.set(0);
        clientMemory.reset();
        stripes.forgetFreed();
        for (Lane lane : lanes) {
            if (lane.equals(here)) {
                lane.stats().reset();
            } else {
                lane.loop().execute(lane.stats()::reset);
            }
        }
    }

    /** How bytes reach the process, as INFO tells it. */
    public String transport() {
        return transport;
    }

    public void transport(String name) {
        transport = name;
    }

    /** What clients have it remember by name. */
    public KeptNames keptNames() {
        return keptNames;
    }

    /** The rooms in which commands may change something, too. */
    public Participants participants() {
        return participants;
    }

    public void participants(Participants participants) {
        this.participants = participants;
    }

    // ---- What is out of the ordinary

    int care() {
        return care;
    }

    private synchronized void care(int bit, boolean set) {
        care = set ? care | bit : care & ~bit;
    }

    public Notifications notifications() {
        return notifications;
    }

    public void notifications(Notifications notifications) {
        this.notifications = notifications;
    }

    /** Who sees every command after it ran (MONITOR), or null. */
    public @Nullable CommandTap tap() {
        return tap;
    }

    public void tap(@Nullable CommandTap tap) {
        this.tap = tap;
        care(CARE_TAP, tap != null);
    }

    /** Who sees every record (those who follow us), or null. */
    public @Nullable RecordTap recordTap() {
        return recordTap;
    }

    public void recordTap(@Nullable RecordTap tap) {
        this.recordTap = tap;
    }

    /** What the server is if it is no plain master, or null. */
    public @Nullable Role role() {
        return role;
    }

    public void role(@Nullable Role role) {
        this.role = role;
        care(CARE_ROLE, role != null);
    }

    /** It follows another server: what expires is deleted there. */
    public boolean isReplica() {
        Role now = role;
        return now != null && now.isReplica();
    }

    /** The server is a cluster of one node. */
    public boolean isCluster() {
        return (care & CARE_CLUSTER) != 0;
    }

    public void cluster(boolean is) {
        care(CARE_CLUSTER, is);
    }

    /** Who is told the position of each checkpoint's cut, all stripes locked. */
    public void onCut(LongConsumer told) {
        this.onCut = told;
    }

    /** A checkpoint is cut at a position of the log; all stripes are locked. */
    public void cut(long position) {
        onCut.accept(position);
    }

    /** Makes commands wait; one pause adds to another. */
    public synchronized void pause(Pause asked) {
        Pause running = pause;
        Pause both = running == null ? asked : running.and(asked);
        pause = both;
        care(CARE_PAUSE, true);
        Lane first = lanes.getFirst();
        first.later(both.endMillis() - clock.millis(), () -> endPause(both));
    }

    /** Ends any pause: what waited goes on. */
    public void unpause() {
        Pause running = pause;
        if (running != null) {
            endPause(running);
        }
    }

    private void endPause(Pause ended) {
        synchronized (this) {
            if (!ended.equals(pause)) {
                return;
            }
            pause = null;
            care(CARE_PAUSE, holds > 0);
        }
        lanes.forEach(lane -> lane.loop().execute(lane::unpark));
    }

    /** Has writes wait until what is returned is ended. */
    public Hold holdWrites() {
        synchronized (this) {
            holds++;
            care(CARE_PAUSE, true);
        }
        Hold hold = new Hold(this);
        hold.begin();
        return hold;
    }

    void endHold() {
        synchronized (this) {
            holds--;
            care(CARE_PAUSE, holds > 0 || pause != null);
        }
        lanes.forEach(lane -> lane.loop().execute(lane::unpark));
    }

    /** False while DEBUG keeps expired keys until somebody asks for them. */
    public boolean isActiveExpire() {
        return activeExpire;
    }

    public void activeExpire(boolean on) {
        activeExpire = on;
    }

    /** True while DEBUG has what is done now and then stand still. */
    public boolean isCronPaused() {
        return cronPaused;
    }

    public void cronPaused(boolean paused) {
        cronPaused = paused;
    }

    /** True while DEBUG has RESTORE take payloads whose sum is wrong. */
    public boolean anySumWillDo() {
        return anySumWillDo;
    }

    public void anySumWillDo(boolean will) {
        anySumWillDo = will;
    }

    /** True while DEBUG lets scripts call what is not for scripts. */
    boolean scriptsAreTrusted() {
        return scriptsAreTrusted;
    }

    public void scriptsAreTrusted(boolean are) {
        scriptsAreTrusted = are;
    }

    /** What waits at present, or null if nothing does. */
    public @Nullable Pause pause() {
        Pause asked = pause;
        if (holds == 0) {
            return asked;
        }
        return asked == null ? Pause.OF_WRITES : asked.and(Pause.OF_WRITES);
    }

    /** The script that runs, or null. */
    public @Nullable RunningScript script() {
        return script;
    }

    /** The script that runs for so long that others are told so, or null. */
    public @Nullable RunningScript busyScript() {
        RunningScript running = script;
        return running != null && running.isBusy() ? running : null;
    }

    /** What is answered while a script has the store; one that has just ended has it, too. */
    String busyError() {
        RunningScript running = script;
        return running == null
                ? "BUSY Redis is busy running a script. Try again."
                : running.busyError();
    }

    /** Whether a script has the store for so long that others are told so. */
    public boolean isBusy() {
        return busyScript() != null;
    }

    void script(@Nullable RunningScript running) {
        script = running;
        if (running == null && (care & CARE_BUSY) != 0) {
            care(CARE_BUSY, false);
        }
    }

    void scriptIsBusy() {
        care(CARE_BUSY, true);
    }

    /** Nobody is to wait for a script's stripes, however long they were to; from any thread. */
    public void busyWith(RunningScript running) {
        running.becomesBusy(running.command());
        scriptIsBusy();
    }

    /** The store has what will be in no log: no checkpoint may be made of it. */
    public boolean isLost() {
        return lost;
    }

    void lose() {
        lost = true;
    }

    // ---- What SAVE and SHUTDOWN begin

    public Checkpoints checkpoints() {
        return checkpoints;
    }

    public void checkpoints(Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    /** The dump files that SAVE and BGSAVE write. */
    public OnlineSaves saves() {
        return saves;
    }

    public void saves(OnlineSaves saves) {
        this.saves = saves;
    }

    /** What the journal would give at a start. */
    public JournalReplay replay() {
        return replay;
    }

    public void replay(JournalReplay replay) {
        this.replay = replay;
    }

    /** Begins an orderly end of the process and returns; null if nobody can. */
    public @Nullable Runnable shutdown() {
        return shutdown;
    }

    public void shutdown(@Nullable Runnable begin) {
        shutdown = begin;
    }

    /** What all clients may take together. */
    public ClientMemory clientMemory() {
        return clientMemory;
    }

    // ---- What takes long

    /** What took longer than it should. */
    public LatencySpikes latencySpikes() {
        return latencySpikes;
    }

    /** What takes so long is a spike of latency. */
    long spikeNanos() {
        return spikeNanos;
    }

    /** An event took so long; noted if that is too long. From any thread. */
    public void took(String event, long nanos) {
        if (nanos >= spikeNanos) {
            latencySpikes.add(
                    event,
                    new LatencySpikes.Sample(clock.millis() / 1000, nanos / NANOS_PER_MILLI));
        }
    }

    // ---- Slow commands

    public SlowLog slowLog() {
        return slowLog;
    }

    /** Commands that take so long are slow. */
    long slowNanos() {
        long micros = config.slowlogLogSlowerThanMicros();
        return micros < 0 ? Long.MAX_VALUE : micros * 1000;
    }

    void slow(Session session, Command command, Request request, long redacted, long nanos) {
        if (!command.has(Flag.SKIP_SLOWLOG)) {
            slowLog.add(
                    session,
                    request,
                    redacted,
                    nanos,
                    clock.millis() / 1000,
                    config.slowlogMaxLen());
        }
    }
}
