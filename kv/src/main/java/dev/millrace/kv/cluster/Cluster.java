package dev.millrace.kv.cluster;

import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** What the one node of a cluster says of itself. */
public final class Cluster {
    private static final int ID_BYTES = 20;

    /** The bus of Redis's is so far behind the port; nobody listens there. */
    static final long BUS_OFFSET = 10_000;

    private final Parameters parameters;
    private volatile String id = newId();

    private Cluster(KvServer server) {
        this.parameters = Parameters.of(server);
    }

    public static Cluster of(KvServer server) {
        return server.part(Cluster.class, Cluster::new);
    }

    private static String newId() {
        byte[] random = new byte[ID_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Has the node keep its name in a file, over restarts. */
    public void nameIn(Path file) throws IOException {
        if (Files.exists(file)) {
            id = Files.readString(file).strip();
        } else {
            Files.writeString(file, id + "\n");
        }
    }

    /** 40 hexadecimal digits. */
    public String id() {
        return id;
    }

    /** Where clients reach it: as it is configured, else where this one did. */
    String host(Session session) {
        String announced = parameters.value("cluster-announce-ip");
        if (!announced.isEmpty()) {
            return announced;
        }
        String local = session.outlet().local();
        int colon = local.lastIndexOf(':');
        return local.startsWith("/") || colon < 0 ? "" : local.substring(0, colon);
    }

    long port(Session session) {
        long announced = parameters.number("cluster-announce-port");
        if (announced > 0) {
            return announced;
        }
        String local = session.outlet().local();
        int colon = local.lastIndexOf(':');
        return local.startsWith("/") || colon < 0
                ? parameters.number("port")
                : Long.parseLong(local.substring(colon + 1));
    }

    long busPort(Session session) {
        long announced = parameters.number("cluster-announce-bus-port");
        return announced > 0 ? announced : port(session) + BUS_OFFSET;
    }
}
