package dev.millrace.bench.events;

import dev.millrace.bench.server.Ports;
import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PostgreSQL 15 as Debian packages it, with a table of events: one INSERT an event by pgbench,
 * prepared, {@code synchronous_commit=on}, a unique index on stream and version; read by psql's
 * COPY. It refuses to run as root, so it runs as the user that its package made.
 */
final class PostgresSide implements Side {
    private static final String BIN = "/usr/lib/postgresql/15/bin/";
    private static final String USER = "postgres";
    private static final int LOOK_MILLIS = 50;
    private static final int LOOKS_MAX = 400;
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");

    private static final String TABLE =
            "CREATE TABLE events(position bigserial PRIMARY KEY, stream text NOT NULL,"
                    + " version bigint NOT NULL, id uuid NOT NULL, type text NOT NULL,"
                    + " created timestamptz NOT NULL DEFAULT now(), meta bytea, data bytea NOT"
                    + " NULL); CREATE UNIQUE INDEX ON events(stream, version)";

    private static final String INSERT =
            """
            \\set v :v + 1
            INSERT INTO events(stream, version, id, type, data) VALUES
             ('bench-' || :run || '-' || :client_id, :v, gen_random_uuid(), 'happened',
             convert_to(repeat('x', BYTES), 'LATIN1'));
            """;

    private static final String FILL =
            "TRUNCATE events; INSERT INTO events(stream, version, id, type, data) SELECT 'bench', v,"
                    + " gen_random_uuid(), 'happened', convert_to(repeat('x', BYTES), 'LATIN1') FROM"
                    + " generate_series(1, EVENTS) v; VACUUM ANALYZE events; CHECKPOINT";

    private final Workspace workspace;
    private final int writers;
    private final Path folder;
    private final int port;
    private final Process server;

    PostgresSide(Workspace workspace, int writers) throws IOException, InterruptedException {
        this.workspace = workspace;
        this.writers = writers;
        port = Ports.free();
        folder = workspace.directory("PostgreSQL");
        // Its user must come to it.
        for (Path at : List.of(folder, folder.resolve("..").normalize())) {
            Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        UserPrincipal user =
                folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER);
        Files.setOwner(folder, user);
        String data = folder.resolve("data").toString();
        workspace.run(new ProcessBuilder(asUser(BIN + "initdb", "-A", "trust", "-D", data)));
        server =
                workspace.start(
                        new ProcessBuilder(
                                        asUser(
                                                BIN + "postgres",
                                                "-D",
                                                data,
                                                "-p",
                                                Integer.toString(port),
                                                "-c",
                                                "listen_addresses=127.0.0.1",
                                                "-c",
                                                "unix_socket_directories=",
                                                "-c",
                                                "shared_buffers=512MB",
                                                "-c",
                                                "max_wal_size=8GB",
                                                "-c",
                                                "max_connections=120"))
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
        awaitAnswer();
        sql(TABLE);
        Files.writeString(
                folder.resolve("insert.sql"),
                INSERT.replace("BYTES", Integer.toString(DATA_BYTES)));
    }

    private static List<String> asUser(String... words) {
        List<String> all = new ArrayList<>(List.of("runuser", "-u", USER, "--"));
        all.addAll(List.of(words));
        return all;
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        for (int looks = 0; ; looks++) {
            try {
                sql("SELECT 1");
                return;
            } catch (IOException notYet) {
                if (looks > LOOKS_MAX || !server.isAlive()) {
                    throw notYet;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    private List<String> client(String program, String... words) {
        List<String> all = new ArrayList<>(List.of(program, "-h", "127.0.0.1"));
        all.addAll(List.of("-p", Integer.toString(port), "-U", USER));
        all.addAll(List.of(words));
        return all;
    }

    private void sql(String text) throws IOException, InterruptedException {
        List<String> words = client("psql", "-q", "-v", "ON_ERROR_STOP=1");
        // Each on its own: VACUUM runs in no transaction.
        for (String statement : text.split("; ")) {
            words.addAll(List.of("-c", statement));
        }
        workspace.run(new ProcessBuilder(words).redirectErrorStream(true));
    }

    @Override
    public double append(double seconds) throws IOException, InterruptedException {
        String printed =
                workspace.run(
                        new ProcessBuilder(
                                        client(
                                                "pgbench",
                                                "-n",
                                                "-M",
                                                "prepared",
                                                "-f",
                                                folder.resolve("insert.sql").toString(),
                                                "-c",
                                                Integer.toString(writers),
                                                "-j",
                                                Integer.toString(Math.min(2, writers)),
                                                "-T",
                                                Long.toString(Math.max(1, Math.round(seconds))),
                                                "-D",
                                                "v=0",
                                                "-D",
                                                "run="
                                                        + ThreadLocalRandom.current()
                                                                .nextInt(1 << 30),
                                                "postgres"))
                                .redirectErrorStream(true));
        Matcher rate = RATE.matcher(printed);
        if (!rate.find()) {
            throw new IOException("pgbench: " + printed);
        }
        return Double.parseDouble(rate.group(1));
    }

    @Override
    public void fill(int events) throws IOException, InterruptedException {
        sql(
                FILL.replace("BYTES", Integer.toString(DATA_BYTES))
                        .replace("EVENTS", Integer.toString(events)));
    }

    @Override
    public void read(Reading what, int events) throws IOException, InterruptedException {
        String order =
                what == Reading.STREAM
                        ? "WHERE stream = 'bench' ORDER BY version"
                        : "ORDER BY position";
        String copy =
                "COPY (SELECT position, stream, version, id, type, created, meta, data FROM events "
                        + order
                        + ") TO STDOUT (FORMAT binary)";
        Process reader =
                workspace.start(
                        new ProcessBuilder(client("psql", "-q", "-c", copy))
                                .redirectError(ProcessBuilder.Redirect.INHERIT)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
        if (reader.waitFor() != 0) {
            throw new IOException("psql: exit " + reader.exitValue());
        }
        workspace.end(reader);
    }

    @Override
    public double cpuMicros() throws IOException {
        double sum = micros(server.pid());
        for (ProcessHandle child : server.descendants().toList()) {
            try {
                sum += micros(child.pid());
            } catch (IOException ended) {
                // Its parent has waited for it: the next reading has it there.
            }
        }
        return sum;
    }

    /** With children that have ended: a connection is a process. */
    private static double micros(long pid) throws IOException {
        ProcessCpu cpu = ProcessCpu.of(pid);
        return cpu.ownMicros() + cpu.childrenMicros();
    }

    @Override
    public void close() {
        List<ProcessHandle> children = server.descendants().toList();
        workspace.end(server);
        children.forEach(ProcessHandle::destroyForcibly);
        // It was its user's: what is left of it is removed with the workspace, by root.
    }
}
