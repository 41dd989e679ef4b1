package dev.millrace.registry.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Prepared queries over HTTP and DNS. */
@Timeout(60)
class QueryApiTest {
    @TempDir Path data;
    private RegistryServer server;

    @BeforeEach
    void start() throws Exception {
        server = new RegistryServer(data);
        register("a", "10.0.0.1", "web1", "web", "\"v1\",\"blue\"", "passing");
        register("b", "10.0.0.2", "web2", "web", "\"v2\"", "passing");
        register("b", "10.0.0.2", "web3", "web", "\"v3\"", "warning");
        register("b", "10.0.0.2", "web4", "web", "\"v4\"", "critical");
        register("a", "10.0.0.1", "spare", "web-spare", "\"cold\"", "passing");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private void register(
            String node, String address, String id, String service, String tags, String status)
            throws Exception {
        assertEquals(
                "200 true",
                server.put(
                        "catalog/register",
                        """
                        {"Node":"%s","Address":"%s","NodeMeta":{"rack":"%s"},
                         "Service":{"ID":"%s","Service":"%s","Tags":[%s],"Port":80,
                                    "Meta":{"id":"%s"}},
                         "Check":{"CheckID":"c-%s","Name":"c","Status":"%s","ServiceID":"%s"}}
                        """
                                .formatted(
                                        node, address, node, id, service, tags, id, id, status,
                                        id)));
    }

    private static void assertHas(String answer, String... parts) {
        for (String part : parts) {
            assertTrue(answer.contains(part), part + " in " + answer);
        }
    }

    private String create(String body) throws Exception {
        String answer = server.ask("POST", "query", body);
        assertTrue(answer.startsWith("200 {\"ID\":\""), answer);
        return answer.substring(11, 47);
    }

    private String refused(String body) throws Exception {
        return server.ask("POST", "query", body);
    }

    /** The ids of the instances that an execution finds. */
    private Set<String> found(String nameOrId) throws Exception {
        String answer = server.get("query/" + nameOrId + "/execute");
        assertTrue(answer.startsWith("200 {"), answer);
        Set<String> ids = new HashSet<>();
        for (String part : answer.split("\"Service\":\\{\"ID\":\"")) {
            ids.add(part.substring(0, part.indexOf('"')));
        }
        ids.remove("200 {");
        return ids;
    }

    // ---- Which are found

    @Test
    void a_query_is_run_by_its_name_and_by_its_id() throws Exception {
        String id =
                create(
                        "{\"Name\":\"Q\",\"Service\":{\"Service\":\"web\"},\"DNS\":{\"TTL\":\"7s\"}}");
        assertEquals(Set.of("web1", "web2", "web3"), found("q"));
        assertEquals(Set.of("web1", "web2", "web3"), found(id));
        assertHas(
                server.get("query/q/execute?limit=1"),
                "200 {\"Service\":\"web\",\"Nodes\":[{\"Node\":{",
                "\"Checks\":[{",
                "\"DNS\":{\"TTL\":\"7s\"},\"Datacenter\":\"dc1\",\"Failovers\":0}");
        assertEquals(
                2, server.get("query/q/execute?limit=1").split("\"Service\":\\{\"ID\"").length);
        assertEquals("404 Query not found", server.get("query/none/execute"));
    }

    @Test
    void tags_metadata_and_checks_decide_which_are_found() throws Exception {
        String[][] cases = {
            {"\"Tags\":[\"V1\"]", "web1"},
            {"\"Tags\":[\"!v1\",\"!v3\"]", "web2"},
            {"\"Tags\":[\"v1\",\"!blue\"]", ""},
            {"\"OnlyPassing\":true", "web1,web2"},
            {"\"IgnoreCheckIDs\":[\"c-web4\"]", "web1,web2,web3,web4"},
            {"\"NodeMeta\":{\"rack\":\"a\"}", "web1"},
            {"\"ServiceMeta\":{\"id\":\"web2\"}", "web2"},
            {"\"Connect\":true", ""}
        };
        for (String[] each : cases) {
            String id =
                    create("{\"Name\":\"q\",\"Service\":{\"Service\":\"web\"," + each[0] + "}}");
            Set<String> expected = each[1].isEmpty() ? Set.of() : Set.of(each[1].split(","));
            assertEquals(expected, found("q"), each[0]);
            assertEquals("200 ", server.ask("DELETE", "query/" + id, ""));
        }
    }

    @Test
    void those_of_the_nearest_node_come_first_and_others_in_any_order() throws Exception {
        create("{\"Name\":\"near\",\"Service\":{\"Service\":\"web\",\"Near\":\"a\"}}");
        create("{\"Name\":\"any\",\"Service\":{\"Service\":\"web\",\"OnlyPassing\":true}}");
        Set<String> first = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertHas(server.get("query/near/execute?limit=1"), "\"ID\":\"web1\"");
            assertHas(server.get("query/any/execute?limit=1&near=b"), "\"ID\":\"web2\"");
            first.add(server.get("query/any/execute?limit=1"));
        }
        assertEquals(2, first.size());
    }

    @Test
    void what_is_not_found_is_looked_for_at_the_targets_in_order() throws Exception {
        create(
                """
                {"Name":"q","Service":{"Service":"web","Tags":["v4"],"Failover":{"Targets":[
                 {"Peer":"p"},{"Datacenter":"dc2"},{"Datacenter":"dc1"},
                 {"Tags":["none"]},{"Datacenter":"dc1","Tags":["v2"]},
                 {"Service":"web-spare"}]}}}
                """);
        assertEquals(Set.of("web2"), found("q"));
        assertHas(server.get("query/q/execute"), "\"Service\":\"web\",", "\"Failovers\":2");
        register("b", "10.0.0.2", "web2", "web", "\"v2\"", "critical");
        assertEquals(Set.of("spare"), found("q"));
        assertHas(server.get("query/q/execute"), "{\"Service\":\"web-spare\"", "\"Failovers\":3");
        register("b", "10.0.0.2", "web4", "web", "\"v4\"", "passing");
        assertEquals(Set.of("web4"), found("q"));
        assertHas(server.get("query/q/execute"), "\"Failovers\":0");
        assertHas(server.get("query"), "{\"Peer\":\"p\",\"Datacenter\":\"\"}", "\"Tags\":[\"v2\"]");
    }

    // ---- Templates

    @Test
    void a_template_answers_for_all_names_that_begin_so_and_the_longest_counts() throws Exception {
        create(
                """
                {"Name":"geo-","Template":{"Type":"name_prefix_match"},
                 "Service":{"Service":"${name.suffix}","Tags":["!${name.prefix}"]}}
                """);
        create(
                """
                {"Name":"geo-t-","Template":{"Type":"name_prefix_match",
                  "Regexp":"^geo-t-(.*?)-([^-]*)$","RemoveEmptyTags":true},
                 "Service":{"Service":"${match(1)}","Tags":["${match(2)}","${match(7)}"],
                  "ServiceMeta":{}}}
                """);
        create("{\"Name\":\"geo-fixed\",\"Service\":{\"Service\":\"web-spare\"}}");
        assertEquals(Set.of("web1", "web2", "web3"), found("geo-web"));
        assertEquals(Set.of("web1", "web2", "web3"), found("GEO-web"));
        assertEquals(Set.of("web2"), found("geo-t-web-v2"));
        assertEquals(Set.of("spare"), found("geo-fixed"));
        assertEquals(Set.of(), found("geo-none"));
        assertEquals("404 Query not found", server.get("query/ge/execute"));
        assertHas(
                server.get("query/geo-t-web-v2/explain"),
                "200 {\"Query\":{\"ID\":",
                "\"Service\":\"web\"",
                "\"Tags\":[\"v2\"]");
    }

    @Test
    void a_template_without_a_name_answers_for_all_others_once() throws Exception {
        String all =
                """
                {"Template":{"Type":"name_prefix_match"},
                 "Service":{"Service":"${name.full}${agent.segment}"}}
                """;
        String id = create(all);
        assertEquals(Set.of("spare"), found("web-spare"));
        assertEquals(
                "500 prepared query templates can only be resolved up by name, not by ID",
                server.get("query/" + id + "/execute"));
        assertEquals("500 a query template with an empty name already exists", refused(all));
    }

    // ---- Changing

    @Test
    void queries_are_read_listed_changed_and_deleted() throws Exception {
        String id = create("{\"Name\":\"q\",\"Service\":{\"Service\":\"web\"}}");
        assertHas(server.get("query/" + id), "200 [{\"ID\":\"" + id, "\"Name\":\"q\"");
        CompletableFuture<String> waiting = server.later("query?index=" + server.index("query"));
        assertEquals(
                "200 ",
                server.put("query/" + id, "{\"Name\":\"r\",\"Service\":{\"Service\":\"web\"}}"));
        assertHas(waiting.get(), "\"Name\":\"r\"");
        assertEquals("404 Query not found", server.get("query/q/execute"));
        assertEquals("200 ", server.ask("DELETE", "query/" + id, ""));
        assertEquals("200 []", server.get("query"));
        assertEquals("404 Query not found", server.get("query/" + id));
        assertEquals(
                "500 Cannot modify non-existent prepared query: '" + id + "'",
                server.ask("DELETE", "query/" + id, ""));
    }

    @Test
    void a_query_ends_with_its_session() throws Exception {
        String session = server.put("session/create", "{}").substring(11, 47);
        String id = create("{\"Session\":\"" + session + "\",\"Service\":{\"Service\":\"web\"}}");
        assertEquals(Set.of("web1", "web2", "web3"), found(id));
        long index = server.index("session/list");
        assertEquals("200 true", server.put("session/destroy/" + session, ""));
        assertEquals("404 Query not found", server.get("query/" + id));
        assertTrue(server.index("query") > index);
        assertEquals(server.index("session/list"), server.index("query"));
    }

    @Test
    void queries_are_there_after_a_restart() throws Exception {
        create(
                """
                {"Name":"t","Template":{"Type":"name_prefix_match"},"Token":"x",
                 "Service":{"Service":"web","Tags":["${name.suffix}"],"NodeMeta":{"rack":"a"},
                 "Failover":{"Targets":[{"Service":"web-spare"}]}},"DNS":{"TTL":"1m"}}
                """);
        String before = server.get("query");
        server.close();
        server = new RegistryServer(data);
        assertEquals(before, server.get("query"));
        assertEquals(Set.of("web1"), found("tblue"));
    }

    @Test
    void bad_queries_are_refused_in_consuls_words() throws Exception {
        assertEquals(
                "500 Invalid prepared query: Must be bound to a session",
                refused("{\"Service\":{\"Service\":\"web\"}}"));
        assertEquals(
                "500 Invalid prepared query: Must provide a Service name to query",
                refused("{\"Name\":\"q\"}"));
        assertEquals(
                "500 ID must be empty when creating a new prepared query",
                refused("{\"ID\":\"x\"}"));
        assertEquals(
                "500 invalid session \"x\"",
                refused("{\"Session\":\"x\",\"Service\":{\"Service\":\"web\"}}"));
        assertHas(
                refused("{\"Name\":\"q\",\"Service\":{\"Service\":\"w\"},\"DNS\":{\"TTL\":\"x\"}}"),
                "500 Invalid prepared query: Bad DNS TTL 'x': ");
        assertHas(
                refused("{\"Name\":\"q\",\"Token\":\"<hidden>\",\"Service\":{\"Service\":\"w\"}}"),
                "500 Invalid prepared query: Bad Token '<hidden>'");
        assertEquals(
                "500 Invalid prepared query: Targets cannot be populated with NearestN or"
                        + " Datacenters",
                refused(
                        "{\"Name\":\"q\",\"Service\":{\"Service\":\"w\",\"Failover\":"
                                + "{\"NearestN\":1,\"Targets\":[{\"Peer\":\"p\"}]}}}"));
        String id = create("{\"Name\":\"q\",\"Service\":{\"Service\":\"web\"}}");
        assertEquals(
                "500 name 'Q' aliases an existing query name",
                refused("{\"Name\":\"Q\",\"Service\":{\"Service\":\"web\"}}"));
        assertEquals(
                "500 name '" + id + "' aliases an existing query ID",
                refused("{\"Name\":\"" + id + "\",\"Service\":{\"Service\":\"web\"}}"));
        assertHas(refused("{"), "400 Request decode failed: ");
        assertHas(server.get("query/q/execute?limit=x"), "500 Bad limit: ");
    }

    private String template(String type, String regexp, String service) throws Exception {
        return refused(
                "{\"Name\":\"t\",\"Template\":{\"Type\":\""
                        + type
                        + "\",\"Regexp\":\""
                        + regexp
                        + "\"},\"Service\":{\"Service\":\""
                        + service
                        + "\"}}");
    }

    @Test
    void bad_templates_are_refused() throws Exception {
        String prefix = "name_prefix_match";
        assertEquals(
                "500 failed compiling template: Bad Template.Type 'x'", template("x", "", "s"));
        assertHas(template(prefix, "(", "s"), "500 failed compiling template: Bad Regexp: ");
        assertHas(template(prefix, "((x{1000}){1000}){9}", "s"), "expression too large");
        assertHas(template(prefix, "", "${name.suffix"), "Bad format '${name.suffix'");
        assertHas(template(prefix, "", "${name.none}"), "unknown variable accessed: name.none");
        assertHas(template(prefix, "", "${match(x)}"), "Bad format");
        assertHas(template(prefix, "", "${1 + 1}"), "Bad format");
        assertHas(template(prefix, "", "${}"), "Bad format");
        assertHas(template(prefix, "", "x".repeat(200) + "${name.full}".repeat(100_000)), "200 {");
        assertHas(server.get("query/t" + "y".repeat(2_000) + "/execute"), "500 Bad evaluation for");
        assertHas(template(prefix, "", "x"), "aliases an existing query name");
    }

    // ---- Rights

    @Test
    void rules_about_queries_and_the_querys_own_token_count() throws Exception {
        String root = "11111111-2222-3333-4444-555555555555";
        server.close();
        server =
                new RegistryServer(
                        data,
                        "registry.acl.enabled=true",
                        "registry.acl.default-policy=deny",
                        "registry.acl.initial-management-token=" + root);
        server.show(root);
        String unnamed =
                create(
                        "{\"Session\":\""
                                + server.put("session/create", "{}").substring(11, 47)
                                + "\",\"Service\":{\"Service\":\"web\"}}");
        create("{\"Name\":\"open\",\"Token\":\"" + root + "\",\"Service\":{\"Service\":\"web\"}}");
        create("{\"Name\":\"own\",\"Service\":{\"Service\":\"web\"}}");
        server.put(
                "acl/policy",
                "{\"Name\":\"p\",\"Rules\":\"query \\\"open\\\" { policy = \\\"read\\\" }\"}");
        server.put(
                "acl/token/00000000-0000-0000-0000-000000000002",
                "{\"Policies\":[{\"Name\":\"p\"}]}");
        assertHas(server.get("query"), "\"Token\":\"" + root, unnamed, "own");
        server.show("");
        assertHas(server.get("query"), "\"Name\":\"open\"", "\"Token\":\"<hidden>\"");
        assertFalse(server.get("query").contains("own"));
        assertFalse(server.get("query").contains(unnamed));
        assertEquals(Set.of("web1", "web2", "web3"), found("open"));
        assertEquals(Set.of(), found("own"));
        assertHas(server.get("query/" + unnamed), "200 [{\"ID\":\"" + unnamed);
        assertEquals("403 Permission denied", server.get("query/own/explain"));
        assertHas(
                refused("{\"Name\":\"x\",\"Service\":{\"Service\":\"web\"}}"),
                "403 Permission denied: anonymous token lacks permission 'query:write' on \"x\"");
        assertEquals(2, ask("open.query.consul"));
        assertEquals(0, ask("own.query.consul"));
        assertEquals(0, ask("web.service.consul"));
        server.show(root);
        server.put(
                "acl/token/00000000-0000-0000-0000-000000000002",
                "{\"Policies\":[{\"Name\":\"global-management\"}]}");
        assertEquals(2, ask("web.service.consul"));
        assertEquals(1, ask("a.node.consul"));
        server.put("acl/token/00000000-0000-0000-0000-000000000002", "{}");
        assertEquals(0, ask("web.service.consul"));
        assertEquals(0, ask("a.node.consul"));
    }

    /** How many different SRV records, or else addresses, DNS has for a name. */
    private int ask(String name) throws Exception {
        ByteArrayOutputStream question = new ByteArrayOutputStream();
        question.write(new byte[] {0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        for (String label : name.split("\\.")) {
            question.write(label.length());
            question.write(label.getBytes(StandardCharsets.US_ASCII));
        }
        int type = name.contains(".query.") ? 33 : 1;
        question.write(new byte[] {0, 0, (byte) type, 0, 1});
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(10_000);
            byte[] bytes = question.toByteArray();
            socket.send(
                    new DatagramPacket(
                            bytes,
                            bytes.length,
                            InetAddress.getLoopbackAddress(),
                            server.port("registry.dns.port")));
            DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
            socket.receive(answer);
            return answer.getData()[7];
        }
    }

    @Test
    void an_answer_says_which_methods_a_query_has() throws Exception {
        HttpResponse<String> options = server.whole("OPTIONS", "query", "");
        assertHas(options.headers().firstValue("Allow").orElse(""), "GET", "POST");
    }
}
