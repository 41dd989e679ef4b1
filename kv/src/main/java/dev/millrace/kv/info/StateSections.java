package dev.millrace.kv.info;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.replication.Following;
import dev.millrace.kv.replication.ReplicationFacts;
import dev.millrace.kv.session.Checkpoints;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.OnlineSaves;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Stripe;

/** Of what is kept: persistence, replication, keyspace. */
final class StateSections {
    private static final int MILLIS_PER_SECOND = 1000;

    private StateSections() {}

    static void persistence(KvServer server, Lines lines) {
        Checkpoints checkpoints = server.checkpoints();
        OnlineSaves.State saves = server.saves().state();
        boolean writes = server.journal().state() == Journal.State.OPEN;
        lines.add("loading", Following.of(server).isLoading() ? 1 : 0)
                .zero(
                        "async_loading",
                        "current_cow_peak",
                        "current_cow_size",
                        "current_cow_size_age")
                .add("current_fork_perc", 0.0)
                .zero("current_save_keys_processed", "current_save_keys_total")
                .add("rdb_changes_since_last_save", saves.changesSince())
                .add("rdb_bgsave_in_progress", saves.running() ? 1 : 0)
                .add("rdb_last_save_time", saves.lastMillis() / MILLIS_PER_SECOND)
                .add("rdb_last_bgsave_status", ok(saves.lastEndedWell()))
                .add("rdb_last_bgsave_time_sec", saves.lastSeconds())
                .add("rdb_current_bgsave_time_sec", saves.currentSeconds())
                .add("rdb_saves", saves.saved())
                .zero(
                        "rdb_last_cow_size",
                        "rdb_last_load_keys_expired",
                        "rdb_last_load_keys_loaded")
                .add("aof_enabled", Parameters.of(server).value("appendonly").equals("yes") ? 1 : 0)
                .add("aof_rewrite_in_progress", checkpoints.isRunning() ? 1 : 0)
                .zero("aof_rewrite_scheduled")
                .add("aof_last_rewrite_time_sec", -1)
                .add("aof_current_rewrite_time_sec", -1)
                .add("aof_last_bgrewrite_status", ok(checkpoints.isLastComplete()))
                .add("aof_rewrites", checkpoints.completed())
                .zero("aof_rewrites_consecutive_failures")
                .add("aof_last_write_status", ok(writes))
                .zero("aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size")
                .add("journal_position", server.journal().end())
                .add("journal_durable_position", server.journal().durable());
    }

    private static String ok(boolean is) {
        return is ? "ok" : "err";
    }

    static void replication(KvServer server, Lines lines) {
        ReplicationFacts.of(server)
                .forEach((name, value) -> lines.add(name, String.valueOf(value)));
    }

    static void keyspace(KvServer server, Lines lines) {
        for (int i = 0; i < Stripe.DATABASES; i++) {
            long keys = 0;
            long expires = 0;
            // Without the stripes' locks: a sum over all is stale anyway when it is read.
            for (int s = 0; s < server.stripes().count(); s++) {
                Database database = server.stripes().stripe(s).database(i);
                keys += database.items().size();
                expires += database.expires().size();
            }
            if (keys > 0) {
                lines.add("db" + i, "keys=" + keys + ",expires=" + expires + ",avg_ttl=0");
            }
        }
    }
}
