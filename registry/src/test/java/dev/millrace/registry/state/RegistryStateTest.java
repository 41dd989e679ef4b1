package dev.millrace.registry.state;

import static dev.millrace.registry.state.Samples.check;
import static dev.millrace.registry.state.Samples.entry;
import static dev.millrace.registry.state.Samples.event;
import static dev.millrace.registry.state.Samples.instance;
import static dev.millrace.registry.state.Samples.node;
import static dev.millrace.registry.state.Samples.policy;
import static dev.millrace.registry.state.Samples.query;
import static dev.millrace.registry.state.Samples.role;
import static dev.millrace.registry.state.Samples.session;
import static dev.millrace.registry.state.Samples.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.effect.DropCheck;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.DropKey;
import dev.millrace.registry.effect.DropNode;
import dev.millrace.registry.effect.DropPolicy;
import dev.millrace.registry.effect.DropQuery;
import dev.millrace.registry.effect.DropRole;
import dev.millrace.registry.effect.DropSession;
import dev.millrace.registry.effect.DropToken;
import dev.millrace.registry.effect.DropTree;
import dev.millrace.registry.effect.FireEvent;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutKey;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.effect.PutPolicy;
import dev.millrace.registry.effect.PutQuery;
import dev.millrace.registry.effect.PutRole;
import dev.millrace.registry.effect.PutSession;
import dev.millrace.registry.effect.PutToken;
import dev.millrace.registry.effect.SetStatus;
import dev.millrace.registry.event.Events;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** The registry's state over restarts, power cuts and checkpoints, and what is heard of changes. */
class RegistryStateTest {
    private final RegistryState registry = new RegistryState();

    // ---- Nothing is lost, and nothing is different

    @Test
    void the_state_is_the_same_after_restarts_power_cuts_and_checkpoints() {
        Seeds.each(100, RegistryStateTest::live);
    }

    private static void live(SplittableRandom random) throws Exception {
        RegistryState registry = new RegistryState();
        for (int step = 0; step < 200; step++) {
            State before = registry.state();
            switch (random.nextInt(30)) {
                case 0 -> registry.restart();
                case 1 -> registry.powerCut(new Random(random.nextLong()));
                case 2 -> assertTrue(registry.checkpoint());
                default -> {
                    change(registry, random);
                    before = registry.state();
                }
            }
            assertEquals(before, registry.state());
            assertWhole(registry.state().catalog());
            assertHeld(registry.state());
        }
    }

    private static void change(RegistryState registry, SplittableRandom random) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> changeKeys(registry, random);
            case 3 -> changeAcl(registry, random);
            default -> changeCatalog(registry, random);
        }
    }

    private static void changeAcl(RegistryState registry, SplittableRandom random) {
        String policy = "p" + random.nextInt(3);
        String role = "r" + random.nextInt(3);
        String token = "t" + random.nextInt(4);
        int value = random.nextInt(3);
        switch (random.nextInt(8)) {
            case 0 -> registry.make(new DropPolicy(policy));
            case 1 -> registry.make(new DropRole(role));
            case 2 -> registry.make(new DropToken(token));
            case 3, 4 -> registry.make(new PutPolicy(policy(policy, value)));
            case 5 -> registry.make(new PutRole(role(role, value)));
            default -> registry.make(new PutToken(token(token, value), random.nextInt(10) == 0));
        }
    }

    private static void changeKeys(RegistryState registry, SplittableRandom random) {
        String key = "k/" + random.nextInt(3) + "/" + random.nextInt(4);
        String session = "s" + random.nextInt(3);
        boolean there = registry.state().sessions().session(session).isPresent();
        switch (random.nextInt(13)) {
            case 12 -> registry.make(new FireEvent(event(random.nextInt(100))));
            case 9 -> registry.make(new DropQuery("q" + random.nextInt(3)));
            case 10, 11 ->
                    registry.make(
                            new PutQuery(
                                    query(
                                            "q" + random.nextInt(3),
                                            random.nextInt(9),
                                            there ? session : "")));
            case 0 -> registry.make(new DropKey(key));
            case 1 -> registry.make(new DropTree(key.substring(0, 4)));
            case 2 -> registry.make(new DropSession(session, 1_000_000 + random.nextInt(1_000)));
            case 3 -> {
                if (!there) {
                    registry.make(new PutSession(session(session, random.nextBoolean())));
                }
            }
            default ->
                    registry.make(
                            new PutKey(
                                    entry(
                                            key,
                                            random.nextInt(100),
                                            there && random.nextBoolean() ? session : "")));
        }
    }

    private static void changeCatalog(RegistryState registry, SplittableRandom random) {
        String name = "Node" + random.nextInt(4);
        Optional<Host> host = registry.state().catalog().host(name);
        if (host.isEmpty()) {
            registry.make(new PutNode(node(name, "10.0.0." + random.nextInt(9))));
            return;
        }
        String id = "i" + random.nextInt(5);
        Optional<Hosted> hosted = host.get().instance(id);
        List<Check> checks = host.get().allChecks();
        switch (random.nextInt(12)) {
            case 0 -> registry.make(new DropNode(name.toLowerCase(Locale.ROOT)));
            case 1 -> registry.make(new DropInstance(name, id));
            case 2 -> registry.make(new DropCheck(name, "c" + random.nextInt(6)));
            case 3, 4 -> {
                if (!checks.isEmpty()) {
                    Check any = checks.get(random.nextInt(checks.size()));
                    Status status = List.of(Status.values()).get(random.nextInt(3));
                    registry.make(new SetStatus(name, any.id(), status, "out" + random.nextInt(9)));
                }
            }
            case 5 -> registry.make(new PutNode(node(name, "10.0.0." + random.nextInt(9))));
            case 6, 7 -> {
                Check check = check(name, "c" + random.nextInt(6), Status.CRITICAL);
                registry.make(
                        new PutCheck(
                                hosted.isPresent() ? check.of(hosted.get().instance()) : check));
            }
            default ->
                    registry.make(
                            new PutInstance(
                                    instance(
                                            name,
                                            id,
                                            "Svc" + random.nextInt(3),
                                            random.nextInt(1, 100))));
        }
    }

    /** Each service lists the instances that nodes have of it, and no others. */
    private static void assertWhole(Catalog catalog) {
        List<String> onNodes = new ArrayList<>();
        catalog.hosts()
                .values()
                .forEach(
                        host ->
                                host.instances()
                                        .values()
                                        .forEach(one -> onNodes.add(text(one.instance()))));
        List<String> ofServices = new ArrayList<>();
        catalog.services()
                .values()
                .forEach(
                        service ->
                                service.instances()
                                        .forEach(
                                                key ->
                                                        ofServices.add(
                                                                text(
                                                                        catalog.hosted(key)
                                                                                .instance()))));
        onNodes.sort(null);
        ofServices.sort(null);
        assertEquals(onNodes, ofServices);
    }

    /** A key says that a session holds it if the session is said to hold it. */
    private static void assertHeld(State state) {
        Set<String> byKeys = new TreeSet<>();
        state.keys().entries().values().stream()
                .filter(entry -> !entry.session().isEmpty())
                .forEach(entry -> byKeys.add(entry.session() + " " + entry.key()));
        Set<String> bySessions = new TreeSet<>();
        state.keys()
                .held()
                .forEach((id, keys) -> keys.forEach(key -> bySessions.add(id + " " + key)));
        assertEquals(byKeys, bySessions);
        state.queries()
                .bySession()
                .keySet()
                .forEach(id -> assertTrue(state.sessions().session(id).isPresent()));
    }

    private static String text(Instance instance) {
        return instance.node() + " " + instance.id() + " " + instance.service();
    }

    // ---- What is heard

    private void twoServicesOnTwoNodes() {
        registry.make(new PutNode(node("a", "10.0.0.1")), new PutNode(node("b", "10.0.0.2")));
        registry.make(new PutInstance(instance("a", "web1", "web", 80)));
        registry.make(new PutInstance(instance("b", "db1", "db", 5432)));
    }

    private static Topic service(String name) {
        return Topic.of(Topic.Kind.SERVICE, name);
    }

    @Test
    void a_change_of_one_service_is_not_heard_by_those_who_wait_for_another() {
        twoServicesOnTwoNodes();
        long before = registry.state().catalog().serviceIndex("db");
        Set<Topic> touched = registry.make(new PutInstance(instance("a", "web2", "web", 81)));
        assertTrue(touched.contains(service("web")));
        assertFalse(touched.contains(service("db")));
        assertEquals(before, registry.state().catalog().serviceIndex("db"));
        assertEquals(registry.state().index(), registry.state().catalog().serviceIndex("WEB"));
    }

    @Test
    void a_nodes_own_check_is_heard_by_all_services_on_it_and_by_no_others() {
        twoServicesOnTwoNodes();
        Set<Topic> touched = registry.make(new PutCheck(check("a", "disk", Status.CRITICAL)));
        assertTrue(touched.contains(service("web")));
        assertFalse(touched.contains(service("db")));
        assertEquals(registry.state().index(), registry.state().catalog().serviceIndex("web"));
    }

    @Test
    void the_end_of_a_service_is_heard_by_those_who_wait_for_it_also_after_a_restart() {
        twoServicesOnTwoNodes();
        registry.make(new DropInstance("a", "web1"));
        long ended = registry.state().index();
        registry.make(new PutInstance(instance("b", "db2", "db", 5433)));
        assertTrue(registry.state().catalog().service("web").isEmpty());
        assertEquals(ended, registry.state().catalog().serviceIndex("web"));
        registry.restart();
        assertEquals(ended, registry.state().catalog().serviceIndex("web"));
        assertEquals(1, registry.state().catalog().serviceIndex("never"));
    }

    @Test
    void changes_of_one_record_have_one_index() {
        twoServicesOnTwoNodes();
        long before = registry.state().index();
        registry.make(
                new PutInstance(instance("a", "x", "x", 1)),
                new PutInstance(instance("a", "y", "y", 2)));
        assertEquals(before + 1, registry.state().index());
        assertEquals(before + 1, registry.state().catalog().serviceIndex("x"));
        assertEquals(before + 1, registry.state().catalog().serviceIndex("y"));
    }

    @Test
    void an_instance_that_moves_to_another_service_leaves_its_own() {
        twoServicesOnTwoNodes();
        Set<Topic> touched = registry.make(new PutInstance(instance("a", "web1", "api", 80)));
        assertTrue(touched.contains(service("web")));
        assertTrue(touched.contains(service("api")));
        assertTrue(registry.state().catalog().service("web").isEmpty());
        assertEquals(1, registry.state().catalog().service("api").orElseThrow().instances().size());
    }

    @Test
    void a_node_takes_what_was_on_it_along() {
        twoServicesOnTwoNodes();
        registry.make(new PutCheck(check("a", "disk", Status.PASSING)));
        registry.make(new DropNode("A"));
        assertTrue(registry.state().catalog().host("a").isEmpty());
        assertTrue(registry.state().catalog().service("web").isEmpty());
        assertTrue(registry.state().catalog().service("db").isPresent());
    }

    @Test
    void the_last_events_are_kept_in_their_order_over_checkpoints() throws Exception {
        for (int i = 0; i < Events.EVENTS_MAX + 10; i++) {
            registry.make(new FireEvent(event(i)));
        }
        Events events = registry.state().events();
        assertEquals(Events.EVENTS_MAX, events.last().size());
        assertEquals("e10", events.last().getFirst().id());
        assertEquals(11, events.last().getFirst().time());
        assertEquals(registry.state().index(), events.last().getLast().index());
        assertTrue(registry.checkpoint());
        registry.restart();
        assertEquals(events, registry.state().events());
    }

    @Test
    void a_check_of_an_instance_that_moved_is_heard_by_its_new_service() {
        twoServicesOnTwoNodes();
        Check check = check("a", "c", Status.PASSING).of(instance("a", "web1", "web", 80));
        registry.make(new PutCheck(check));
        registry.make(new PutInstance(instance("a", "web1", "api", 80)));
        Set<Topic> touched = registry.make(new SetStatus("a", "c", Status.CRITICAL, "down"));
        assertTrue(touched.contains(service("api")));
        assertEquals(registry.state().index(), registry.state().catalog().serviceIndex("api"));
        assertTrue(registry.make(new DropCheck("a", "c")).contains(service("api")));
    }

    @Test
    void a_check_that_moves_is_heard_by_those_who_lose_it() {
        twoServicesOnTwoNodes();
        registry.make(new PutInstance(instance("a", "api1", "api", 81)));
        registry.make(new PutInstance(instance("a", "job1", "job", 82)));
        Check check = check("a", "c", Status.CRITICAL);
        registry.make(new PutCheck(check.of(instance("a", "web1", "web", 80))));
        Set<Topic> moved = registry.make(new PutCheck(check.of(instance("a", "api1", "api", 81))));
        assertTrue(moved.containsAll(Set.of(service("web"), service("api"))));
        assertFalse(moved.contains(service("job")));
        registry.make(new PutCheck(check));
        assertTrue(
                registry.make(new PutCheck(check.of(instance("a", "web1", "web", 80))))
                        .contains(service("job")));
        assertEquals(registry.state().index(), registry.state().catalog().serviceIndex("job"));
    }

    @Test
    void a_tree_has_all_keys_that_begin_so_whatever_follows() {
        List<String> keys = List.of("a", "a\uffff", "a\uffffb", "a\ud83d\ude00");
        keys.forEach(key -> registry.make(new PutKey(entry(key, 1, ""))));
        registry.make(new PutKey(entry("b", 1, "")));
        assertEquals(4, registry.state().keys().tree("a").size());
        assertEquals(2, registry.state().keys().tree("a\uffff").size());
        assertEquals(0, registry.state().keys().tree("\uffff").size());
        assertEquals(5, registry.state().keys().tree("").size());
    }
}
