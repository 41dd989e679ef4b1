package dev.millrace.registry.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Agent, catalog and health over HTTP. */
@Timeout(60)
class CatalogApiTest {
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

    private void register(String body) throws Exception {
        assertEquals("200 ", server.put("agent/service/register", body));
    }

    private void assertHas(String answer, String... parts) {
        for (String part : parts) {
            assertTrue(answer.contains(part), part + " in " + answer);
        }
    }

    // ---- Registering

    @Test
    void a_registered_service_is_found_in_catalog_health_and_agent() throws Exception {
        register(
                "{\"ID\":\"w1\",\"Name\":\"web\",\"Tags\":[\"a\"],\"Port\":80,\"Meta\":{\"k\":\"v\"}}");
        assertHas(
                server.get("catalog/service/web"),
                "\"ServiceID\":\"w1\"",
                "\"ServiceTags\":[\"a\"]",
                "\"ServicePort\":80",
                "\"ServiceMeta\":{\"k\":\"v\"}",
                "\"Node\":\"n1\"");
        assertHas(
                server.get("health/service/WEB?passing"),
                "\"Service\":\"web\"",
                "\"CheckID\":\"serfHealth\"");
        assertHas(server.get("agent/services"), "\"w1\":{\"ID\":\"w1\"");
        assertHas(server.get("catalog/services"), "\"web\":[\"a\"]");
        assertHas(server.get("catalog/node/n1"), "\"w1\":{\"ID\":\"w1\"");
        assertHas(server.get("catalog/node-services/n1"), "\"Services\":[{\"ID\":");
    }

    @Test
    void registrations_and_their_index_are_there_after_a_restart() throws Exception {
        register(
                "{\"Name\":\"web\",\"Port\":80,\"Check\":{\"TTL\":\"1h\",\"Status\":\"passing\"}}");
        String before = server.get("health/service/web");
        long index = server.index("health/service/web");
        server.close();
        server = new RegistryServer(data);
        assertEquals(before, server.get("health/service/web"));
        assertEquals(index, server.index("health/service/web"));
    }

    @Test
    void a_service_that_is_registered_again_unchanged_changes_no_index() throws Exception {
        register("{\"Name\":\"web\",\"Port\":80,\"Check\":{\"TTL\":\"1h\"}}");
        server.put("agent/check/pass/service:web", "");
        long index = server.index("health/service/web");
        register("{\"Name\":\"web\",\"Port\":80,\"Check\":{\"TTL\":\"1h\"}}");
        assertEquals(index, server.index("health/service/web"));
        assertHas(server.get("health/checks/web"), "\"Status\":\"passing\"");
    }

    @Test
    void a_deregistered_service_is_gone_with_its_checks() throws Exception {
        register("{\"Name\":\"web\",\"Checks\":[{\"TTL\":\"1h\"},{\"TTL\":\"2h\"}]}");
        assertHas(server.get("health/checks/web"), "service:web:1", "service:web:2");
        assertEquals("200 ", server.put("agent/service/deregister/web", ""));
        assertEquals("200 []", server.get("health/service/web"));
        assertEquals("200 []", server.get("health/checks/web"));
        assertEquals(
                "404 Unknown service ID \"web\". Ensure that the service ID is passed, not the"
                        + " service name.",
                server.put("agent/service/deregister/web", ""));
    }

    @Test
    void replace_existing_checks_drops_those_that_are_not_named_again() throws Exception {
        register(
                "{\"Name\":\"web\",\"Checks\":[{\"CheckID\":\"a\",\"TTL\":\"1h\"},{\"CheckID\":\"b\",\"TTL\":\"1h\"}]}");
        register("{\"Name\":\"web\",\"Check\":{\"CheckID\":\"b\",\"TTL\":\"1h\"}}");
        assertHas(server.get("health/checks/web"), "\"CheckID\":\"a\"", "\"CheckID\":\"b\"");
        assertEquals(
                "200 ",
                server.put(
                        "agent/service/register?replace-existing-checks=true",
                        "{\"Name\":\"web\",\"Check\":{\"CheckID\":\"b\",\"TTL\":\"1h\"}}"));
        assertFalse(server.get("health/checks/web").contains("\"CheckID\":\"a\""));
    }

    @Test
    void the_catalog_takes_nodes_without_an_agent() throws Exception {
        String body =
                "{\"Node\":\"ext\",\"Address\":\"192.0.2.7\",\"NodeMeta\":{\"rack\":\"r1\"},"
                        + "\"Service\":{\"Service\":\"db\",\"Port\":5432},"
                        + "\"Check\":{\"CheckID\":\"c\",\"Name\":\"c\",\"Status\":\"passing\",\"ServiceID\":\"db\"}}";
        assertEquals("200 true", server.put("catalog/register", body));
        assertHas(server.get("health/service/db?passing=1"), "\"Address\":\"192.0.2.7\"");
        assertHas(
                server.get("catalog/nodes?node-meta=rack:r1"),
                "\"Node\":\"ext\"",
                "\"TaggedAddresses\":null",
                "\"Meta\":{\"rack\":\"r1\"}");
        assertEquals("200 []", server.get("catalog/nodes?node-meta=rack:r2"));
        assertEquals(
                "200 true",
                server.put("catalog/deregister", "{\"Node\":\"ext\",\"CheckID\":\"c\"}"));
        assertEquals("200 []", server.get("health/checks/db"));
        assertEquals(
                "200 true",
                server.put("catalog/deregister", "{\"Node\":\"ext\",\"ServiceID\":\"db\"}"));
        assertEquals("200 []", server.get("catalog/service/db"));
        assertEquals("200 true", server.put("catalog/deregister", "{\"Node\":\"ext\"}"));
        assertEquals("200 null", server.get("catalog/node/ext"));
    }

    @Test
    void the_node_itself_is_found_as_the_service_that_clients_know_servers_by() throws Exception {
        assertHas(
                server.get("catalog/service/consul"),
                "\"ServiceID\":\"consul\"",
                "\"ServicePort\":8300");
        assertFalse(server.get("agent/services").contains("\"consul\""));
    }

    // ---- Checks

    @Test
    void the_agent_tells_what_a_check_said_last_though_the_catalog_has_not_heard_it()
            throws Exception {
        register("{\"Name\":\"web\",\"Check\":{\"TTL\":\"1h\"}}");
        server.put("agent/check/pass/service:web?note=first", "");
        server.put("agent/check/pass/service:web?note=second", "");
        assertHas(server.get("health/checks/web"), "\"Output\":\"first\"");
        assertHas(server.get("agent/checks"), "\"Output\":\"second\"");
    }

    @Test
    void reports_move_a_ttl_check_through_all_states() throws Exception {
        register("{\"Name\":\"web\",\"Check\":{\"TTL\":\"1h\"}}");
        assertEquals("200 []", server.get("health/service/web?passing"));
        assertEquals("200 ", server.put("agent/check/pass/service:web?note=fine", ""));
        assertHas(
                server.get("health/service/web?passing"),
                "\"Status\":\"passing\"",
                "\"Output\":\"fine\"");
        assertEquals("200 ", server.put("agent/check/warn/service:web", ""));
        assertHas(server.get("health/state/warning"), "\"CheckID\":\"service:web\"");
        assertEquals("200 ", server.put("agent/check/fail/service:web", ""));
        assertHas(server.get("health/state/critical"), "\"CheckID\":\"service:web\"");
        assertEquals(
                "200 ",
                server.put(
                        "agent/check/update/service:web",
                        "{\"Status\":\"passing\",\"Output\":\"again\"}"));
        assertHas(server.get("agent/checks"), "\"Output\":\"again\"");
        assertEquals(
                "404 Unknown check ID \"none\". Ensure that the check ID is passed, not the check"
                        + " name.",
                server.put("agent/check/pass/none", ""));
    }

    @Test
    void maintenance_takes_a_service_or_the_node_out_and_gives_it_back() throws Exception {
        register("{\"Name\":\"web\",\"Port\":80}");
        assertEquals("200 ", server.put("agent/service/maintenance/web?enable=true&reason=r", ""));
        assertEquals("200 []", server.get("health/service/web?passing"));
        assertHas(
                server.get("agent/health/service/id/web"),
                "503 {",
                "\"AggregatedStatus\":\"maintenance\"");
        assertEquals("200 ", server.put("agent/service/maintenance/web?enable=false", ""));
        assertHas(server.get("health/service/web?passing"), "\"ID\":\"web\"");
        assertEquals("200 ", server.put("agent/maintenance?enable=true", ""));
        assertEquals("200 []", server.get("health/service/web?passing"));
        assertEquals("200 ", server.put("agent/maintenance?enable=false", ""));
        assertEquals("200 passing", server.get("agent/health/service/name/web?format=text"));
    }

    // ---- Filtering

    private String filtered(String path, String filter) throws Exception {
        return server.get(path + "?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));
    }

    @Test
    void each_kind_of_answer_is_filtered_by_its_own_selectors() throws Exception {
        register(
                "{\"ID\":\"a\",\"Name\":\"web\",\"Tags\":[\"v1\"],\"Port\":80,\"Meta\":{\"env\":\"prod\"}}");
        register("{\"ID\":\"b\",\"Name\":\"web\",\"Port\":81,\"Check\":{\"TTL\":\"1h\"}}");
        assertOnly("a", filtered("health/service/web", "Service.Meta.env == prod"));
        assertOnly("b", filtered("health/service/web", "Checks.Status == critical"));
        assertOnly("a", filtered("catalog/service/web", "\"v1\" in ServiceTags"));
        assertOnly("b", filtered("catalog/service/web", "ServicePort != 80"));
        assertOnly("a", filtered("agent/services", "Tags is not empty and Service == web"));
        assertHas(filtered("health/checks/web", "Status == \"critical\""), "service:b");
        assertEquals("200 []", filtered("health/state/any", "Name matches \"^none\""));
        assertEquals("200 []", filtered("catalog/nodes", "Meta.rack == r1"));
        assertHas(filtered("catalog/node/n1", "ID == a"), "\"a\":{");
        assertHas(
                filtered("catalog/nodes", "Nonsense == 1"),
                "400 Failed to create boolean expression evaluator: ",
                "Selector \"Nonsense\" is not valid");
    }

    private void assertOnly(String id, String answer) {
        assertHas(answer, "ID\":\"" + id + "\"");
        assertFalse(answer.contains("ID\":\"" + (id.equals("a") ? "b" : "a") + "\""), answer);
    }

    // ---- Waiting

    @Test
    void one_may_wait_for_coordinates_which_never_come() throws Exception {
        assertEquals(1, server.index("coordinate/nodes"));
        assertEquals("200 []", server.get("coordinate/nodes?index=1&wait=10ms"));
    }

    @Test
    void who_waits_is_answered_when_his_service_changes_and_not_before() throws Exception {
        register("{\"Name\":\"web\",\"Port\":80}");
        register("{\"Name\":\"db\",\"Port\":81}");
        long web = server.index("health/service/web");
        CompletableFuture<String> waiting =
                server.later("health/service/web?index=" + web + "&wait=5m");
        register("{\"Name\":\"db\",\"Port\":82}");
        assertEquals(web, server.index("health/service/web"));
        assertFalse(waiting.isDone());
        register("{\"Name\":\"web\",\"Port\":90}");
        assertHas(waiting.get(), "\"Port\":90");
    }

    @Test
    void one_waits_for_a_service_that_is_not_there_yet_and_for_its_end() throws Exception {
        CompletableFuture<String> beginning = server.later("health/service/web?index=1&wait=5m");
        register("{\"Name\":\"web\",\"Port\":80}");
        assertHas(beginning.get(), "\"Service\":\"web\"");
        long index = server.index("catalog/service/web");
        CompletableFuture<String> end = server.later("catalog/service/web?index=" + index);
        server.put("agent/service/deregister/web", "");
        assertEquals("200 []", end.get());
    }

    @Test
    void who_waits_in_vain_is_told_how_it_is_when_his_patience_ends() throws Exception {
        long index = server.index("health/state/any");
        assertHas(server.get("health/state/any?index=" + index + "&wait=10ms"), "\"serfHealth\"");
    }

    @Test
    void the_agents_own_service_is_waited_for_by_the_hash_of_its_content() throws Exception {
        register("{\"Name\":\"web\",\"Port\":80}");
        String hash =
                server.whole("GET", "agent/service/web", "")
                        .headers()
                        .firstValue("X-Consul-ContentHash")
                        .orElseThrow();
        assertHas(server.get("agent/service/web?hash=other"), "\"ContentHash\":\"" + hash + "\"");
        CompletableFuture<String> waiting = server.later("agent/service/web?hash=" + hash);
        register("{\"Name\":\"db\",\"Port\":1}");
        assertFalse(waiting.isDone());
        register("{\"Name\":\"web\",\"Port\":81}");
        assertHas(waiting.get(), "\"Port\":81");
    }

    @Test
    void who_waits_for_nodes_with_certain_metadata_hears_of_their_change() throws Exception {
        String node =
                "{\"Node\":\"x\",\"Address\":\"192.0.2.1\",\"NodeMeta\":{\"rack\":\"%s\"},\"Check\":{\"Name\":\"c\"}}";
        assertEquals("200 true", server.put("catalog/register", node.formatted("r1")));
        String path = "health/state/critical?node-meta=rack:r1";
        CompletableFuture<String> waiting = server.later(path + "&index=" + server.index(path));
        assertEquals("200 true", server.put("catalog/register", node.formatted("r2")));
        assertEquals("200 []", waiting.get());
    }

    @Test
    void a_client_that_leaves_while_it_waits_leaves_nothing_behind() throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.port("registry.http.port"))) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "GET /v1/health/service/web?index=1 HTTP/1.1\r\nHost: h\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        register("{\"Name\":\"web\",\"Port\":80}");
        assertHas(server.get("health/service/web"), "\"Service\":\"web\"");
    }

    @Test
    void a_check_that_moved_is_run_on_when_the_instance_that_it_was_of_ends() throws Exception {
        register("{\"Name\":\"a\"}");
        register("{\"Name\":\"b\"}");
        for (String owner : new String[] {"a", "b"}) {
            String check = "{\"Name\":\"c\",\"TTL\":\"1h\",\"ServiceID\":\"" + owner + "\"}";
            assertEquals("200 ", server.put("agent/check/register", check));
        }
        assertEquals("200 ", server.put("agent/service/deregister/a", ""));
        assertEquals("200 ", server.put("agent/check/pass/c", ""));
        assertHas(server.get("health/checks/b"), "\"Status\":\"passing\"");
    }

    @Test
    void who_waits_for_a_node_by_its_id_hears_of_it() throws Exception {
        String id = "40e4a748-2192-161a-0510-9bf59fe950b5";
        String node = "{\"Node\":\"ext\",\"ID\":\"" + id + "\",\"Address\":\"192.0.2.";
        for (String path : new String[] {"catalog/node/", "health/node/"}) {
            long index = server.index(path + id);
            CompletableFuture<String> beginning =
                    server.later(path + id + "?wait=5m&index=" + index);
            assertEquals("200 true", server.put("catalog/register", node + "1\"}"));
            beginning.get();
            CompletableFuture<String> change =
                    server.later(path + id + "?wait=5m&index=" + server.index(path + id));
            assertEquals("200 true", server.put("catalog/register", node + "2\"}"));
            change.get();
            assertEquals("200 true", server.put("catalog/deregister", "{\"Node\":\"ext\"}"));
        }
    }

    @Test
    void this_node_comes_back_with_its_own_services_when_it_is_deregistered() throws Exception {
        String name = "millrace-registry-http";
        String begun = server.get("health/service/" + name + "?wait=5m&index=1");
        assertHas(begun, name, "serfHealth");
        long there = server.index("health/service/" + name);
        assertEquals("200 true", server.put("catalog/deregister", "{\"Node\":\"n1\"}"));
        server.get("health/service/" + name + "?wait=5m&index=" + there);
        // Either it was back already, or it was gone and comes back now.
        there = server.index("health/service/" + name);
        String back = server.get("health/service/" + name);
        if (back.equals("200 []")) {
            back = server.get("health/service/" + name + "?wait=5m&index=" + there);
        }
        assertHas(back, name, "serfHealth");
        register("{\"Name\":\"web\"}");
    }

    // ---- Bad input

    @Test
    void bad_registrations_are_refused_in_consuls_words() throws Exception {
        assertEquals("400 Missing service name", server.put("agent/service/register", "{}"));
        assertHas(
                server.put("agent/service/register", "{\"Name\":"), "400 Request decode failed: ");
        assertEquals(
                "400 Request decode failed: json: cannot unmarshal number into Go struct field"
                        + " .Name of type string",
                server.put("agent/service/register", "{\"Name\":7}"));
        assertEquals(
                "400 Invalid service address",
                server.put("agent/service/register", "{\"Name\":\"x\",\"Address\":\"0.0.0.0\"}"));
        assertHas(
                server.put(
                        "agent/service/register",
                        "{\"Name\":\"x\",\"Check\":{\"HTTP\":\"http://x\"}}"),
                "400 Invalid check: Interval must be > 0");
        assertHas(
                server.put("agent/service/register", "{\"Name\":\"x\",\"Meta\":{\"a b\":\"1\"}}"),
                "Key contains invalid characters");
        assertEquals("500 Must provide node", server.put("catalog/register", "{}"));
        assertEquals(
                "500 Must provide address if SkipNodeUpdate is not set",
                server.put("catalog/register", "{\"Node\":\"x\"}"));
        assertEquals(
                "500 Missing service registration",
                server.put(
                        "catalog/register",
                        "{\"Node\":\"x\",\"Address\":\"a\",\"Check\":{\"Name\":\"c\",\"ServiceID\":\"no\"}}"));
    }

    @Test
    void bad_requests_are_refused_in_consuls_words() throws Exception {
        assertEquals("400 Invalid index", server.get("catalog/nodes?index=x"));
        assertEquals("400 Invalid wait time", server.get("catalog/nodes?index=1&wait=soon"));
        assertEquals(
                "400 Cannot specify ?stale with ?consistent, conflicting semantics.",
                server.get("catalog/nodes?stale&consistent"));
        assertEquals("500 No path to datacenter", server.get("catalog/nodes?dc=elsewhere"));
        assertEquals(
                "404 Invalid URL path: not a recognized HTTP API endpoint",
                server.get("no/such/thing"));
        assertEquals("405 method DELETE not allowed", server.ask("DELETE", "catalog/nodes", ""));
        assertEquals("400 Missing service name", server.get("health/service/"));
        assertEquals("400 Missing value for enable", server.put("agent/maintenance", ""));
    }

    @Test
    void requests_may_come_in_pieces_and_ahead_of_their_answers() throws Exception {
        String one = "GET /v1/status/leader HTTP/1.1\r\nHost: h\r\n\r\n";
        String last = "GET /v1/status/leader HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        byte[] all = (one.repeat(40) + last).getBytes(StandardCharsets.US_ASCII);
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.port("registry.http.port"))) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            for (int at = 0; at < all.length; at += 7) {
                out.write(all, at, Math.min(7, all.length - at));
                out.flush();
            }
            InputStream in = socket.getInputStream();
            String answers = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            assertEquals(41, answers.split("\"127.0.0.1:8300\"", -1).length - 1);
        }
    }

    @Test
    void thousands_that_were_sent_ahead_of_a_read_that_waits_are_answered_after_it()
            throws Exception {
        int ahead = 5_000;
        String waits = "GET /v1/health/service/web?index=1 HTTP/1.1\r\nHost: h\r\n\r\n";
        String no = "GET /v1/no HTTP/1.1\r\nHost: h\r\n\r\n";
        String last = "GET /v1/status/leader HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.port("registry.http.port"))) {
            CompletableFuture<String> answers =
                    CompletableFuture.supplyAsync(() -> readToEnd(socket));
            socket.getOutputStream()
                    .write((waits + no.repeat(ahead) + last).getBytes(StandardCharsets.US_ASCII));
            register("{\"Name\":\"web\",\"Port\":80}");
            String all = answers.get();
            assertHas(all, "\"Service\":\"web\"");
            assertEquals(ahead, all.split("HTTP/1.1 404", -1).length - 1);
            assertTrue(all.endsWith("\"127.0.0.1:8300\""));
        }
    }

    @Test
    void who_sends_what_is_no_http_is_told_so_and_left() throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.port("registry.http.port"))) {
            socket.getOutputStream()
                    .write(
                            ("GET /v1/kv/x HTTP/1.1\r\nX-Y: " + "z".repeat(40_000) + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            assertHas(readToEnd(socket), "HTTP/1.1 400", "connection: close");
        }
    }

    private static String readToEnd(Socket socket) {
        try {
            socket.setSoTimeout(30_000);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
