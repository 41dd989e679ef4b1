package dev.millrace.registry.agent;

import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.Aliases;
import dev.millrace.registry.check.CheckDefinition;
import dev.millrace.registry.check.CheckKey;
import dev.millrace.registry.check.CheckKind;
import dev.millrace.registry.check.CheckListener;
import dev.millrace.registry.check.CheckRequest;
import dev.millrace.registry.check.CheckRunner;
import dev.millrace.registry.check.CriticalCheck;
import dev.millrace.registry.check.Standing;
import dev.millrace.registry.effect.AclChange;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropCheck;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.DropKey;
import dev.millrace.registry.effect.DropNode;
import dev.millrace.registry.effect.DropQuery;
import dev.millrace.registry.effect.DropSession;
import dev.millrace.registry.effect.DropTree;
import dev.millrace.registry.effect.FireEvent;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutKey;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.effect.PutQuery;
import dev.millrace.registry.effect.PutSession;
import dev.millrace.registry.effect.SetStatus;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Topic;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Between the catalog and the checks that run: what the catalog has of this agent's runs, and what
 * runs and changes its status changes the catalog. Nothing else of a check is in the journal: that
 * it was asked again and is as it was is no change. On the loop.
 */
public final class AgentChecks implements RegistryLoop.Observer, CheckListener, Aliases {
    private final RegistryLoop loop;
    private @Nullable CheckRunner runner;

    /**
     * Which checks belong to an instance, so that its end is theirs; a node's own are under an
     * empty id.
     */
    private final Map<InstanceKey, Set<CheckKey>> owned = new HashMap<>();

    private final Map<CheckKey, InstanceKey> owners = new HashMap<>();

    /** Since when services' checks are critical. */
    private final Map<CheckKey, Instant> critical = new HashMap<>();

    public AgentChecks(RegistryLoop loop) {
        this.loop = loop;
    }

    /** Runs what the catalog has; from now on all that comes. */
    public void start(CheckRunner with) {
        runner = with;
        for (Host host : loop.visible().catalog().hosts().values()) {
            host.allChecks().forEach(this::put);
        }
        loop.observe(this);
    }

    private CheckRunner runner() {
        CheckRunner running = runner;
        if (running == null) {
            throw new IllegalStateException("not started");
        }
        return running;
    }

    /**
     * Somebody reports to a TTL check.
     *
     * @return false: there is no such check
     */
    public boolean report(CheckKey key, Status status, String output) {
        return runner().report(key(key.node(), key.id()), status, output);
    }

    /** A check as it was last heard, of which the catalog may be told later. */
    public Check heard(Check check) {
        return runner().standing(key(check))
                .map(now -> check.ran(now.status(), now.output()))
                .orElse(check);
    }

    // ---- From the catalog

    @Override
    public void made(Change change, State after) {
        switch (change) {
            case PutCheck put ->
                    after.catalog()
                            .host(put.check().node())
                            .flatMap(host -> host.check(put.check().id()))
                            .ifPresent(this::put);
            case DropCheck drop -> remove(key(drop.node(), drop.id()));
            case SetStatus set -> since(key(set.node(), set.check()), set.status());
            case DropInstance drop ->
                    removeOf(new InstanceKey(Catalog.fold(drop.node()), drop.id()));
            case DropNode drop -> removeNode(Catalog.fold(drop.node()));
            case PutNode _,
                    PutInstance _,
                    PutKey _,
                    DropKey _,
                    DropTree _,
                    PutSession _,
                    DropSession _,
                    AclChange _,
                    PutQuery _,
                    DropQuery _,
                    FireEvent _ -> {}
        }
    }

    private static CheckKey key(String node, String check) {
        return new CheckKey(Catalog.fold(node), check);
    }

    private static CheckKey key(Check check) {
        return key(check.node(), check.id());
    }

    private void put(Check check) {
        CheckKey key = key(check);
        own(key, new InstanceKey(key.node(), check.serviceId()));
        if (check.isOfNode()) {
            critical.remove(key);
        } else {
            since(key, check.status());
        }
        if (check.local() && !check.definition().isEmpty()) {
            definition(check)
                    .ifPresent(
                            definition ->
                                    runner().put(
                                                    key,
                                                    definition,
                                                    new Standing(check.status(), check.output())));
        }
    }

    /** A check has an owner, perhaps another than before. */
    private void own(CheckKey key, InstanceKey owner) {
        InstanceKey before = owners.put(key, owner);
        if (before != null && !before.equals(owner)) {
            disown(key, before);
        }
        owned.computeIfAbsent(owner, unknown -> new LinkedHashSet<>(2)).add(key);
    }

    private void disown(CheckKey key, InstanceKey owner) {
        Set<CheckKey> left = owned.get(owner);
        if (left != null && left.remove(key) && left.isEmpty()) {
            owned.remove(owner);
        }
    }

    private void since(CheckKey key, Status status) {
        if (status == Status.CRITICAL) {
            critical.putIfAbsent(key, loop.store().clock().instant());
        } else {
            critical.remove(key);
        }
    }

    private static Optional<CheckDefinition> definition(Check check) {
        try {
            return switch (CheckForm.stored(check).request().decide()) {
                case CheckRequest.Accepted accepted -> Optional.of(accepted.definition());
                case CheckRequest.Refused _ -> Optional.empty();
            };
        } catch (MalformedJson malformed) {
            return Optional.empty();
        }
    }

    private void remove(CheckKey key) {
        InstanceKey owner = owners.remove(key);
        if (owner != null) {
            disown(key, owner);
        }
        critical.remove(key);
        runner().remove(key);
    }

    private void removeOf(InstanceKey instance) {
        Set<CheckKey> keys = owned.remove(instance);
        if (keys != null) {
            keys.forEach(this::remove);
        }
    }

    private void removeNode(String node) {
        List<InstanceKey> on =
                owned.keySet().stream().filter(key -> key.node().equals(node)).toList();
        on.forEach(this::removeOf);
    }

    // ---- To the catalog

    @Override
    public void result(CheckKey key, Status status, String output) {
        loop.makeOrRetry(state -> told(state, key));
    }

    /** What is to be told may be newer than what was to be, if there was no space for long. */
    private List<Change> told(State state, CheckKey key) {
        Optional<Check> check =
                state.catalog().host(key.node()).flatMap(host -> host.check(key.id()));
        Optional<Standing> standing = runner().standing(key);
        if (check.isEmpty() || standing.isEmpty()) {
            return List.of();
        }
        Standing now = standing.get();
        boolean same =
                check.get().status() == now.status() && check.get().output().equals(now.output());
        return same
                ? List.of()
                : List.of(new SetStatus(check.get().node(), key.id(), now.status(), now.output()));
    }

    // ---- For the reaper

    /** Checks of services that are critical, and since when. */
    public List<CriticalCheck> critical() {
        List<CriticalCheck> all = new ArrayList<>();
        Catalog catalog = loop.visible().catalog();
        critical.forEach(
                (key, since) ->
                        catalog.host(key.node())
                                .flatMap(host -> host.check(key.id()))
                                .map(check -> critical(check, since))
                                .filter(check -> check.deregisterAfter().isPositive())
                                .ifPresent(all::add));
        return all;
    }

    private static CriticalCheck critical(Check check, Instant since) {
        Duration after;
        try {
            after = CheckForm.stored(check).request().ofCatalog().deregisterAfter();
        } catch (MalformedJson malformed) {
            after = Duration.ZERO;
        }
        return new CriticalCheck(
                new CheckKey(check.node(), check.id()), check.serviceId(), after, since);
    }

    // ---- For alias checks

    @Override
    public Following follow(CheckKind.Alias target, Consumer<View> changed) {
        Topic topic = Topic.of(Topic.Kind.NODE, Catalog.fold(target.node()));
        Runnable look = () -> changed.accept(view(target));
        loop.watchers().add(topic, look);
        look.run();
        return () -> loop.watchers().remove(topic, look);
    }

    private View view(CheckKind.Alias target) {
        Optional<Host> host = loop.visible().catalog().host(target.node());
        if (host.isEmpty()) {
            return new View(false, List.of());
        }
        List<Followed> checks = new ArrayList<>();
        host.get().checks().values().forEach(check -> checks.add(followed(check)));
        if (target.service().isEmpty()) {
            return new View(true, checks);
        }
        Optional<Hosted> hosted = host.get().instance(target.service());
        hosted.ifPresent(
                there -> there.checks().values().forEach(check -> checks.add(followed(check))));
        return new View(hosted.isPresent(), checks);
    }

    private static Followed followed(Check check) {
        return new Followed(key(check), check.name(), check.status(), check.output());
    }
}
