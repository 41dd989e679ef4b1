package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.HostAndPort;
import com.sun.net.httpserver.HttpServer;

import dev.millrace.it.Product;
import dev.millrace.it.server.Await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kiwiproject.consul.Consul;
import org.kiwiproject.consul.ConsulException;
import org.kiwiproject.consul.KeyValueClient;
import org.kiwiproject.consul.NotRegisteredException;
import org.kiwiproject.consul.cache.KVCache;
import org.kiwiproject.consul.cache.ServiceHealthCache;
import org.kiwiproject.consul.model.ConsulResponse;
import org.kiwiproject.consul.model.State;
import org.kiwiproject.consul.model.agent.ImmutableRegistration;
import org.kiwiproject.consul.model.agent.Registration;
import org.kiwiproject.consul.model.catalog.ImmutableCatalogDeregistration;
import org.kiwiproject.consul.model.catalog.ImmutableCatalogRegistration;
import org.kiwiproject.consul.model.health.ImmutableService;
import org.kiwiproject.consul.model.health.ServiceHealth;
import org.kiwiproject.consul.model.kv.Operation;
import org.kiwiproject.consul.model.kv.Value;
import org.kiwiproject.consul.model.kv.Verb;
import org.kiwiproject.consul.model.query.ImmutablePreparedQuery;
import org.kiwiproject.consul.model.query.ImmutableServiceQuery;
import org.kiwiproject.consul.model.session.ImmutableSession;
import org.kiwiproject.consul.option.ImmutablePutOptions;
import org.kiwiproject.consul.option.ImmutableQueryOptions;
import org.kiwiproject.consul.option.QueryOptions;
import org.kiwiproject.consul.util.LeaderElectionUtil;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** kiwiproject's consul-client, unchanged, in its ordinary use. */
@Timeout(120)
class KiwiClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir static Path data;
    private static Product product;
    private static Consul consul;

    @BeforeAll
    static void start() throws Exception {
        product = Product.up(data, "--only", "registry");
        consul =
                Consul.builder()
                        .withHostAndPort(
                                HostAndPort.fromParts(
                                        "127.0.0.1", product.port("registry.http.port")))
                        .withReadTimeoutMillis(PATIENCE.plusSeconds(10).toMillis())
                        .build();
    }

    @AfterAll
    static void stop() throws Exception {
        consul.destroy();
        product.close();
    }

    private static List<ServiceHealth> healthy(String service) {
        return consul.healthClient().getHealthyServiceInstances(service).getResponse();
    }

    // ---- Services

    @Test
    void a_service_with_a_ttl_passes_warns_fails_and_goes() throws Exception {
        consul.agentClient()
                .register(8_080, 3_600L, "ttl", "ttl-1", List.of("a", "b"), Map.of("k", "v"));
        assertEquals(List.of(), healthy("ttl"));
        consul.agentClient().pass("ttl-1", "fine");
        ServiceHealth found = healthy("ttl").getFirst();
        assertEquals("ttl-1", found.getService().getId());
        assertEquals(8_080, found.getService().getPort());
        assertEquals(List.of("a", "b"), found.getService().getTags());
        assertEquals(Map.of("k", "v"), found.getService().getMeta());
        assertTrue(consul.agentClient().isRegistered("ttl-1"));
        assertTrue(
                consul.agentClient().getChecks().values().stream()
                        .anyMatch(check -> check.getOutput().equals(Optional.of("fine"))));
        consul.agentClient().warn("ttl-1");
        assertEquals(List.of(), healthy("ttl"));
        consul.agentClient().fail("ttl-1", "broken");
        assertTrue(
                consul.healthClient().getChecksByState(State.FAIL).getResponse().stream()
                        .anyMatch(check -> check.getCheckId().equals("service:ttl-1")));
        consul.agentClient().deregister("ttl-1");
        assertFalse(consul.agentClient().getServices().containsKey("ttl-1"));
        assertThrows(NotRegisteredException.class, () -> consul.agentClient().pass("ttl-1"));
    }

    @Test
    void a_cache_of_a_service_follows_its_web_server() throws Exception {
        HttpServer web =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
        web.start();
        int port = web.getAddress().getPort();
        try (ServiceHealthCache cache = ServiceHealthCache.newCache(consul.healthClient(), "web")) {
            cache.start();
            assertTrue(cache.awaitInitialized(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            assertTrue(cache.getMap().isEmpty());
            Registration registration =
                    ImmutableRegistration.builder()
                            .id("web-1")
                            .name("web")
                            .port(port)
                            .check(
                                    Registration.RegCheck.http(
                                            "http://127.0.0.1:" + port + "/", 1, 1))
                            .build();
            consul.agentClient().register(registration);
            Await.until("in the cache", PATIENCE, () -> cache.getMap().size() == 1);
            web.stop(0);
            Await.until("out of the cache", PATIENCE, () -> cache.getMap().isEmpty());
            consul.agentClient().deregister("web-1");
        } finally {
            web.stop(0);
        }
    }

    @Test
    void a_read_waits_for_the_next_change_of_its_service() throws Exception {
        consul.agentClient().register(1, 3_600L, "slow", "slow", List.of(), Map.of());
        BigInteger index = consul.healthClient().getAllServiceInstances("slow").getIndex();
        CompletableFuture<ConsulResponse<List<ServiceHealth>>> next =
                CompletableFuture.supplyAsync(
                        () ->
                                consul.healthClient()
                                        .getHealthyServiceInstances(
                                                "slow",
                                                QueryOptions.blockSeconds(60, index).build()));
        consul.agentClient().pass("slow");
        assertEquals(1, next.get().getResponse().size());
        assertTrue(next.get().getIndex().compareTo(index) > 0);
    }

    @Test
    void the_catalog_takes_and_gives_nodes() {
        consul.catalogClient()
                .register(
                        ImmutableCatalogRegistration.builder()
                                .node("ext")
                                .address("192.0.2.7")
                                .putNodeMeta("rack", "r1")
                                .service(
                                        ImmutableService.builder()
                                                .id("db")
                                                .service("db")
                                                .port(5_432)
                                                .address("")
                                                .build())
                                .build());
        assertEquals(List.of("dc1"), consul.catalogClient().getDatacenters());
        assertTrue(consul.catalogClient().getServices().getResponse().containsKey("db"));
        assertEquals(
                5_432,
                consul.catalogClient().getService("db").getResponse().getFirst().getServicePort());
        assertEquals(
                1,
                consul.catalogClient()
                        .getNodes(ImmutableQueryOptions.builder().addNodeMeta("rack:r1").build())
                        .getResponse()
                        .size());
        assertTrue(
                consul.catalogClient()
                        .getNode("ext")
                        .getResponse()
                        .getServices()
                        .containsKey("db"));
        consul.catalogClient()
                .deregister(ImmutableCatalogDeregistration.builder().node("ext").build());
        assertEquals(List.of(), consul.catalogClient().getService("db").getResponse());
    }

    @Test
    void the_agent_tells_of_itself() {
        String node = consul.agentClient().getAgent().getConfig().getNodeName();
        assertEquals(node, consul.agentClient().getMembers().getFirst().getName());
        consul.agentClient().ping();
        assertEquals("127.0.0.1:8300", consul.statusClient().getLeader());
        assertEquals(List.of("127.0.0.1:8300"), consul.statusClient().getPeers());
        assertEquals(List.of(), consul.coordinateClient().getNodes());
        assertEquals("dc1", consul.coordinateClient().getDatacenters().getFirst().getDatacenter());
    }

    @Test
    void maintenance_takes_a_service_out() {
        consul.agentClient().register(1, List.of(), "kept", "kept", List.of(), Map.of());
        assertEquals(1, healthy("kept").size());
        consul.agentClient().toggleMaintenanceMode("kept", true, "repair");
        assertEquals(List.of(), healthy("kept"));
        consul.agentClient().toggleMaintenanceMode("kept", false);
        assertEquals(1, healthy("kept").size());
    }

    // ---- Keys

    @Test
    void keys_are_put_listed_compared_and_deleted() {
        KeyValueClient keys = consul.keyValueClient();
        assertTrue(keys.putValue("k/one", "1", 7));
        assertTrue(keys.putValue("k/two three", "ü"));
        assertEquals(Optional.of("ü"), keys.getValueAsString("k/two three"));
        assertEquals(7, keys.getValue("k/one").orElseThrow().getFlags());
        assertEquals(List.of("k/one", "k/two three"), keys.getKeys("k/"));
        assertEquals(List.of("1", "ü"), keys.getValuesAsString("k/"));
        long index = keys.getValue("k/one").orElseThrow().getModifyIndex();
        assertFalse(keys.putValue("k/one", "x", 0, ImmutablePutOptions.builder().cas(1L).build()));
        assertTrue(
                keys.putValue("k/one", "2", 0, ImmutablePutOptions.builder().cas(index).build()));
        keys.deleteKey("k/one");
        assertEquals(Optional.empty(), keys.getValue("k/one"));
        keys.deleteKeys("k/");
        assertEquals(List.of(), keys.getValues("k/"));
        ConsulException big =
                assertThrows(
                        ConsulException.class,
                        () -> keys.putValue("k/big", "x".repeat((512 << 10) + 1)));
        assertEquals(413, big.getCode());
    }

    @Test
    void a_cache_of_keys_follows_them() throws Exception {
        KeyValueClient keys = consul.keyValueClient();
        keys.putValue("conf/a", "1");
        try (KVCache cache = KVCache.newCache(keys, "conf")) {
            cache.start();
            assertTrue(cache.awaitInitialized(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            keys.putValue("conf/b", "2");
            Await.until("b is there", PATIENCE, () -> cache.getMap().size() == 2);
            keys.deleteKeys("conf/");
            Await.until("none is there", PATIENCE, () -> cache.getMap().isEmpty());
        }
    }

    @Test
    void a_transaction_happens_whole_or_not_at_all() {
        KeyValueClient keys = consul.keyValueClient();
        List<Map<String, Value>> results =
                keys.performTransaction(
                                Operation.builder(Verb.SET).key("t/1").value("one").build(),
                                Operation.builder(Verb.GET).key("t/1").build())
                        .getResponse()
                        .results();
        assertEquals(
                List.of(Optional.of("one")),
                results.get(1).values().stream().map(Value::getValueAsString).toList());
        ConsulException failed =
                assertThrows(
                        ConsulException.class,
                        () ->
                                keys.performTransaction(
                                        Operation.builder(Verb.SET).key("t/2").value("").build(),
                                        Operation.builder(Verb.CHECK_INDEX)
                                                .key("t/1")
                                                .index(BigInteger.ONE)
                                                .build()));
        assertEquals(409, failed.getCode());
        assertEquals(Optional.empty(), keys.getValue("t/2"));
    }

    // ---- Events and prepared queries

    @Test
    void an_event_is_heard() {
        String id = consul.eventClient().fireEvent("deploy", "now").getId();
        assertTrue(
                consul.eventClient().listEvents("deploy").getEvents().stream()
                        .anyMatch(event -> event.getId().equals(id)));
    }

    @Test
    void a_prepared_query_finds_what_is_healthy() {
        consul.agentClient().register(1, List.of(), "asked", "asked", List.of(), Map.of());
        String id =
                consul.preparedQueryClient()
                        .createPreparedQuery(
                                ImmutablePreparedQuery.builder()
                                        .name("ask")
                                        .service(
                                                ImmutableServiceQuery.builder()
                                                        .service("asked")
                                                        .onlyPassing(true)
                                                        .build())
                                        .build());
        assertEquals(1, consul.preparedQueryClient().execute("ask").nodes().size());
        assertTrue(consul.preparedQueryClient().getPreparedQuery(id).isPresent());
        consul.preparedQueryClient().deletePreparedQuery(id);
        assertEquals(List.of(), consul.preparedQueryClient().getPreparedQueries());
    }

    // ---- Sessions

    @Test
    void a_lock_has_one_holder_and_is_free_when_its_session_ends() {
        KeyValueClient keys = consul.keyValueClient();
        String first = session("first");
        String second = session("second");
        assertTrue(keys.acquireLock("lock", "1", first));
        assertFalse(keys.acquireLock("lock", "2", second));
        assertEquals(Optional.of(first), keys.getSession("lock"));
        assertTrue(consul.sessionClient().renewSession(first).isPresent());
        assertEquals(
                Optional.of("first"),
                consul.sessionClient().getSessionInfo(first).orElseThrow().getName());
        assertTrue(
                consul.sessionClient().listSessions().stream()
                        .anyMatch(session -> session.getId().equals(second)));
        consul.sessionClient().destroySession(first);
        assertTrue(keys.acquireLock("lock", "2", second));
        assertEquals(2, keys.getValue("lock").orElseThrow().getLockIndex());
        assertTrue(keys.releaseLock("lock", second));
        consul.sessionClient().destroySession(second);
        assertEquals(
                404,
                assertThrows(
                                ConsulException.class,
                                () -> consul.sessionClient().renewSession(second))
                        .getCode());
    }

    private static String session(String name) {
        return consul.sessionClient()
                .createSession(
                        ImmutableSession.builder().name(name).ttl("30s").lockDelay("0s").build())
                .getId();
    }

    @Test
    void its_own_leader_election_elects_one() {
        LeaderElectionUtil election = new LeaderElectionUtil(consul);
        assertEquals(Optional.of("me"), election.electNewLeaderForService("elected", "me"));
        assertEquals(Optional.of("me"), election.electNewLeaderForService("elected", "you"));
        assertEquals(Optional.of("me"), election.getLeaderInfoForService("elected"));
        assertTrue(election.releaseLockForService("elected"));
        assertEquals(Optional.empty(), election.getLeaderInfoForService("elected"));
    }
}
