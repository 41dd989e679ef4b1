import com.google.common.net.HostAndPort;
import com.orbitz.consul.Consul;
import com.orbitz.consul.ConsulException;
import com.orbitz.consul.KeyValueClient;
import com.orbitz.consul.NotRegisteredException;
import com.orbitz.consul.cache.ConsulCache;
import com.orbitz.consul.cache.KVCache;
import com.orbitz.consul.cache.ServiceHealthCache;
import com.orbitz.consul.model.agent.ImmutableRegistration;
import com.orbitz.consul.model.agent.Registration;
import com.orbitz.consul.model.catalog.ImmutableCatalogDeregistration;
import com.orbitz.consul.model.catalog.ImmutableCatalogRegistration;
import com.orbitz.consul.model.health.ImmutableService;
import com.orbitz.consul.model.kv.ImmutableOperation;
import com.orbitz.consul.model.kv.Operation;
import com.orbitz.consul.model.session.ImmutableSession;
import com.orbitz.consul.option.ImmutablePutOptions;
import com.orbitz.consul.option.QueryOptions;
import com.sun.net.httpserver.HttpServer;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What an application does with Orbitz's consul-client, on the libraries that it was released with,
 * whose OkHttp is not the one of the other tests: so it is a program of its own. Its argument is
 * the port of Consul's HTTP.
 */
final class OrdinaryUse {
    private static final int PATIENCE_SECONDS = 60;

    private final Consul consul;
    private final KeyValueClient keys;

    private OrdinaryUse(int port) {
        consul =
                Consul.builder()
                        .withHostAndPort(HostAndPort.fromParts("127.0.0.1", port))
                        .withReadTimeoutMillis(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS + 10))
                        .build();
        keys = consul.keyValueClient();
    }

    public static void main(String[] arguments) throws Exception {
        OrdinaryUse use = new OrdinaryUse(Integer.parseInt(arguments[0]));
        use.reports();
        use.watchesAService();
        use.waits();
        use.catalog();
        use.agent();
        use.keys();
        use.watchesKeys();
        use.transaction();
        use.locks();
        use.consul.destroy();
        System.out.println("9 passed");
    }

    private static void equal(Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError("expected: " + expected + ", was: " + actual);
        }
    }

    private int healthy(String service) {
        return consul.healthClient().getHealthyServiceInstances(service).getResponse().size();
    }

    private void reports() throws NotRegisteredException {
        consul.agentClient().register(80, 3_600L, "ttl", "ttl-1", List.of("a"), Map.of("k", "v"));
        equal(0, healthy("ttl"));
        consul.agentClient().pass("ttl-1", "fine");
        equal(1, healthy("ttl"));
        equal(
                Optional.of("fine"),
                consul.agentClient().getChecks().get("service:ttl-1").getOutput());
        consul.agentClient().warn("ttl-1");
        consul.agentClient().fail("ttl-1");
        equal(0, healthy("ttl"));
        consul.agentClient().deregister("ttl-1");
        equal(false, consul.agentClient().isRegistered("ttl-1"));
    }

    /** Fails unless what a cache has comes to have a size. */
    private static void await(LinkedBlockingQueue<Integer> sizes, int size) throws Exception {
        Integer next;
        do {
            next = sizes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("the cache does not come to have " + size);
            }
        } while (next != size);
    }

    private static LinkedBlockingQueue<Integer> start(ConsulCache<?, ?> cache) {
        LinkedBlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
        cache.addListener(values -> sizes.add(values.size()));
        cache.start();
        return sizes;
    }

    private void watchesAService() throws Exception {
        HttpServer web =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
        web.start();
        int port = web.getAddress().getPort();
        ServiceHealthCache cache = ServiceHealthCache.newCache(consul.healthClient(), "web");
        LinkedBlockingQueue<Integer> sizes = start(cache);
        consul.agentClient()
                .register(
                        ImmutableRegistration.builder()
                                .id("web")
                                .name("web")
                                .port(port)
                                .check(
                                        Registration.RegCheck.http(
                                                "http://127.0.0.1:" + port + "/", 1, 1))
                                .build());
        await(sizes, 1);
        web.stop(0);
        await(sizes, 0);
        cache.stop();
        consul.agentClient().deregister("web");
    }

    private void waits() throws Exception {
        consul.agentClient().register(1, 3_600L, "slow", "slow", Collections.emptyList(), Map.of());
        BigInteger index = consul.healthClient().getAllServiceInstances("slow").getIndex();
        CompletableFuture<Integer> next =
                CompletableFuture.supplyAsync(
                        () ->
                                consul.healthClient()
                                        .getHealthyServiceInstances(
                                                "slow",
                                                QueryOptions.blockSeconds(PATIENCE_SECONDS, index)
                                                        .build())
                                        .getResponse()
                                        .size());
        consul.agentClient().pass("slow");
        equal(1, next.get());
    }

    private void catalog() {
        consul.catalogClient()
                .register(
                        ImmutableCatalogRegistration.builder()
                                .node("ext")
                                .address("192.0.2.7")
                                .service(
                                        ImmutableService.builder()
                                                .id("db")
                                                .service("db")
                                                .port(5_432)
                                                .address("")
                                                .build())
                                .build());
        equal(List.of("dc1"), consul.catalogClient().getDatacenters());
        equal(2, consul.catalogClient().getNodes().getResponse().size());
        equal(true, consul.catalogClient().getServices().getResponse().containsKey("db"));
        equal(
                "192.0.2.7",
                consul.catalogClient().getService("db").getResponse().get(0).getAddress());
        consul.catalogClient()
                .deregister(ImmutableCatalogDeregistration.builder().node("ext").build());
        equal(0, consul.catalogClient().getService("db").getResponse().size());
    }

    private void agent() {
        equal(
                consul.agentClient().getAgent().getConfig().getNodeName(),
                consul.agentClient().getMembers().get(0).getName());
        equal("127.0.0.1:8300", consul.statusClient().getLeader());
        equal(List.of("127.0.0.1:8300"), consul.statusClient().getPeers());
        equal(List.of(), consul.coordinateClient().getNodes());
        equal("dc1", consul.coordinateClient().getDatacenters().get(0).getDatacenter());
    }

    private void keys() {
        equal(true, keys.putValue("k/one", "1", 7));
        equal(true, keys.putValue("k/two", "ü"));
        equal(Optional.of("ü"), keys.getValueAsString("k/two"));
        equal(List.of("k/one", "k/two"), keys.getKeys("k/"));
        equal(List.of("1", "ü"), keys.getValuesAsString("k/"));
        long index = keys.getValue("k/one").get().getModifyIndex();
        equal(false, keys.putValue("k/one", "x", 0, ImmutablePutOptions.builder().cas(1L).build()));
        equal(
                true,
                keys.putValue("k/one", "2", 0, ImmutablePutOptions.builder().cas(index).build()));
        keys.deleteKeys("k/");
        equal(List.of(), keys.getValues("k/"));
    }

    private void watchesKeys() throws Exception {
        keys.putValue("conf/a", "1");
        KVCache cache = KVCache.newCache(keys, "conf");
        LinkedBlockingQueue<Integer> sizes = start(cache);
        await(sizes, 1);
        keys.putValue("conf/b", "2");
        await(sizes, 2);
        keys.deleteKeys("conf/");
        await(sizes, 0);
        cache.stop();
    }

    private void transaction() {
        Operation set = ImmutableOperation.builder().verb("set").key("t/1").value("one").build();
        Operation get = ImmutableOperation.builder().verb("get").key("t/1").build();
        equal(2, keys.performTransaction(set, get).getResponse().results().size());
        Operation late =
                ImmutableOperation.builder()
                        .verb("check-index")
                        .key("t/1")
                        .index(BigInteger.ONE)
                        .build();
        Operation other = ImmutableOperation.builder().verb("set").key("t/2").value("two").build();
        try {
            keys.performTransaction(other, late);
            throw new AssertionError("not refused");
        } catch (ConsulException refused) {
            equal(409, refused.getCode());
        }
        equal(Optional.empty(), keys.getValue("t/2"));
    }

    private String session(String name) {
        return consul.sessionClient()
                .createSession(
                        ImmutableSession.builder().name(name).ttl("30s").lockDelay("0s").build())
                .getId();
    }

    private void locks() {
        String first = session("first");
        String second = session("second");
        equal(true, keys.acquireLock("lock", "1", first));
        equal(false, keys.acquireLock("lock", "2", second));
        equal(Optional.of(first), keys.getSession("lock"));
        equal(true, consul.sessionClient().renewSession(first).isPresent());
        consul.sessionClient().destroySession(first);
        equal(true, keys.acquireLock("lock", "2", second));
        equal(2L, keys.getValue("lock").get().getLockIndex());
        equal(true, keys.releaseLock("lock", second));
        consul.sessionClient().destroySession(second);
    }
}
