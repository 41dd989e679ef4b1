package dev.millrace.kv.replication;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Role;
import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

/** A master that takes no writes, for too few follow it closely: {@code min-replicas-to-write}. */
enum FewReplicas implements Role {
    INSTANCE;

    /** Looks whether the server is one now. */
    static void look(KvServer server, Feed feed, long nowMillis) {
        Role now = server.role();
        if (now != null && now.isReplica()) {
            return;
        }
        Parameters parameters = Parameters.of(server);
        long wanted = parameters.number("min-replicas-to-write");
        long lag = parameters.number("min-replicas-max-lag");
        boolean few = wanted > 0 && lag > 0 && feed.quickerThan(lag, nowMillis) < wanted;
        if (few != (now != null)) {
            server.role(few ? INSTANCE : null);
        }
    }

    @Override
    public @Nullable String refusal(Session session, Command command) {
        return command.isWrite() ? "NOREPLICAS Not enough good replicas to write." : null;
    }

    @Override
    public boolean isReplica() {
        return false;
    }

    @Override
    public boolean ignoresMaxmemory() {
        return false;
    }
}
