package dev.millrace.registry.dns;

import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.config.Settings.Sources;
import dev.millrace.kernel.guard.DenyList;
import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.metrics.Metrics;
import dev.millrace.kernel.net.Network;

import java.util.ArrayList;
import java.util.List;

/**
 * The DNS server alone, with 10 000 services of 5 instances: {@code DnsMain KEY=VALUE…}. For
 * profiles; the room is measured by {@code ./millrace bench-peers registry}.
 */
final class DnsMain {
    private static final int SERVICES = 10_000;
    private static final int INSTANCES = 5;

    private DnsMain() {}

    public static void main(String[] assignments) throws Exception {
        List<Setting<?>> all = new ArrayList<>(DnsSettings.all());
        all.addAll(Network.settings());
        all.addAll(Guard.settings());
        Settings settings = Settings.read(all, Sources.of(assignments));
        Network network =
                new Network(settings, new Guard(settings, new DenyList(System::nanoTime)));
        DnsServer server =
                new DnsServer(
                        KnownNames.many(SERVICES, INSTANCES),
                        DnsSettings.of(settings, "dc1"),
                        Log.silent(),
                        new Metrics(),
                        network);
        server.start();
        System.out.println("port " + server.port());
        Thread.currentThread().join();
    }
}
