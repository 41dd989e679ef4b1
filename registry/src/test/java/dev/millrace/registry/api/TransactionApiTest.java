package dev.millrace.registry.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** {@code /v1/txn}. */
@Timeout(60)
class TransactionApiTest {
    @TempDir Path data;
    private RegistryServer server;

    @BeforeEach
    void start() throws Exception {
        server = new RegistryServer(data);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private String run(String operations) throws Exception {
        return server.put("txn", operations.replace('\'', '"'));
    }

    private void assertHas(String answer, String... parts) {
        for (String part : parts) {
            assertTrue(answer.contains(part.replace('\'', '"')), part + " in " + answer);
        }
    }

    @Test
    void operations_see_what_those_before_them_did_and_are_one_change() throws Exception {
        String answer =
                run(
                        "[{'KV':{'Verb':'set','Key':'a','Value':'MQ=='}},"
                                + "{'KV':{'Verb':'get','Key':'a'}},"
                                + "{'KV':{'Verb':'set','Key':'b','Value':'Mg==','Flags':7}},"
                                + "{'KV':{'Verb':'get-tree','Key':''}}]");
        assertHas(answer, "200 ", "'Value':'MQ=='", "'Errors':null", "'Flags':7");
        assertEquals(server.index("kv/a"), server.index("kv/b"));
        assertHas(answer, "'ModifyIndex':" + server.index("kv/a"));
    }

    @Test
    void one_that_fails_undoes_all() throws Exception {
        server.put("kv/there", "1");
        String answer =
                run(
                        "[{'KV':{'Verb':'set','Key':'a','Value':'MQ=='}},"
                                + "{'KV':{'Verb':'check-not-exists','Key':'there'}},"
                                + "{'KV':{'Verb':'delete','Key':'there'}},"
                                + "{'KV':{'Verb':'cas','Key':'x','Index':99,'Value':''}},"
                                + "{'KV':{'Verb':'spin','Key':'x'}}]");
        assertEquals(
                "409 {\"Results\":null,\"Errors\":["
                        + "{\"OpIndex\":1,\"What\":\"key \\\"there\\\" exists\"},"
                        + "{\"OpIndex\":3,\"What\":\"failed to set key \\\"x\\\", index is stale\"},"
                        + "{\"OpIndex\":4,\"What\":\"unknown KV verb \\\"spin\\\"\"}]}",
                answer);
        assertEquals("404 ", server.get("kv/a"));
        assertEquals("200 1", server.get("kv/there?raw"));
    }

    @Test
    void a_node_its_service_its_check_and_a_key_are_registered_at_once() throws Exception {
        String answer =
                run(
                        "[{'Node':{'Verb':'set','Node':{'Node':'x','Address':'192.0.2.1'}}},"
                                + "{'Service':{'Verb':'set','Node':'x','Service':{'Service':'db','Port':1}}},"
                                + "{'Check':{'Verb':'set','Check':{'Node':'x','CheckID':'c','ServiceID':'db','Status':'passing'}}},"
                                + "{'KV':{'Verb':'set','Key':'leader','Value':'eA=='}}]");
        assertHas(answer, "200 ", "{'Node':{", "{'Service':{", "{'Check':{", "{'KV':{");
        assertHas(server.get("health/service/db?passing"), "'CheckID':'c'");
        assertHas(
                run(
                        "[{'Service':{'Verb':'cas','Node':'x','Service':{'Service':'db','ModifyIndex':1}}}]"),
                "409 ",
                "failed to set service \\'db\\' on node \\'x\\', index is stale");
        assertHas(run("[{'Node':{'Verb':'delete','Node':{'Node':'x'}}}]"), "200 ");
        assertEquals("200 []", server.get("catalog/service/db"));
        assertHas(run("[{'Node':{'Verb':'get','Node':{'Node':'x'}}}]"), "409 ", "exist");
    }

    @Test
    void a_lock_is_taken_and_given_back_within_transactions() throws Exception {
        String session = server.put("session/create", "{}").substring(11, 47);
        assertHas(
                run("[{'KV':{'Verb':'lock','Key':'k','Value':'','Session':'" + session + "'}}]"),
                "200 ",
                "'Session':'" + session + "'");
        assertHas(
                run("[{'KV':{'Verb':'check-session','Key':'k','Session':'other'}}]"),
                "409 ",
                "failed session check");
        assertHas(
                run("[{'KV':{'Verb':'unlock','Key':'k','Value':'','Session':'" + session + "'}}]"),
                "200 ");
        assertHas(
                run("[{'Session':{'Verb':'delete','Session':{'ID':'" + session + "'}}}]"), "200 ");
        assertEquals("200 []", server.get("session/info/" + session));
    }

    @Test
    void bad_transactions_are_refused_in_consuls_words() throws Exception {
        assertHas(run("{}"), "400 Failed to parse body: ");
        assertHas(run("[{'KV':{'Verb':'set','Key':'a','Value':'%%'}}]"), "400 Failed to parse");
        String many = "{'KV':{'Verb':'get','Key':'a'}},".repeat(128) + "{'KV':{}}";
        assertEquals(
                "413 Transaction contains too many operations (129 > 128)", run("[" + many + "]"));
        assertHas(run("[{}]"), "409 ", "no operation specified");
    }

    @Test
    void a_session_ends_with_its_check_also_if_that_was_moved_in_the_same_transaction()
            throws Exception {
        run(
                "[{'Node':{'Verb':'set','Node':{'Node':'x','Address':'192.0.2.1'}}},"
                        + "{'Service':{'Verb':'set','Node':'x','Service':{'Service':'a'}}},"
                        + "{'Service':{'Verb':'set','Node':'x','Service':{'Service':'b'}}},"
                        + "{'Check':{'Verb':'set','Check':{'Node':'x','CheckID':'c','ServiceID':'a','Status':'passing'}}}]");
        String created =
                server.put(
                        "session/create",
                        "{'Node':'x','NodeChecks':[],'ServiceChecks':['c']}".replace('\'', '"'));
        assertTrue(created.startsWith("200 "), created);
        String moved =
                run(
                        "[{'Check':{'Verb':'set','Check':{'Node':'x','CheckID':'c','ServiceID':'b','Status':'passing'}}},"
                                + "{'Service':{'Verb':'delete','Node':'x','Service':{'ID':'b'}}}]");
        assertTrue(moved.startsWith("200 "), moved);
        assertEquals("200 []", server.get("session/list"));
    }
}
