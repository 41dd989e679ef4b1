package dev.millrace.registry.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which instances are wanted.
 *
 * @param onlyPassing whether a check with a warning counts as a failed one
 * @param ignoredChecks ids of checks that do not count
 * @param near the name of the node that comes first; {@code _agent}, {@code _ip}, or empty
 * @param tags that they must have, or with an exclamation mark before it must not have
 * @param connect only those of the mesh, which there is none of
 */
public record ServiceQuery(
        String service,
        Failover failover,
        boolean onlyPassing,
        List<String> ignoredChecks,
        String near,
        List<String> tags,
        Map<String, String> nodeMeta,
        Map<String, String> serviceMeta,
        boolean connect) {
    public ServiceQuery {
        ignoredChecks = List.copyOf(ignoredChecks);
        tags = List.copyOf(tags);
        nodeMeta = Map.copyOf(nodeMeta);
        serviceMeta = Map.copyOf(serviceMeta);
    }

    /** Makes one text of another. */
    @FunctionalInterface
    interface Rendering {
        String of(String text) throws BadQuery;
    }

    /** The same with each of its texts rendered. */
    ServiceQuery rendered(Rendering each, boolean withoutEmptyTags) throws BadQuery {
        List<FailoverTarget> targets = new ArrayList<>();
        for (FailoverTarget target : failover.targets()) {
            targets.add(
                    new FailoverTarget(
                            each.of(target.peer()),
                            each.of(target.datacenter()),
                            each.of(target.service()),
                            rendered(target.tags(), each, withoutEmptyTags)));
        }
        return new ServiceQuery(
                each.of(service),
                new Failover(
                        failover.nearest(), rendered(failover.datacenters(), each, false), targets),
                onlyPassing,
                rendered(ignoredChecks, each, false),
                each.of(near),
                rendered(tags, each, withoutEmptyTags),
                rendered(nodeMeta, each),
                rendered(serviceMeta, each),
                connect);
    }

    private static List<String> rendered(List<String> texts, Rendering each, boolean withoutEmpty)
            throws BadQuery {
        List<String> all = new ArrayList<>();
        for (String text : texts) {
            String made = each.of(text);
            if (!withoutEmpty || !made.isEmpty()) {
                all.add(made);
            }
        }
        return all;
    }

    private static Map<String, String> rendered(Map<String, String> values, Rendering each)
            throws BadQuery {
        Map<String, String> all = new TreeMap<>();
        for (Map.Entry<String, String> value : values.entrySet()) {
            all.put(value.getKey(), each.of(value.getValue()));
        }
        return all;
    }

    /** The same of another service, or with other tags. */
    ServiceQuery at(FailoverTarget target) {
        return new ServiceQuery(
                target.service().isEmpty() ? service : target.service(),
                failover,
                onlyPassing,
                ignoredChecks,
                near,
                target.tags(),
                nodeMeta,
                serviceMeta,
                connect);
    }
}
