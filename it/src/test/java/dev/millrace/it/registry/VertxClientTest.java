package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.consul.BlockingQueryOptions;
import io.vertx.ext.consul.CheckOptions;
import io.vertx.ext.consul.CheckStatus;
import io.vertx.ext.consul.ConsulClient;
import io.vertx.ext.consul.ConsulClientOptions;
import io.vertx.ext.consul.KeyValue;
import io.vertx.ext.consul.KeyValueOptions;
import io.vertx.ext.consul.MaintenanceOptions;
import io.vertx.ext.consul.Node;
import io.vertx.ext.consul.ServiceEntry;
import io.vertx.ext.consul.ServiceOptions;
import io.vertx.ext.consul.SessionOptions;
import io.vertx.ext.consul.TxnKVOperation;
import io.vertx.ext.consul.TxnKVVerb;
import io.vertx.ext.consul.TxnRequest;
import io.vertx.ext.consul.Watch;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** vertx-consul-client, unchanged, in its ordinary use. */
@Timeout(120)
class VertxClientTest {
    private static final int PATIENCE_SECONDS = 60;

    @TempDir static Path data;
    private static Product product;
    private static Vertx vertx;
    private static ConsulClientOptions options;
    private static ConsulClient consul;

    @BeforeAll
    static void start() throws Exception {
        product = Product.up(data, "--only", "registry");
        vertx = Vertx.vertx();
        options = new ConsulClientOptions();
        options.setHost("127.0.0.1").setPort(product.port("registry.http.port"));
        consul = ConsulClient.create(vertx, options);
    }

    @AfterAll
    static void stop() throws Exception {
        consul.close();
        done(vertx.close());
        product.close();
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static List<ServiceEntry> healthy(String service) {
        return done(consul.healthServiceNodes(service, true)).getList();
    }

    @Test
    void a_service_passes_warns_fails_and_goes() {
        done(
                consul.registerService(
                        new ServiceOptions()
                                .setId("w1")
                                .setName("web")
                                .setPort(80)
                                .setTags(List.of("a"))
                                .setCheckOptions(new CheckOptions().setTtl("1h"))));
        assertEquals(List.of(), healthy("web"));
        done(consul.passCheckWithNote("service:w1", "fine"));
        assertEquals("w1", healthy("web").getFirst().getService().getId());
        assertTrue(
                done(consul.localChecks()).stream()
                        .anyMatch(check -> "fine".equals(check.getOutput())));
        done(consul.warnCheck("service:w1"));
        assertEquals(
                CheckStatus.WARNING,
                done(consul.healthChecks("web")).getList().getFirst().getStatus());
        done(consul.updateCheck("service:w1", CheckStatus.CRITICAL));
        assertEquals(List.of(), healthy("web"));
        done(consul.deregisterService("w1"));
        assertEquals(List.of(), done(consul.catalogServiceNodes("web")).getList());
        assertThrows(CompletionException.class, () -> done(consul.passCheck("service:w1")));
    }

    @Test
    void checks_of_their_own_and_maintenance() {
        done(consul.registerService(new ServiceOptions().setName("kept").setPort(1)));
        done(
                consul.registerCheck(
                        new CheckOptions()
                                .setId("extra")
                                .setName("extra")
                                .setTtl("1h")
                                .setServiceId("kept")));
        assertEquals(List.of(), healthy("kept"));
        done(consul.passCheck("extra"));
        assertEquals(1, healthy("kept").size());
        done(
                consul.maintenanceService(
                        new MaintenanceOptions().setId("kept").setEnable(true).setReason("r")));
        assertEquals(List.of(), healthy("kept"));
        done(consul.maintenanceService(new MaintenanceOptions().setId("kept").setEnable(false)));
        done(consul.deregisterCheck("extra"));
        assertTrue(
                done(consul.localServices()).stream()
                        .anyMatch(service -> service.getName().equals("kept")));
    }

    @Test
    void a_watch_sees_a_service_come_and_go() throws Exception {
        LinkedBlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
        Watch<?> watch =
                Watch.service("seen", vertx, options)
                        .setHandler(
                                result -> {
                                    if (result.succeeded()) {
                                        sizes.add(result.nextResult().getList().size());
                                    }
                                })
                        .start();
        assertEquals(0, sizes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        done(consul.registerService(new ServiceOptions().setName("seen").setPort(1)));
        assertEquals(1, sizes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        done(consul.deregisterService("seen"));
        assertEquals(0, sizes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        watch.stop();
    }

    @Test
    void a_watch_sees_a_key_change() throws Exception {
        done(consul.putValue("watched", "1"));
        LinkedBlockingQueue<String> values = new LinkedBlockingQueue<>();
        Watch<?> watch =
                Watch.key("watched", vertx, options)
                        .setHandler(result -> values.add(result.nextResult().getValue()))
                        .start();
        assertEquals("1", values.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        done(consul.putValue("watched", "2"));
        assertEquals("2", values.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
        watch.stop();
    }

    @Test
    void the_catalog_the_agent_and_the_node() {
        done(
                consul.registerCatalogService(
                        new Node().setName("ext").setAddress("192.0.2.7"),
                        new ServiceOptions().setName("db").setId("db").setPort(5_432)));
        assertEquals(
                "192.0.2.7",
                done(consul.catalogServiceNodes("db")).getList().getFirst().getNodeAddress());
        assertTrue(
                done(consul.catalogServices()).getList().stream()
                        .anyMatch(service -> service.getName().equals("db")));
        assertEquals(1, done(consul.catalogNodeServices("ext")).getList().size());
        assertTrue(
                done(consul.catalogNodes()).getList().stream()
                        .anyMatch(node -> node.getName().equals("ext")));
        done(consul.deregisterCatalogService("ext", "db"));
        assertEquals(List.of(), done(consul.catalogServiceNodes("db")).getList());
        assertEquals(List.of("dc1"), done(consul.catalogDatacenters()));
        assertEquals(
                "dc1", done(consul.agentInfo()).getJsonObject("Config").getString("Datacenter"));
        // The client cuts a character off, which is there only if an agent is in its dev mode.
        assertTrue("127.0.0.1:8300".startsWith(done(consul.leaderStatus())));
        assertEquals(List.of("127.0.0.1:8300"), done(consul.peersStatus()));
        assertEquals(List.of(), done(consul.coordinateNodes()).getList());
        assertEquals(1, done(consul.coordinateDatacenters()).size());
    }

    @Test
    void keys_are_put_compared_waited_for_and_deleted() {
        assertTrue(done(consul.putValue("k/a", "1")));
        KeyValue found = done(consul.getValue("k/a"));
        assertEquals("1", found.getValue());
        assertFalse(
                done(consul.putValueWithOptions("k/a", "x", new KeyValueOptions().setCasIndex(1))));
        Future<KeyValue> next =
                consul.getValueWithOptions(
                        "k/a",
                        new BlockingQueryOptions().setIndex(found.getModifyIndex()).setWait("60s"));
        assertTrue(
                done(
                        consul.putValueWithOptions(
                                "k/a",
                                "2",
                                new KeyValueOptions()
                                        .setCasIndex(found.getModifyIndex())
                                        .setFlags(7))));
        assertEquals("2", done(next).getValue());
        assertEquals(7, done(next).getFlags());
        assertEquals(List.of("k/a"), done(consul.getKeys("k/")));
        assertEquals(1, done(consul.getValues("k/")).getList().size());
        done(consul.deleteValue("k/a"));
        done(consul.deleteValues("k/"));
        assertFalse(done(consul.getValue("k/a")).isPresent());
    }

    @Test
    void a_lock_has_one_holder_until_its_session_ends() {
        SessionOptions brief = new SessionOptions().setTtl(30).setLockDelay(0).setName("s");
        String first = done(consul.createSessionWithOptions(brief));
        String second = done(consul.createSessionWithOptions(brief));
        KeyValueOptions mine = new KeyValueOptions().setAcquireSession(first);
        KeyValueOptions yours = new KeyValueOptions().setAcquireSession(second);
        assertTrue(done(consul.putValueWithOptions("lock", "1", mine)));
        assertFalse(done(consul.putValueWithOptions("lock", "2", yours)));
        assertEquals(first, done(consul.getValue("lock")).getSession());
        assertEquals(first, done(consul.renewSession(first)).getId());
        assertFalse(done(consul.infoSession(first)).getNode().isEmpty());
        assertEquals(2, done(consul.listSessions()).getList().size());
        done(consul.destroySession(first));
        assertTrue(done(consul.putValueWithOptions("lock", "2", yours)));
        assertEquals(2, done(consul.getValue("lock")).getLockIndex());
        assertTrue(
                done(
                        consul.putValueWithOptions(
                                "lock", "3", new KeyValueOptions().setReleaseSession(second))));
        done(consul.destroySession(second));
    }

    @Test
    void a_transaction_happens_whole_or_not_at_all() {
        TxnRequest both =
                new TxnRequest()
                        .addOperation(
                                new TxnKVOperation()
                                        .setType(TxnKVVerb.SET)
                                        .setKey("t/1")
                                        .setValue("one"))
                        .addOperation(new TxnKVOperation().setType(TxnKVVerb.GET).setKey("t/1"));
        assertEquals(2, done(consul.transaction(both)).getResults().size());
        TxnRequest late =
                new TxnRequest()
                        .addOperation(
                                new TxnKVOperation()
                                        .setType(TxnKVVerb.SET)
                                        .setKey("t/2")
                                        .setValue("two"))
                        .addOperation(
                                new TxnKVOperation()
                                        .setType(TxnKVVerb.CHECK_INDEX)
                                        .setKey("t/1")
                                        .setIndex(1));
        assertEquals(1, done(consul.transaction(late)).getErrorsSize());
        assertFalse(done(consul.getValue("t/2")).isPresent());
    }
}
