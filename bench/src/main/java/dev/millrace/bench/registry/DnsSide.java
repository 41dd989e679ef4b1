package dev.millrace.bench.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A DNS server that knows the services, on the first core. */
interface DnsSide extends AutoCloseable {
    int SERVICES = 10_000;
    int INSTANCES = 5;

    /** The port on 127.0.0.1. */
    int port();

    /** CPU time of the server since its start. */
    double cpuMicros() throws IOException;

    @Override
    void close();

    /** The address of an instance: a node of its own. */
    static String address(int service, int instance) {
        int host = service * INSTANCES + instance;
        return "10." + (host >> 16) + "." + (host >> 8 & 255) + "." + (host & 255);
    }

    /** The name of that node. */
    static String node(int service, int instance) {
        return "n" + (service * INSTANCES + instance);
    }

    static int servicePort(int instance) {
        return 8_000 + instance;
    }

    /** A command on one core, where there are several. */
    static List<String> onCore(int core, List<String> words) {
        if (Runtime.getRuntime().availableProcessors() == 1) {
            return words;
        }
        List<String> all = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        all.addAll(words);
        return all;
    }
}
