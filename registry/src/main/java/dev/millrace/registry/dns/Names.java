package dev.millrace.registry.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the DNS server has to know of the registry. It asks on its event loop, for every answer that
 * it has not prepared: nothing here may wait, and a search through everything is a wait.
 *
 * <p>Names are asked for in lower case and mean what is registered under them in any case.
 */
public interface Names {
    /**
     * One instance of a service.
     *
     * @param node the node's name
     * @param nodeAddress an IP address, or the name of a host
     * @param serviceAddress the same; empty: the instance has none of its own
     * @param port 0: none
     * @param weight how much of the traffic it wants beside the others as it stands now, 0 to 65535
     * @param nodeMeta what is known of the node
     */
    record Instance(
            String node,
            String nodeAddress,
            String serviceAddress,
            int port,
            int weight,
            List<String> tags,
            Map<String, String> nodeMeta) {
        public Instance {
            tags = List.copyOf(tags);
        }
    }

    /**
     * A node.
     *
     * @param address an IP address, or the name of a host
     */
    record Node(String name, String address, Map<String, String> meta) {}

    /**
     * What a prepared query found.
     *
     * @param service whose instances they are
     * @param instances in the order in which they are to be answered
     * @param ttl how long the answer may be kept; nothing: as the service's
     */
    record Found(String service, List<Instance> instances, Optional<Duration> ttl) {
        public Found {
            instances = List.copyOf(instances);
        }
    }

    /**
     * Changes with every change of anything that is asked for here, and else does not. Asked once a
     * question: it should cost what a field costs.
     */
    long version();

    /**
     * Changes whenever {@link #instances} of this service may give something else: also when a
     * check or a node changes. Asked when {@link #version} has changed.
     */
    long version(String service);

    /**
     * The instances none of whose checks, and none of whose node's, is critical; or, of those, the
     * ones with nothing but passing checks.
     */
    List<Instance> instances(String service, boolean onlyPassing);

    /** A node by its name. */
    Optional<Node> node(String name);

    /** The name of a node that has this address. */
    Optional<String> nodeAt(InetAddress address);

    /** The name of a service one of whose instances has this address as its own. */
    Optional<String> serviceAt(InetAddress address);

    /**
     * Runs a prepared query; nothing if there is none of that name.
     *
     * @param nameOrId in lower case
     * @param client who asks
     */
    Optional<Found> query(String nameOrId, InetAddress client);
}
