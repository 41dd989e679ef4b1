package dev.millrace.kv.replication;

import dev.millrace.kv.command.Command;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Role;
import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

/**
 * A master that takes writes only while enough follow it closely: {@code min-replicas-to-write} and
 * {@code min-replicas-max-lag}.
 */
record FewReplicas(KvServer server, Feed feed) implements Role {
    static final String WANTED = "min-replicas-to-write";
    private static final String LAG = "min-replicas-max-lag";
    private static final String REFUSAL = "NOREPLICAS Not enough good replicas to write.";

    /** Makes the server one, or a plain master, unless it follows another. */
    static void look(KvServer server, Feed feed, long wanted) {
        Role now = server.role();
        boolean is = now != null && !now.isReplica();
        if (now == null && wanted > 0) {
            server.role(new FewReplicas(server, feed));
        } else if (is && wanted == 0) {
            server.role(null);
        }
    }

    @Override
    public @Nullable String refusal(Session session, Command command) {
        if (!command.isWrite()) {
            return null;
        }
        Parameters parameters = Parameters.of(server);
        long lag = parameters.number(LAG);
        long close = feed.quickerThan(lag, server.clock().millis());
        return lag > 0 && close < parameters.number(WANTED) ? REFUSAL : null;
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
