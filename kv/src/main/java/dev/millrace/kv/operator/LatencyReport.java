package dev.millrace.kv.operator;

import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.LatencySpikes;
import dev.millrace.kv.session.LatencySpikes.Sample;
import dev.millrace.kv.session.LatencySpikes.Series;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What LATENCY DOCTOR says: Redis's words where they apply, and our own of the journal. */
final class LatencyReport {
    private static final String DISABLED =
            "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis"
                    + " instance. You may use \"CONFIG SET latency-monitor-threshold"
                    + " <milliseconds>.\" in order to enable it. If we weren't in a deep space"
                    + " mission I'd suggest to take a look at"
                    + " https://redis.io/topics/latency-monitor.\n";
    private static final String NONE =
            "Dave, no latency spike was observed during the lifetime of this Redis instance, not in"
                    + " the slightest bit. I honestly think you ought to sit down calmly, take a"
                    + " stress pill, and think things over.\n";
    private static final String SOME =
            "Dave, I have observed latency spikes in this Redis instance. You don't mind talking"
                    + " about it, do you Dave?\n\n";
    private static final String NO_ADVICE =
            "\nWhile there are latency events logged, I'm not able to suggest any easy fix. Please"
                    + " use the Redis community to get some help, providing this report in your"
                    + " help request.\n";

    /** In the order in which it is given. */
    private enum Advice {
        ENABLE_SLOWLOG(
                "There are latency issues with potentially slow commands you are using. Try to"
                        + " enable the Slow Log Redis feature using the command 'CONFIG SET"
                        + " slowlog-log-slower-than %d'. If the Slow log is disabled Redis is not"
                        + " able to log slow commands execution for you."),
        TUNE_SLOWLOG(
                "Your current Slow Log configuration only logs events that are slower than your"
                        + " configured latency monitor threshold. Please use 'CONFIG SET"
                        + " slowlog-log-slower-than %d'."),
        INSPECT_SLOWLOG(
                "Check your Slow Log to understand what are the commands you are running which are"
                        + " too slow to execute. Please check https://redis.io/commands/slowlog for"
                        + " more information."),
        SCHEDULER(
                "The system is slow to execute Redis code paths not containing system calls. This"
                        + " usually means the system does not provide Redis CPU time to run for long"
                        + " periods. You should try to:\n"
                        + "  1) Lower the system load.\n"
                        + "  2) Use a computer / VM just for Redis if you are running other software in"
                        + " the same system.\n"
                        + "  3) Check if you have a \"noisy neighbour\" problem.\n"
                        + "  4) Check with 'redis-cli --intrinsic-latency 100' what is the intrinsic"
                        + " latency in your system."),
        LOCAL_DISK(
                "It is strongly advised to keep the journal on a local disk that syncs quickly, or"
                        + " to relax kv.sync to 'everysec': with 'always' each change waits for the"
                        + " disk."),
        LARGE_OBJECTS(
                "Deleting, expiring or evicting (because of maxmemory policy) many keys at once"
                        + " takes time. If there are very many that go at the same moment, try to"
                        + " spread them."),
        MASS_EVICTION(
                "Sudden changes to the 'maxmemory' setting via 'CONFIG SET', or allocation of large"
                        + " objects via sets or sorted sets intersections, STORE option of SORT,"
                        + " may create sudden memory pressure forcing the server to block trying to"
                        + " evict keys.");

        private final String text;

        Advice(String text) {
            this.text = text;
        }
    }

    private final KvServer server;
    private final StringBuilder text = new StringBuilder();
    private final Set<Advice> advices = EnumSet.noneOf(Advice.class);

    LatencyReport(KvServer server) {
        this.server = server;
    }

    String write() {
        List<Series> all = server.latencySpikes().all();
        if (all.isEmpty()) {
            return thresholdMillis() == 0 ? DISABLED : NONE;
        }
        text.append(SOME);
        for (int i = 0; i < all.size(); i++) {
            event(i + 1, all.get(i));
        }
        if (advices.isEmpty()) {
            return text.append(NO_ADVICE).toString();
        }
        text.append("\nI have a few advices for you:\n\n");
        for (Advice advice : advices) {
            text.append("- ")
                    .append(String.format(Locale.ROOT, advice.text, thresholdMillis() * 1000))
                    .append('\n');
        }
        return text.toString();
    }

    private long thresholdMillis() {
        return server.config().get(Quantity.LATENCY_MONITOR_THRESHOLD_MILLIS);
    }

    private void event(int number, Series series) {
        List<Sample> samples = series.samples();
        long average = samples.stream().mapToLong(Sample::millis).sum() / samples.size();
        long deviation =
                samples.stream().mapToLong(s -> Math.abs(average - s.millis())).sum()
                        / samples.size();
        long now = server.clock().millis() / 1000;
        long period = Math.max(now - samples.getFirst().atSeconds(), 1);
        text.append(
                String.format(
                        Locale.ROOT,
                        "%d. %s: %d latency spikes (average %dms, mean deviation %dms, period %.2f"
                                + " sec). Worst all time event %dms.%n",
                        number,
                        series.event(),
                        samples.size(),
                        average,
                        deviation,
                        (double) period / samples.size(),
                        series.worstMillis()));
        advise(series.event());
    }

    private void advise(String event) {
        switch (event) {
            case "command" -> adviseOnSlowLog();
            case "fast-command" -> advices.add(Advice.SCHEDULER);
            case LatencySpikes.EXPIRE_CYCLE, LatencySpikes.EVICTION_DEL ->
                    advices.add(Advice.LARGE_OBJECTS);
            case LatencySpikes.EVICTION_CYCLE -> advices.add(Advice.MASS_EVICTION);
            case LatencySpikes.JOURNAL_SYNC -> advices.add(Advice.LOCAL_DISK);
            default -> {}
        }
    }

    private void adviseOnSlowLog() {
        long slowMicros = server.config().slowlogLogSlowerThanMicros();
        if (slowMicros < 0) {
            advices.add(Advice.ENABLE_SLOWLOG);
        } else if (slowMicros / 1000 > thresholdMillis()) {
            advices.add(Advice.TUNE_SLOWLOG);
        }
        advices.add(Advice.INSPECT_SLOWLOG);
        advices.add(Advice.LARGE_OBJECTS);
    }
}
