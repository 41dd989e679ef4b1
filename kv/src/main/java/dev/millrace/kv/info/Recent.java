package dev.millrace.kv.info;

import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Stats;
import dev.millrace.kv.store.Stripe;

import java.util.function.ToLongFunction;

/** What is measured now and then: rates over the last seconds, the peak of memory, the run's id. */
public final class Recent {
    private static final int SAMPLES = 16;
    private static final double NANOS_PER_SECOND = 1e9;

    private final KvServer server;
    private final String runId = ProcessFacts.randomId();
    private final Rate commands = new Rate();
    private final Rate bytesIn = new Rate();
    private final Rate bytesOut = new Rate();
    private volatile long peakBytes;

    /** A counter's growth per second over the last samples. Written by one lane. */
    private static final class Rate {
        private final double[] samples = new double[SAMPLES];
        private int next;
        private long lastCount;
        private long lastNanos = System.nanoTime();

        void sample(long count, long nowNanos) {
            double seconds = (nowNanos - lastNanos) / NANOS_PER_SECOND;
            if (seconds > 0) {
                samples[next] = Math.max(count - lastCount, 0) / seconds;
                next = (next + 1) % SAMPLES;
            }
            lastCount = count;
            lastNanos = nowNanos;
        }

        double perSecond() {
            double sum = 0;
            for (double sample : samples) {
                sum += sample;
            }
            return sum / SAMPLES;
        }
    }

    private Recent(KvServer server) {
        this.server = server;
        server.eachTick(this::sample);
    }

    public static Recent of(KvServer server) {
        return server.part(Recent.class, Recent::new);
    }

    private void sample() {
        long now = System.nanoTime();
        commands.sample(sum(Stats::commands), now);
        bytesIn.sample(sum(Stats::bytesIn), now);
        bytesOut.sample(sum(Stats::bytesOut), now);
        usedBytes();
    }

    private long sum(ToLongFunction<Stats> counter) {
        long sum = 0;
        for (int i = 0; i < server.lanes().size(); i++) {
            sum += counter.applyAsLong(server.lanes().get(i).stats());
        }
        return sum;
    }

    /** Bytes of all items, tables and other blocks of the store. */
    public long storeBytes() {
        long used = 0;
        for (int i = 0; i < server.stripes().count(); i++) {
            Stripe stripe = server.stripes().stripe(i);
            used += stripe.slabs().usedBytes();
        }
        return used;
    }

    /** The same and what clients' buffers hold, which is what {@code maxmemory} limits. */
    public long usedBytes() {
        long used = storeBytes() + server.clientMemory().bufferBytes();
        peakBytes = Math.max(peakBytes, used);
        return used;
    }

    /** The most it has been. */
    public long peakBytes() {
        return peakBytes;
    }

    String runId() {
        return runId;
    }

    long commandsPerSecond() {
        return Math.round(commands.perSecond());
    }

    double bytesInPerSecond() {
        return bytesIn.perSecond();
    }

    double bytesOutPerSecond() {
        return bytesOut.perSecond();
    }
}
