package dev.millrace.kv.replication;

import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.session.KvServer;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** What INFO replication tells. */
public final class ReplicationFacts {
    private static final String NO_ID = "0".repeat(40);
    private static final long MILLIS_PER_SECOND = 1000;

    private ReplicationFacts() {}

    /** Names and values, in Redis's order. */
    public static Map<String, Object> of(KvServer server) {
        Map<String, Object> facts = new LinkedHashMap<>();
        Following following = Following.of(server);
        Upstream upstream = following.upstream();
        facts.put("role", upstream == null ? "master" : "slave");
        if (upstream != null) {
            follower(server, following, upstream, facts);
        }
        followed(server, facts);
        place(server, following, upstream, facts);
        return facts;
    }

    private static void follower(
            KvServer server, Following following, Upstream upstream, Map<String, Object> facts) {
        Parameters parameters = Parameters.of(server);
        boolean up = following.state() == Following.State.CONNECTED;
        long heard = following.heardMillis();
        facts.put("master_host", upstream.host());
        facts.put("master_port", upstream.port());
        facts.put("master_link_status", up ? "up" : "down");
        facts.put(
                "master_last_io_seconds_ago",
                up ? (server.clock().millis() - heard) / MILLIS_PER_SECOND : -1);
        facts.put("master_sync_in_progress", following.state() == Following.State.SYNC ? 1 : 0);
        facts.put("slave_read_repl_offset", Math.max(following.executed(), 0));
        facts.put("slave_repl_offset", Math.max(following.executed(), 0));
        if (!up) {
            facts.put("master_link_down_since_seconds", following.downSeconds());
        }
        facts.put("slave_priority", parameters.value("replica-priority"));
        facts.put("slave_read_only", parameters.flag("replica-read-only") ? 1 : 0);
        facts.put("replica_announced", parameters.flag("replica-announced") ? 1 : 0);
    }

    private static void followed(KvServer server, Map<String, Object> facts) {
        Feed feed = Feed.of(server);
        long now = server.clock().millis();
        facts.put("connected_slaves", feed.replicas().size());
        long wanted = Parameters.of(server).number("min-replicas-to-write");
        if (wanted > 0) {
            long lag = Parameters.of(server).number("min-replicas-max-lag");
            facts.put("min_slaves_good_slaves", feed.quickerThan(lag, now));
        }
        int index = 0;
        for (Replica replica : feed.replicas()) {
            if (replica.state() == Replica.State.ENDING) {
                continue;
            }
            long lag = (now - replica.heardMillis()) / MILLIS_PER_SECOND;
            facts.put(
                    "slave" + index++,
                    "ip="
                            + replica.address()
                            + ",port="
                            + replica.port()
                            + ",state="
                            + replica.shownState()
                            + ",offset="
                            + replica.acknowledged()
                            + ",lag="
                            + (replica.isOnline() ? lag : 0));
        }
    }

    /** Of which stream we have what: of the other's, if we follow. */
    private static void place(
            KvServer server,
            Following following,
            @Nullable Upstream upstream,
            Map<String, Object> facts) {
        Feed feed = Feed.of(server);
        String others = upstream == null ? "" : upstream.id();
        facts.put("master_failover_state", Failover.of(server).state().shown());
        facts.put("master_replid", others.isEmpty() ? feed.id() : others);
        StreamEnd before = upstream == null ? feed.before() : null;
        facts.put("master_replid2", before == null ? NO_ID : before.id());
        facts.put(
                "master_repl_offset",
                upstream == null ? feed.offset() : Math.max(following.executed(), 0));
        facts.put("second_repl_offset", before == null ? -1 : before.offset() + 1);
        facts.put("repl_backlog_active", feed.isActive() ? 1 : 0);
        facts.put("repl_backlog_size", Parameters.of(server).value("repl-backlog-size"));
        facts.put("repl_backlog_first_byte_offset", feed.isActive() ? feed.firstByte() : 0);
        facts.put("repl_backlog_histlen", feed.keptBytes());
    }
}
