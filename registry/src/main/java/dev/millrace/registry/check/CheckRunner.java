package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Runs checks, and tells a listener what changed.
 *
 * <p><b>One thread.</b> All checks of a runner live on the thread of its {@link Schedule}, mostly
 * an event loop; only that thread may call it, but for {@link #standing} and {@link #size}. So
 * neither a check nor its listener needs a lock, an answer cannot overtake the removal of its
 * check, and tests move time by hand. One thread has enough: ten thousand HTTP checks at 10 s take
 * a few percent of it (bench: ChecksCost).
 *
 * <p><b>Nothing is durable here.</b> Definitions, and the statuses that were told, are kept by
 * whoever registers checks; after a restart they are put again with how they stood. Counts of
 * answers begin anew, TTLs too.
 */
public final class CheckRunner implements AutoCloseable {
    private final Map<CheckKey, Running> running = new ConcurrentHashMap<>();
    private final Schedule schedule;
    private final Probes probes;
    private final Aliases aliases;
    private final Report.Terms terms;
    private final Spread spread;

    /**
     * @param aliases where alias checks look
     * @param listener is told on the schedule's thread
     * @param random for phases: several processes should not run in step
     * @param outputInterval how long an output that changes without the status may stay untold;
     *     Consul's check_update_interval, 5 minutes there; zero: not at all
     */
    public CheckRunner(
            Schedule schedule,
            Probes probes,
            Aliases aliases,
            CheckListener listener,
            RandomGenerator random,
            Duration outputInterval) {
        this.schedule = schedule;
        this.probes = probes;
        this.aliases = aliases;
        this.terms = new Report.Terms(schedule, listener, random, outputInterval);
        this.spread = new Spread(random.nextLong());
    }

    /**
     * Runs a check, instead of what had its key. One that runs with the same definition and stands
     * so goes on as it was, with its counts; but a TTL begins anew.
     *
     * @param standing how it stands as far as the listener knows
     */
    public void put(CheckKey key, CheckDefinition definition, Standing standing) {
        Running before = running.get(key);
        if (before != null && goesOn(before, definition, standing)) {
            if (before instanceof TtlCheck ttl) {
                ttl.renew();
            }
            return;
        }
        remove(key);
        Running check = check(key, definition, standing);
        running.put(key, check);
        check.start();
    }

    /**
     * Ends a check; nothing is told of it afterwards. One that is not there is none the less gone.
     */
    public void remove(CheckKey key) {
        Running before = running.remove(key);
        if (before != null) {
            before.stop();
        }
    }

    /**
     * Somebody says how a TTL check is, which holds for its time to live.
     *
     * @param output for people; what is too long is cut
     * @return false: there is no such TTL check
     */
    public boolean report(CheckKey key, Status status, String output) {
        if (!(running.get(key) instanceof TtlCheck check)) {
            return false;
        }
        check.reported(status, output);
        return true;
    }

    /** How a check stands now, told or not, if it is there. From any thread. */
    public Optional<Standing> standing(CheckKey key) {
        return Optional.ofNullable(running.get(key)).map(Running::standing);
    }

    /** How many checks there are. From any thread. */
    public int size() {
        return running.size();
    }

    /** Ends all checks. */
    @Override
    public void close() {
        running.values().forEach(Running::stop);
        running.clear();
    }

    private static boolean goesOn(Running before, CheckDefinition definition, Standing standing) {
        return before.definition().equals(definition)
                && before.standing().status() == standing.status();
    }

    private Running check(CheckKey key, CheckDefinition definition, Standing standing) {
        Report report = new Report(key, standing, terms);
        return switch (definition.kind()) {
            case CheckKind.Ttl ttl -> new TtlCheck(definition, ttl, schedule, report);
            case CheckKind.Alias alias -> new AliasCheck(key, definition, alias, aliases, report);
            case CheckKind.None() -> new SilentCheck(definition, standing);
            case CheckKind.Http _,
                    CheckKind.Tcp _,
                    CheckKind.Udp _,
                    CheckKind.Grpc _,
                    CheckKind.H2ping _,
                    CheckKind.LocalProcess _ ->
                    periodic(definition, report);
        };
    }

    private PeriodicCheck periodic(CheckDefinition definition, Report report) {
        return new PeriodicCheck(
                definition,
                probes.probe(definition.kind(), definition.outputBytesMax()),
                schedule,
                report,
                spread.nextDelay(schedule.nanos(), definition.interval().toNanos()));
    }
}
