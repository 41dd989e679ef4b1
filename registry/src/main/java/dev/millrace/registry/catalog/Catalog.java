package dev.millrace.registry.catalog;

import static dev.millrace.registry.state.Topic.Kind.CHECKS;
import static dev.millrace.registry.state.Topic.Kind.NODE;
import static dev.millrace.registry.state.Topic.Kind.NODES;
import static dev.millrace.registry.state.Topic.Kind.SERVICE;
import static dev.millrace.registry.state.Topic.Kind.SERVICES;

import dev.millrace.registry.state.Ends;
import dev.millrace.registry.state.Topic;
import dev.millrace.registry.state.Touched;

import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All nodes, instances and checks at one moment. It is a value: a change makes another that shares
 * what stayed the same, so whoever holds one reads it from any thread, for as long as he likes, and
 * a checkpoint needs no more than a reference.
 *
 * <p>Each service has an index of its own, that of the last change which an answer about it shows:
 * of its instances, their checks, their nodes and their nodes' checks. Who waits for one service is
 * woken by nothing else (a node's own check is of all services there).
 *
 * @param hosts by the nodes' names in lower case
 * @param services by their names in lower case; one without instances is not there
 * @param gone when others were
 * @param nodesIndex of the last change of a node
 * @param servicesIndex of the last change of an instance
 * @param checksIndex of the last change of a check
 */
public record Catalog(
        TreePMap<String, Host> hosts,
        TreePMap<String, ServiceEntry> services,
        Ends gone,
        long nodesIndex,
        long servicesIndex,
        long checksIndex) {
    public static final Catalog EMPTY =
            new Catalog(TreePMap.empty(), TreePMap.empty(), Ends.NONE, 0, 0, 0);

    /** A name in the form that is compared. */
    public static String fold(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    // ---- Looking

    public Optional<Host> host(String node) {
        return Optional.ofNullable(hosts.get(fold(node)));
    }

    public Optional<ServiceEntry> service(String name) {
        return Optional.ofNullable(services.get(fold(name)));
    }

    /** What to compare with the index that somebody has of a service, there or not; at least 1. */
    public long serviceIndex(String name) {
        String folded = fold(name);
        ServiceEntry service = services.get(folded);
        return Math.max(1, service == null ? gone.index(folded) : service.index());
    }

    /** An instance's node with all that is on it. */
    public Host host(InstanceKey key) {
        Host host = hosts.get(key.node());
        if (host == null) {
            throw new IllegalStateException("a service has an instance on no node: " + key);
        }
        return host;
    }

    /** An instance that a service lists. */
    public Hosted hosted(InstanceKey key) {
        return host(key)
                .instance(key.id())
                .orElseThrow(() -> new IllegalStateException("a service lists " + key));
    }

    /** The worst of an instance's checks and its node's. */
    public Status status(InstanceKey key) {
        Host host = host(key);
        Status worst = Status.PASSING;
        for (Check check : host.checks().values()) {
            worst = worse(worst, check.status());
        }
        for (Check check : hosted(key).checks().values()) {
            worst = worse(worst, check.status());
        }
        return worst;
    }

    private static Status worse(Status one, Status other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    // ---- Changing. Each is at an index, and tells what it touches.

    /** With a node, new or changed. Its own indices are kept as they are. */
    public Catalog with(Node node, long index, Touched touched) {
        String folded = fold(node.name());
        Host before = hosts.get(folded);
        Host host = before == null ? Host.of(node, index) : before.with(node, index);
        touched.touch(Topic.of(NODES));
        touched.touch(Topic.of(NODE, folded));
        Catalog after =
                new Catalog(
                        hosts.plus(folded, host),
                        services,
                        gone,
                        index,
                        servicesIndex,
                        checksIndex);
        return after.servicesChanged(host, index, touched);
    }

    /** Without a node, and without what was on it. */
    public Catalog withoutNode(String name, long index, Touched touched) {
        String folded = fold(name);
        Host host = hosts.get(folded);
        if (host == null) {
            return this;
        }
        Catalog after = this;
        for (String id : host.instances().keySet()) {
            after = after.withoutInstance(name, id, index, touched);
        }
        touched.touch(Topic.of(NODES));
        touched.touch(Topic.of(NODE, folded));
        boolean checked = !host.checks().isEmpty();
        if (checked) {
            touched.touch(Topic.of(CHECKS));
        }
        return new Catalog(
                after.hosts.minus(folded),
                after.services,
                after.gone,
                index,
                after.servicesIndex,
                checked ? index : after.checksIndex);
    }

    /** With an instance, new or changed, on a node that is there. */
    public Catalog with(Instance instance, long index, Touched touched) {
        String folded = fold(instance.node());
        Host host = hosts.get(folded);
        if (host == null) {
            throw new IllegalArgumentException("no node " + instance.node());
        }
        Hosted before = host.instances().get(instance.id());
        Hosted hosted =
                before == null ? new Hosted(instance, TreePMap.empty()) : before.with(instance);
        Catalog after = this;
        if (before != null && !fold(before.instance().service()).equals(fold(instance.service()))) {
            after = after.withoutKey(before.instance(), index, touched);
        }
        touched.touch(Topic.of(NODE, folded));
        touched.touch(Topic.of(SERVICES));
        return new Catalog(
                        after.hosts.plus(folded, host.with(hosted, index)),
                        after.services,
                        after.gone,
                        nodesIndex,
                        index,
                        checksIndex)
                .withKey(instance, index, touched);
    }

    private Catalog withKey(Instance instance, long index, Touched touched) {
        String folded = fold(instance.service());
        ServiceEntry before = services.get(folded);
        InstanceKey key = new InstanceKey(fold(instance.node()), instance.id());
        ServiceEntry after =
                before == null
                        ? new ServiceEntry(instance.service(), TreePSet.singleton(key), index)
                        : new ServiceEntry(before.name(), before.instances().plus(key), index);
        touched.touch(Topic.of(SERVICE, folded));
        return new Catalog(
                hosts,
                services.plus(folded, after),
                gone.without(folded),
                nodesIndex,
                servicesIndex,
                checksIndex);
    }

    private Catalog withoutKey(Instance instance, long index, Touched touched) {
        String folded = fold(instance.service());
        ServiceEntry before = services.get(folded);
        if (before == null) {
            return this;
        }
        InstanceKey key = new InstanceKey(fold(instance.node()), instance.id());
        TreePSet<InstanceKey> left = before.instances().minus(key);
        touched.touch(Topic.of(SERVICE, folded));
        return new Catalog(
                hosts,
                left.isEmpty()
                        ? services.minus(folded)
                        : services.plus(folded, new ServiceEntry(before.name(), left, index)),
                left.isEmpty() ? gone.with(folded, index) : gone,
                nodesIndex,
                servicesIndex,
                checksIndex);
    }

    /** Without an instance and its checks. */
    public Catalog withoutInstance(String node, String id, long index, Touched touched) {
        String folded = fold(node);
        Host host = hosts.get(folded);
        Hosted hosted = host == null ? null : host.instances().get(id);
        if (host == null || hosted == null) {
            return this;
        }
        touched.touch(Topic.of(NODE, folded));
        touched.touch(Topic.of(SERVICES));
        boolean checked = !hosted.checks().isEmpty();
        if (checked) {
            touched.touch(Topic.of(CHECKS));
        }
        return new Catalog(
                        hosts.plus(folded, host.withoutInstance(id, index)),
                        services,
                        gone,
                        nodesIndex,
                        index,
                        checked ? index : checksIndex)
                .withoutKey(hosted.instance(), index, touched);
    }

    /** With a check, new or changed, of a node or an instance that is there. */
    public Catalog with(Check check, long index, Touched touched) {
        Optional<Check> same = host(check.node()).flatMap(host -> host.check(check.id()));
        if (same.isPresent() && !same.get().serviceId().equals(check.serviceId())) {
            // Those who had it hear that they lose it.
            return withoutCheck(check.node(), check.id(), index, touched)
                    .put(check, index, touched);
        }
        return put(check, index, touched);
    }

    private Catalog put(Check check, long index, Touched touched) {
        Host host =
                host(check.node())
                        .orElseThrow(() -> new IllegalArgumentException("no node " + check.node()));
        return checked(host.with(check, index), check, index, touched);
    }

    /** Without a check. */
    public Catalog withoutCheck(String node, String id, long index, Touched touched) {
        Optional<Host> host = host(node);
        Optional<Check> check = host.flatMap(there -> there.check(id));
        return host.isEmpty() || check.isEmpty()
                ? this
                : checked(host.get().withoutCheck(id, index), check.get(), index, touched);
    }

    private Catalog checked(Host host, Check check, long index, Touched touched) {
        String folded = fold(check.node());
        touched.touch(Topic.of(NODE, folded));
        touched.touch(Topic.of(CHECKS));
        Catalog after =
                new Catalog(
                        hosts.plus(folded, host), services, gone, nodesIndex, servicesIndex, index);
        if (check.isOfNode()) {
            return after.servicesChanged(host, index, touched);
        }
        // Not the service that the check names: its instance may have moved to another since.
        return host.instance(check.serviceId())
                .map(owner -> after.serviceChanged(owner.instance().service(), index, touched))
                .orElse(after);
    }

    /** What concerns a node concerns the services on it. */
    private Catalog servicesChanged(Host host, long index, Touched touched) {
        Catalog after = this;
        List<String> names = new ArrayList<>();
        host.instances().values().forEach(hosted -> names.add(fold(hosted.instance().service())));
        for (String name : names.stream().distinct().toList()) {
            after = after.serviceChanged(name, index, touched);
        }
        return after;
    }

    private Catalog serviceChanged(String name, long index, Touched touched) {
        String folded = fold(name);
        ServiceEntry before = services.get(folded);
        if (before == null) {
            return this;
        }
        touched.touch(Topic.of(SERVICE, folded));
        return new Catalog(
                hosts,
                services.plus(folded, new ServiceEntry(before.name(), before.instances(), index)),
                gone,
                nodesIndex,
                servicesIndex,
                checksIndex);
    }

    // ---- What a checkpoint says beside the nodes, instances and checks themselves

    /** With the index of a service, or of its end, as it was. */
    public Catalog restored(String name, long index) {
        String folded = fold(name);
        ServiceEntry there = services.get(folded);
        return there == null
                ? new Catalog(
                        hosts,
                        services,
                        gone.with(folded, index),
                        nodesIndex,
                        servicesIndex,
                        checksIndex)
                : serviceChanged(folded, index, Touched.NOBODY);
    }

    /** With the index of a node's last change as it was. */
    public Catalog restoredHost(String node, long index) {
        String folded = fold(node);
        Host there = hosts.get(folded);
        return there == null
                ? this
                : new Catalog(
                        hosts.plus(folded, there.with(there.node(), index)),
                        services,
                        gone,
                        nodesIndex,
                        servicesIndex,
                        checksIndex);
    }

    /** With these indices as they were. */
    public Catalog restored(long goneFloor, long nodes, long servicesAt, long checks) {
        return new Catalog(
                hosts, services, new Ends(gone.indices(), goneFloor), nodes, servicesAt, checks);
    }
}
