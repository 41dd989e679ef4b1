package dev.millrace.kv.info;

import dev.millrace.kv.session.KvServer;

import java.util.Locale;

/** The sections of INFO, in Redis's order. */
enum Section {
    SERVER("Server", true),
    CLIENTS("Clients", true),
    MEMORY("Memory", true),
    PERSISTENCE("Persistence", true),
    STATS("Stats", true),
    REPLICATION("Replication", true),
    CPU("CPU", true),
    MODULES("Modules", true),
    COMMANDSTATS("Commandstats", false),
    ERRORSTATS("Errorstats", true),
    LATENCYSTATS("Latencystats", false),
    CLUSTER("Cluster", true),
    KEYSPACE("Keyspace", true);

    private final String title;
    private final boolean usual;

    Section(String title, boolean usual) {
        this.title = title;
        this.usual = usual;
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
        switch (this) {
            case SERVER -> ProcessSections.server(server, lines);
            case CLIENTS -> TrafficSections.clients(server, lines);
            case MEMORY -> ProcessSections.memory(server, lines);
            case PERSISTENCE -> StateSections.persistence(server, lines);
            case STATS -> TrafficSections.stats(server, lines);
            case REPLICATION -> StateSections.replication(server, lines);
            case CPU -> ProcessSections.cpu(lines);
            case MODULES -> {}
            case COMMANDSTATS -> TrafficSections.commands(server, lines);
            case ERRORSTATS -> TrafficSections.errors(server, lines);
            case LATENCYSTATS -> TrafficSections.latencies(server, lines);
            case CLUSTER -> lines.add("cluster_enabled", server.isCluster() ? 1 : 0);
            case KEYSPACE -> StateSections.keyspace(server, lines);
        }
    }
}
