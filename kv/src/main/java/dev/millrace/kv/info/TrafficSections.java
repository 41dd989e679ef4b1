package dev.millrace.kv.info;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.pubsub.PubSub;
import dev.millrace.kv.replication.Feed;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Latencies;
import dev.millrace.kv.session.Session;
import dev.millrace.kv.session.Stats;
import dev.millrace.kv.tracking.Tracking;

import java.util.Collection;
import java.util.StringJoiner;

/** Of what comes and goes: clients, stats, commands, errors, latencies. */
final class TrafficSections {
    private static final int NANOS_PER_MICRO = 1000;
    private static final double MICRO = 1000.0;
    private static final double KIBIBYTE = 1024.0;

    private TrafficSections() {}

    static void clients(KvServer server, Lines lines) {
        Collection<Session> sessions = server.sessions();
        // Who follows is no client: the section of replication has them.
        lines.add("connected_clients", sessions.size() - Feed.of(server).followers())
                .add("cluster_connections", 0)
                .add("maxclients", server.config().get(Config.Quantity.MAXCLIENTS))
                .add(
                        "client_recent_max_input_buffer",
                        sessions.stream().mapToLong(Session::pendingBytes).max().orElse(0))
                .add(
                        "client_recent_max_output_buffer",
                        sessions.stream()
                                .mapToLong(session -> session.outlet().pendingBytes())
                                .max()
                                .orElse(0))
                .add("blocked_clients", sessions.stream().filter(Session::isWaiting).count())
                .add("tracking_clients", Tracking.of(server).clients())
                .zero("clients_in_timeout_table");
    }

    static void stats(KvServer server, Lines lines) {
        Totals totals = new Totals(server);
        Recent recent = Recent.of(server);
        PubSub pubSub = PubSub.of(server);
        lines.add("total_connections_received", server.connectionsReceived())
                .add("total_commands_processed", totals.sum(Stats::commands))
                .add("instantaneous_ops_per_sec", recent.commandsPerSecond())
                .add("total_net_input_bytes", totals.sum(Stats::bytesIn))
                .add("total_net_output_bytes", totals.sum(Stats::bytesOut))
                .zero("total_net_repl_input_bytes", "total_net_repl_output_bytes")
                .add("instantaneous_input_kbps", recent.bytesInPerSecond() / KIBIBYTE)
                .add("instantaneous_output_kbps", recent.bytesOutPerSecond() / KIBIBYTE)
                .add("instantaneous_input_repl_kbps", 0.0)
                .add("instantaneous_output_repl_kbps", 0.0)
                .add("rejected_connections", server.connectionsRejected())
                .add("sync_full", Feed.of(server).copies())
                .add("sync_partial_ok", Feed.of(server).continuations())
                .add("sync_partial_err", Feed.of(server).refusedContinuations())
                .add("expired_keys", totals.sum(Stats::expiredKeys))
                .add("expired_stale_perc", 0.0)
                .zero("expired_time_cap_reached_count", "expire_cycle_cpu_milliseconds")
                .add("evicted_keys", totals.sum(Stats::evictedKeys))
                .add("evicted_clients", server.clientMemory().evicted())
                .zero("total_eviction_exceeded_time", "current_eviction_exceeded_time")
                .add("keyspace_hits", totals.sum(Stats::hits))
                .add("keyspace_misses", totals.sum(Stats::misses))
                .add("pubsub_channels", pubSub.channelCount())
                .add("pubsub_patterns", pubSub.patternCount())
                .add("pubsubshard_channels", pubSub.shardChannelCount())
                .zero(
                        "latest_fork_usec",
                        "total_forks",
                        "migrate_cached_sockets",
                        "slave_expires_tracked_keys",
                        "active_defrag_hits",
                        "active_defrag_misses",
                        "active_defrag_key_hits",
                        "active_defrag_key_misses",
                        "total_active_defrag_time",
                        "current_active_defrag_time")
                .add("tracking_total_keys", Tracking.of(server).keys())
                .add("tracking_total_items", Tracking.of(server).items())
                .add("tracking_total_prefixes", Tracking.of(server).prefixCount())
                .zero("unexpected_error_replies")
                .add("total_error_replies", totals.sum(Stats::errors))
                .zero("dump_payload_sanitizations")
                .add("total_reads_processed", totals.sum(Stats::reads))
                .add("total_writes_processed", totals.sum(Stats::writes))
                .zero(
                        "io_threaded_reads_processed",
                        "io_threaded_writes_processed",
                        "reply_buffer_shrinks",
                        "reply_buffer_expands");
    }

    static void commands(KvServer server, Lines lines) {
        Totals totals = new Totals(server);
        for (Command command : Totals.commands(server)) {
            long calls = totals.sum(stats -> stats.calls(command));
            long rejected = totals.sum(stats -> stats.rejectedCalls(command));
            long failed = totals.sum(stats -> stats.failedCalls(command));
            if (calls + rejected + failed > 0) {
                long micros = totals.sum(stats -> stats.nanos(command)) / NANOS_PER_MICRO;
                lines.add(
                        "cmdstat_" + command.fullName(),
                        "calls="
                                + calls
                                + ",usec="
                                + micros
                                + ",usec_per_call="
                                + Lines.decimal(calls == 0 ? 0 : (double) micros / calls, 2)
                                + ",rejected_calls="
                                + rejected
                                + ",failed_calls="
                                + failed);
            }
        }
    }

    static void errors(KvServer server, Lines lines) {
        new Totals(server)
                .eachError((code, count) -> lines.add("errorstat_" + code, "count=" + count));
    }

    static void latencies(KvServer server, Lines lines) {
        Parameters parameters = Parameters.of(server);
        String percentiles = parameters.value("latency-tracking-info-percentiles");
        if (parameters.value("latency-tracking").equals("no") || percentiles.isEmpty()) {
            return;
        }
        Totals totals = new Totals(server);
        for (Command command : Totals.commands(server)) {
            Latencies latencies = totals.latencies(command);
            if (latencies.count() > 0) {
                lines.add(
                        "latency_percentiles_usec_" + command.fullName(),
                        percentiles(latencies, percentiles));
            }
        }
    }

    private static String percentiles(Latencies latencies, String percentiles) {
        StringJoiner all = new StringJoiner(",");
        for (String percent : percentiles.split(" ", -1)) {
            double micros = latencies.percentileNanos(Double.parseDouble(percent)) / MICRO;
            all.add("p" + percent + "=" + Lines.decimal(micros, 3));
        }
        return all.toString();
    }
}
