package dev.millrace.registry.query;

import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.catalog.ServiceEntry;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.state.State;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Runs a query: the instances that it wants, shuffled, those of one node first if it says which;
 * and if there are none, the same of each place that it names for that case, in order.
 */
public final class Execution {
    private static final char NOT = '!';

    private final Catalog catalog;
    private final Rights rights;
    private final String datacenter;
    private final String near;
    private final RandomGenerator random;

    /**
     * What was found.
     *
     * @param service whose instances they are
     * @param failovers how many other places were looked into
     */
    public record Result(String service, List<InstanceKey> instances, int failovers) {
        public Result {
            instances = List.copyOf(instances);
        }
    }

    /**
     * @param rights with which it is run
     * @param near the name of the node whose instances come first; empty: none
     */
    public Execution(
            State state, Rights rights, String datacenter, String near, RandomGenerator random) {
        this.catalog = state.catalog();
        this.rights = rights;
        this.datacenter = datacenter;
        this.near = near;
        this.random = random;
    }

    /** The name of the node at an address. */
    public static Optional<String> nodeAt(State state, String address) {
        return state.catalog().hosts().values().stream()
                .map(Host::node)
                .filter(node -> node.address().equals(address))
                .map(node -> node.name())
                .findFirst();
    }

    public Result run(ServiceQuery wanted) {
        List<InstanceKey> found = found(wanted);
        String service = wanted.service();
        int failovers = 0;
        for (FailoverTarget target : wanted.failover().targets()) {
            if (!found.isEmpty()) {
                break;
            }
            if (target.isIn(datacenter)) {
                ServiceQuery other = wanted.at(target);
                found = found(other);
                service = other.service();
                failovers++;
            }
        }
        return new Result(found.isEmpty() ? wanted.service() : service, found, failovers);
    }

    private List<InstanceKey> found(ServiceQuery wanted) {
        Optional<ServiceEntry> entry = catalog.service(wanted.service());
        if (entry.isEmpty() || wanted.connect() || !rights.readsService(entry.get().name())) {
            return List.of();
        }
        List<InstanceKey> found = new ArrayList<>();
        for (InstanceKey key : entry.get().instances()) {
            if (isWanted(wanted, key)) {
                found.add(key);
            }
        }
        Collections.shuffle(found, Random.from(random));
        if (!near.isEmpty()) {
            String first = Catalog.fold(near);
            found.sort((one, other) -> Boolean.compare(isOn(other, first), isOn(one, first)));
        }
        return found;
    }

    private static boolean isOn(InstanceKey key, String node) {
        return Catalog.fold(key.node()).equals(node);
    }

    private boolean isWanted(ServiceQuery wanted, InstanceKey key) {
        Host host = catalog.host(key);
        Hosted hosted = catalog.hosted(key);
        Instance instance = hosted.instance();
        return rights.readsNode(host.node().name())
                && hasTags(instance, wanted.tags())
                && host.node().meta().entrySet().containsAll(wanted.nodeMeta().entrySet())
                && instance.meta().entrySet().containsAll(wanted.serviceMeta().entrySet())
                && isHealthy(wanted, host.checks())
                && isHealthy(wanted, hosted.checks());
    }

    private static boolean hasTags(Instance instance, List<String> tags) {
        for (String tag : tags) {
            boolean forbidden = !tag.isEmpty() && tag.charAt(0) == NOT;
            String meant = (forbidden ? tag.substring(1) : tag).toLowerCase(Locale.ROOT);
            if (instance.tags().stream().anyMatch(meant::equalsIgnoreCase) == forbidden) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHealthy(ServiceQuery wanted, Map<String, Check> checks) {
        for (Check check : checks.values()) {
            boolean failed =
                    check.status() == Status.CRITICAL
                            || wanted.onlyPassing() && check.status() != Status.PASSING;
            if (failed && !wanted.ignoredChecks().contains(check.id())) {
                return false;
            }
        }
        return true;
    }
}
