package dev.millrace.registry.catalog;

import org.pcollections.TreePMap;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node and all that is on it.
 *
 * @param instances by their ids
 * @param checks the node's own, by their ids
 * @param owners of the instances' checks: the check's id to the instance's
 * @param index of the last change of any of it
 */
public record Host(
        Node node,
        TreePMap<String, Hosted> instances,
        TreePMap<String, Check> checks,
        TreePMap<String, String> owners,
        long index) {
    static Host of(Node node, long index) {
        return new Host(node, TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), index);
    }

    Host with(Node changed, long at) {
        return new Host(changed, instances, checks, owners, at);
    }

    Host with(Hosted hosted, long at) {
        return new Host(node, instances.plus(hosted.instance().id(), hosted), checks, owners, at);
    }

    Host withoutInstance(String id, long at) {
        Hosted gone = instances.get(id);
        TreePMap<String, String> left =
                gone == null ? owners : owners.minusAll(gone.checks().keySet());
        return new Host(node, instances.minus(id), checks, left, at);
    }

    /** With a check of its own, or of an instance that is there. */
    Host with(Check check, long at) {
        if (check.isOfNode()) {
            return new Host(node, instances, checks.plus(check.id(), check), owners, at);
        }
        Hosted hosted = instances.get(check.serviceId());
        if (hosted == null) {
            throw new IllegalArgumentException("no instance " + check.serviceId());
        }
        return new Host(
                node,
                instances.plus(check.serviceId(), hosted.with(check)),
                checks,
                owners.plus(check.id(), check.serviceId()),
                at);
    }

    Host withoutCheck(String id, long at) {
        String owner = owners.get(id);
        Hosted hosted = owner == null ? null : instances.get(owner);
        if (owner == null || hosted == null) {
            return new Host(node, instances, checks.minus(id), owners, at);
        }
        return new Host(
                node, instances.plus(owner, hosted.without(id)), checks, owners.minus(id), at);
    }

    /** An instance on it. */
    public Optional<Hosted> instance(String id) {
        return Optional.ofNullable(instances.get(id));
    }

    /** A check of it, or of an instance on it. */
    public Optional<Check> check(String id) {
        Check own = checks.get(id);
        if (own != null) {
            return Optional.of(own);
        }
        String owner = owners.get(id);
        return owner == null
                ? Optional.empty()
                : instance(owner).flatMap(hosted -> Optional.ofNullable(hosted.checks().get(id)));
    }

    /** All checks, in the order of their ids. */
    public List<Check> allChecks() {
        List<Check> all = new ArrayList<>(checks.values());
        instances.values().forEach(hosted -> all.addAll(hosted.checks().values()));
        all.sort((a, b) -> a.id().compareTo(b.id()));
        return all;
    }
}
