package dev.millrace.kv.session;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.resp.Request;
import dev.millrace.kv.store.Stripes;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all lanes share. */
public final class KvServer {
    private final Stripes stripes;
    private final Journal journal;
    private final boolean strict;
    private final CommandTable commands;
    private final Config config;
    private final Clock clock;
    private final long startedMillis;
    private final List<Lane> lanes = new CopyOnWriteArrayList<>();
    private final Map<Long, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicLong nextSessionId = new AtomicLong(1);
    private volatile Notifications notifications = Notifications.NONE;
    private volatile @Nullable CommandTap tap;
    private final SlowLog slowLog = new SlowLog();

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
    }

    public Stripes stripes() {
        return stripes;
    }

    public Journal journal() {
        return journal;
    }

    public boolean isStrict() {
        return strict;
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

    void add(Lane lane) {
        lanes.add(lane);
    }

    public Collection<Session> sessions() {
        return sessions.values();
    }

    public @Nullable Session session(long id) {
        return sessions.get(id);
    }

    long add(Session session, long id) {
        sessions.put(id, session);
        return id;
    }

    long nextSessionId() {
        return nextSessionId.getAndIncrement();
    }

    void remove(Session session) {
        sessions.remove(session.id());
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
    }

    public SlowLog slowLog() {
        return slowLog;
    }

    /** Commands that take longer are slow. */
    long slowNanos() {
        long micros = config.slowlogLogSlowerThanMicros();
        return micros < 0 ? Long.MAX_VALUE : micros * 1000;
    }

    void slow(Session session, Command command, Request request, long nanos) {
        if (!command.has(Flag.SKIP_SLOWLOG)) {
            slowLog.add(
                    session,
                    command,
                    request,
                    nanos,
                    clock.millis() / 1000,
                    config.slowlogMaxLen());
        }
    }
}
