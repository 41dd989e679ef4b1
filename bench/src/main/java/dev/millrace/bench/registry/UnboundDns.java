package dev.millrace.bench.registry;

import dev.millrace.bench.server.Ports;
import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** unbound as Debian packages it, one thread, with the services as local data. */
final class UnboundDns implements DnsSide {
    private final Workspace workspace;
    private final int port;
    private final Process server;

    UnboundDns(Workspace workspace) throws IOException, InterruptedException {
        this.workspace = workspace;
        port = Ports.free();
        Path folder = workspace.directory("unbound");
        Path file = folder.resolve("conf");
        Files.writeString(file, settings(port, folder) + data());
        server =
                workspace.start(
                        new ProcessBuilder(
                                        DnsSide.onCore(
                                                0, List.of("unbound", "-d", "-c", file.toString())))
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
        Ports.awaitOpen(port, server, "unbound");
    }

    private static String settings(int port, Path folder) {
        return """
        server:
          interface: 127.0.0.1
          port: %d
          num-threads: 1
          do-daemonize: no
          chroot: ""
          username: ""
          directory: "%s"
          pidfile: "%s/pid"
          use-syslog: no
          verbosity: 0
          module-config: "iterator"
          rrset-roundrobin: yes
          minimal-responses: yes
          so-rcvbuf: 4m
          so-sndbuf: 4m
          incoming-num-tcp: 100
          local-zone: "consul." static
        """
                .formatted(port, folder, folder);
    }

    private static String data() {
        StringBuilder lines = new StringBuilder();
        for (int service = 0; service < SERVICES; service++) {
            String name = "s" + service + ".service.consul. 0 IN ";
            for (int i = 0; i < INSTANCES; i++) {
                String node = DnsSide.node(service, i) + ".node.dc1.consul.";
                String address = DnsSide.address(service, i);
                local(lines, name + "A " + address);
                local(lines, name + "SRV 1 1 " + DnsSide.servicePort(i) + " " + node);
                local(lines, node + " 0 IN A " + address);
            }
        }
        return lines.toString();
    }

    private static void local(StringBuilder lines, String record) {
        lines.append("  local-data: \"").append(record).append("\"\n");
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public double cpuMicros() throws IOException {
        return ProcessCpu.of(server.pid()).ownMicros();
    }

    @Override
    public void close() {
        workspace.end(server);
    }
}
