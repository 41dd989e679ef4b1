package dev.millrace.kv.info;

import dev.millrace.kv.session.KvServer;

import java.util.Locale;
import java.util.function.BiConsumer;

/** The sections of INFO, in Redis's order. */
@SuppressWarnings("ImmutableEnumChecker") // its functions have no state
enum Section {
    SERVER("Server", true, ProcessSections::server),
    CLIENTS("Clients", true, TrafficSections::clients),
    MEMORY("Memory", true, ProcessSections::memory),
    PERSISTENCE("Persistence", true, StateSections::persistence),
    STATS("Stats", true, TrafficSections::stats),
    REPLICATION("Replication", true, StateSections::replication),
    CPU("CPU", true, ProcessSections::cpu),
    MODULES("Modules", true, (server, lines) -> {}),
    COMMANDSTATS("Commandstats", false, TrafficSections::commands),
    ERRORSTATS("Errorstats", true, TrafficSections::errors),
    LATENCYSTATS("Latencystats", false, TrafficSections::latencies),
    CLUSTER("Cluster", true, (server, lines) -> lines.add("cluster_enabled", 0)),
    KEYSPACE("Keyspace", true, StateSections::keyspace);

    private final String title;
    private final boolean usual;
    private final BiConsumer<KvServer, Lines> content;

    Section(String title, boolean usual, BiConsumer<KvServer, Lines> content) {
        this.title = title;
        this.usual = usual;
        this.content = content;
    }

    /** True if INFO shows it unasked. */
    boolean isUsual() {
        return usual;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    void write(KvServer server, Lines lines) {
        lines.section(title);
        content.accept(server, lines);
    }
}
