package dev.millrace.kv.server;

import dev.millrace.kernel.journal.SyncPolicy;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.session.KvServer;

import java.util.function.Consumer;

/**
 * The sync policy at present: {@code kv.sync} says it at the start, {@code CONFIG SET appendfsync}
 * afterwards.
 */
final class RunningPolicy {
    private final KvServer server;
    private final Consumer<SyncPolicy> change;
    private volatile SyncPolicy policy;

    /**
     * @param change tells the journal
     */
    RunningPolicy(SyncPolicy policy, KvServer server, Consumer<SyncPolicy> change) {
        this.policy = policy;
        this.server = server;
        this.change = change;
    }

    void declare(Parameters parameters) {
        parameters.decidedBy("appendfsync", this::text, this::set);
    }

    private String text() {
        return switch (policy) {
            case ALWAYS -> "always";
            case EVERYSEC -> "everysec";
            case OS -> "no";
        };
    }

    private void set(String text) {
        policy =
                switch (text) {
                    case "always" -> SyncPolicy.ALWAYS;
                    case "no" -> SyncPolicy.OS;
                    default -> SyncPolicy.EVERYSEC;
                };
        change.accept(policy);
        server.strict(policy == SyncPolicy.ALWAYS);
    }
}
