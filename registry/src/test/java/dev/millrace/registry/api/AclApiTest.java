package dev.millrace.registry.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.registry.json.Fields;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Tokens, policies and roles over HTTP, and what they allow. */
@Timeout(60)
class AclApiTest {
    private static final String ROOT = "11111111-2222-3333-4444-555555555555";
    private static final String[] DENY = {
        "registry.acl.enabled=true",
        "registry.acl.default-policy=deny",
        "registry.acl.initial-management-token=" + ROOT
    };

    @TempDir Path data;
    private RegistryServer server;

    @BeforeEach
    void start() throws Exception {
        server = new RegistryServer(data, DENY);
        server.show(ROOT);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private void restart(String... settings) throws Exception {
        server.close();
        server = new RegistryServer(data, settings);
    }

    private static void assertHas(String answer, String... parts) {
        for (String part : parts) {
            assertTrue(answer.contains(part), part + " in " + answer);
        }
    }

    private static String field(String answer, String name) throws Exception {
        assertTrue(answer.startsWith("200 "), answer);
        return Fields.read(answer.substring(4).getBytes(StandardCharsets.UTF_8)).text(name);
    }

    /** Makes a policy; its id. */
    private String policy(String name, String rules) throws Exception {
        String escaped = rules.replace("\"", "\\\"").replace("\n", "\\n");
        return field(
                server.put(
                        "acl/policy", "{\"Name\":\"" + name + "\",\"Rules\":\"" + escaped + "\"}"),
                "ID");
    }

    /** Makes a token of a policy with these rules; its secret. */
    private String token(String name, String rules) throws Exception {
        String id = policy(name, rules);
        return field(
                server.put("acl/token", "{\"Policies\":[{\"ID\":\"" + id + "\"}]}"), "SecretID");
    }

    private String denied(String accessor, String permission) {
        return "403 Permission denied: token with AccessorID '"
                + accessor
                + "' lacks permission '"
                + permission;
    }

    // ---- The first token

    @Test
    void the_first_token_is_made_once() throws Exception {
        server.show("");
        assertHas(
                server.put("acl/bootstrap", ""),
                "403 Permission denied: ACL bootstrap no longer allowed (reset index: ");
    }

    @Test
    void who_comes_first_gets_the_first_token_and_nobody_a_second() throws Exception {
        server.close();
        server =
                new RegistryServer(
                        data.resolve("other"), DENY[0], "registry.acl.default-policy=deny");
        server.show("");
        assertHas(server.put("kv/a", "1"), "403 Permission denied: anonymous token lacks");
        String made = server.put("acl/bootstrap", "{\"BootstrapSecret\":\"" + ROOT + "\"}");
        assertEquals(ROOT, field(made, "ID"));
        assertEquals(ROOT, field(made, "SecretID"));
        assertHas(made, "\"Name\":\"global-management\"", "Bootstrap Token (Global Management)");
        assertHas(server.put("acl/bootstrap", ""), "403 ", "(reset index: ");
        server.show(ROOT);
        assertEquals("200 true", server.put("kv/a", "1"));
    }

    @Test
    void with_access_control_off_nothing_is_asked_for_and_tokens_are_refused() throws Exception {
        restart();
        server.show("whatever");
        assertEquals("200 true", server.put("kv/a", "1"));
        assertEquals("401 ACL support disabled", server.put("acl/bootstrap", ""));
        assertEquals("401 ACL support disabled", server.get("acl/tokens"));
        assertEquals("401 ACL support disabled", server.get("acl/policy/name/x"));
    }

    // ---- What tokens allow

    @Test
    void a_token_allows_what_its_policies_do() throws Exception {
        String secret =
                token(
                        "app",
                        """
                        key_prefix "app/" { policy = "write" }
                        service "web" { policy = "write" }
                        service_prefix "" { policy = "read" }
                        node_prefix "" { policy = "read" }
                        session "n1" { policy = "write" }
                        """);
        server.put("kv/other", "1");
        server.show(secret);
        String accessor = field(server.get("acl/token/self"), "AccessorID");
        assertEquals("200 true", server.put("kv/app/x", "1"));
        assertEquals("200 [\"app/x\"]", server.get("kv/?keys"));
        assertHas(server.get("kv/other"), denied(accessor, "key:read' on \"other\""));
        assertHas(server.put("kv/other", "2"), denied(accessor, "key:write' on \"other\""));
        assertHas(server.ask("DELETE", "kv/?recurse", ""), denied(accessor, "key:write'"));
        assertEquals("200 true", server.ask("DELETE", "kv/app/?recurse", ""));
        assertEquals("200 ", server.put("agent/service/register", "{\"Name\":\"web\"}"));
        assertHas(
                server.put("agent/service/register", "{\"Name\":\"db\"}"),
                denied(accessor, "service:write' on \"db\""));
        assertHas(
                server.put("agent/check/register", "{\"Name\":\"c\",\"TTL\":\"1h\"}"),
                denied(accessor, "node:write' on \"n1\""));
        assertHas(server.get("agent/self"), denied(accessor, "agent:read' on \"n1\""));
        assertHas(server.get("acl/tokens"), denied(accessor, "acl:read'"));
        assertHas(server.put("session/create", "{}"), "200 {\"ID\":");
        server.show("");
        assertEquals("200 []", server.get("health/service/web"));
        assertHas(
                server.get("kv/app/x"),
                "403 Permission denied: anonymous token lacks permission 'key:read' on \"app/x\"."
                        + " The anonymous token is used implicitly when a request does not specify a"
                        + " token.");
    }

    @Test
    void an_unknown_token_is_refused_wherever_it_is_shown() throws Exception {
        server.show("22222222-2222-2222-2222-222222222222");
        assertEquals("403 token does not exist: ACL not found", server.get("kv/a"));
        assertEquals("403 token does not exist: ACL not found", server.put("kv/a", "1"));
        server.show("");
        assertEquals("403 token does not exist: ACL not found", server.get("kv/a?token=x"));
        assertEquals("404 ", server.get("kv/a?token=" + ROOT));
    }

    @Test
    void who_shows_a_token_is_told_that_there_is_more_than_he_sees() throws Exception {
        String header = "X-Consul-Results-Filtered-By-ACLs";
        server.put("kv/a/x", "1");
        String secret = token("some", "key_prefix \"b\" { policy = \"read\" }");
        var all = server.whole("GET", "kv/a/?keys", "").headers();
        assertTrue(all.firstValue(header).isEmpty());
        assertEquals("deny", all.firstValue("X-Consul-Default-Acl-Policy").orElseThrow());
        server.show(secret);
        assertEquals(
                "true",
                server.whole("GET", "kv/a/?keys", "").headers().firstValue(header).orElseThrow());
        server.show("");
        assertTrue(server.whole("GET", "kv/a/?keys", "").headers().firstValue(header).isEmpty());
    }

    @Test
    void a_change_of_a_policy_counts_at_once_and_wakes_who_waits_for_it() throws Exception {
        String id = policy("p", "key_prefix \"\" { policy = \"read\" }");
        String token =
                server.put("acl/token", "{\"Policies\":[{\"Name\":\"p\"}],\"Description\":\"d\"}");
        String secret = field(token, "SecretID");
        server.show(secret);
        assertHas(server.put("kv/a", "1"), "403 ");
        server.show(ROOT);
        CompletableFuture<String> waiting =
                server.later("acl/policy/" + id + "?index=" + server.index("acl/policy/" + id));
        server.put(
                "acl/policy/" + id,
                "{\"Name\":\"q\",\"Rules\":\"key_prefix \\\"\\\" { policy = \\\"write\\\" }\"}");
        assertHas(waiting.get(), "\"Name\":\"q\"");
        server.show(secret);
        assertEquals("200 true", server.put("kv/a", "1"));
        assertHas(server.get("acl/token/self"), "\"Policies\":[{\"ID\":\"" + id, "\"Name\":\"q\"");
        server.show(ROOT);
        assertEquals("200 true", server.ask("DELETE", "acl/policy/" + id, ""));
        server.show(secret);
        assertHas(server.put("kv/a", "1"), "403 ");
        server.show(ROOT);
        String accessor = field(token, "AccessorID");
        assertEquals("200 true", server.ask("DELETE", "acl/token/" + accessor, ""));
        server.show(secret);
        assertEquals("403 token does not exist: ACL not found", server.put("kv/a", "1"));
    }

    @Test
    void roles_and_identities_give_rights() throws Exception {
        policy("keys", "key_prefix \"k\" { policy = \"write\" }");
        String role =
                server.put(
                        "acl/role",
                        "{\"Name\":\"r\",\"Policies\":[{\"Name\":\"keys\"}],"
                                + "\"NodeIdentities\":[{\"NodeName\":\"n1\",\"Datacenter\":\"dc1\"}]}");
        String secret =
                field(
                        server.put(
                                "acl/token",
                                "{\"Roles\":[{\"Name\":\"r\"}],"
                                        + "\"ServiceIdentities\":[{\"ServiceName\":\"web\"}]}"),
                        "SecretID");
        server.show(secret);
        assertEquals("200 true", server.put("kv/k", "1"));
        assertEquals("200 ", server.put("agent/service/register", "{\"Name\":\"web\"}"));
        assertEquals(
                "200 ", server.put("agent/service/register", "{\"Name\":\"web-sidecar-proxy\"}"));
        assertEquals("200 ", server.put("agent/check/register", "{\"Name\":\"c\",\"TTL\":\"1h\"}"));
        assertHas(server.put("agent/service/register", "{\"Name\":\"db\"}"), "403 ");
        server.show(ROOT);
        assertHas(server.get("acl/role/name/R"), "\"NodeName\":\"n1\"", "\"Name\":\"keys\"");
        String id = field(role, "ID");
        assertHas(server.get("acl/roles"), id);
        assertHas(server.get("acl/tokens?role=" + id), "\"ServiceName\":\"web\"", secret);
        assertEquals("200 []", server.get("acl/tokens?role=none"));
        assertEquals("200 true", server.ask("DELETE", "acl/role/" + id, ""));
        server.show(secret);
        assertHas(server.put("kv/k", "2"), "403 ");
    }

    @Test
    void secrets_are_hidden_from_who_may_only_read() throws Exception {
        String secret = token("reader", "acl = \"read\"");
        String other = server.put("acl/token", "{\"Description\":\"o\"}");
        String accessor = field(other, "AccessorID");
        server.show(secret);
        String read = server.get("acl/token/" + accessor);
        assertHas(read, "\"SecretID\":\"<hidden>\"", "\"Description\":\"o\"");
        assertFalse(server.get("acl/tokens").contains(ROOT));
        assertHas(server.get("acl/token/self"), "\"SecretID\":\"" + secret);
        assertHas(server.put("acl/token", "{}"), "lacks permission 'acl:write'");
        assertHas(server.get("acl/policies"), "global-management", "builtin/global-read-only");
    }

    @Test
    void the_anonymous_token_is_that_of_who_shows_none() throws Exception {
        String anonymous = "acl/token/00000000-0000-0000-0000-000000000002";
        policy("open", "key_prefix \"open\" { policy = \"read\" }");
        server.put("kv/open", "1");
        assertHas(
                server.put(anonymous, "{\"Policies\":[{\"Name\":\"open\"}]}"),
                "\"SecretID\":\"anonymous\"");
        server.show("");
        assertEquals("200 1", server.get("kv/open?raw"));
        server.show(ROOT);
        assertEquals(
                "500 Delete operation not permitted on the anonymous token",
                server.ask("DELETE", anonymous, ""));
    }

    // ---- Tokens themselves

    @Test
    void a_token_is_read_updated_and_cloned() throws Exception {
        policy("p", "operator = \"read\"");
        String made =
                server.put(
                        "acl/token",
                        "{\"Description\":\"d\",\"Local\":true,\"ExpirationTTL\":\"1h\","
                                + "\"Policies\":[{\"Name\":\"p\"},{\"Name\":\"P\"}]}");
        String accessor = field(made, "AccessorID");
        assertHas(made, "\"Local\":true", "\"ExpirationTime\":\"", "\"Hash\":\"");
        assertEquals(made, server.get("acl/token/" + accessor));
        assertHas(
                server.get("acl/token/" + accessor + "?expanded"),
                "\"ExpandedPolicies\":[{",
                "\"AgentACLDefaultPolicy\":\"deny\"",
                "\"ResolvedByAgent\":\"n1\"");
        String clone = server.put("acl/token/" + accessor + "/clone", "{\"Description\":\"c\"}");
        assertHas(clone, "\"Description\":\"c\"", "\"Name\":\"p\"", "\"ExpirationTime\":\"");
        assertFalse(field(clone, "SecretID").equals(field(made, "SecretID")));
        String updated = server.put("acl/token/" + accessor, "{\"Local\":true}");
        assertEquals(field(made, "SecretID"), field(updated, "SecretID"));
        assertEquals(field(made, "ExpirationTime"), field(updated, "ExpirationTime"));
        assertFalse(updated.contains("Policies"));
    }

    @Test
    void bad_requests_are_refused_in_consuls_words() throws Exception {
        String own = field(server.get("acl/token/self"), "AccessorID");
        String none = "33333333-3333-3333-3333-333333333333";
        assertEquals(
                "500 Deletion of the request's authorization token is not permitted",
                server.ask("DELETE", "acl/token/" + own, ""));
        assertEquals(
                "404 Requested token does not exist: ACL not found",
                server.get("acl/token/" + none));
        assertEquals("404 Cannot find token to delete", ask("DELETE", "acl/token/" + none));
        assertEquals(
                "500 Cannot find token \"" + none + "\"", server.put("acl/token/" + none, "{}"));
        assertEquals("400 Missing token AccessorID", server.get("acl/token/"));
        assertEquals(
                "500 No such ACL policy with name \"x\"",
                server.put("acl/token", "{\"Policies\":[{\"Name\":\"x\"}]}"));
        assertEquals(
                "500 No such ACL role with ID \"x\"",
                server.put("acl/token", "{\"Roles\":[{\"ID\":\"x\"}]}"));
        assertEquals(
                "500 Invalid Token: SecretID is not a valid UUID",
                server.put("acl/token", "{\"SecretID\":\"x\"}"));
        assertEquals(
                "500 Invalid Token: SecretID is already in use",
                server.put("acl/token", "{\"SecretID\":\"" + ROOT + "\"}"));
        assertHas(
                server.put("acl/token", "{\"ExpirationTTL\":\"1s\"}"),
                "500 ExpirationTime cannot be less than 1m0s in the future");
        assertHas(
                server.put("acl/token", "{\"ExpirationTTL\":\"48h\"}"),
                "500 ExpirationTime cannot be more than 24h0m0s in the future");
        assertHas(server.put("acl/token", "{\"Policies\":7}"), "400 Token decoding failed: json:");
        assertHas(server.put("acl/token", "{"), "400 Token decoding failed: ");
        assertHas(server.put("acl/token", "{\0\0\0\0:z\""), "400 Token decoding failed: ");
        assertEquals(
                "500 Service identity \"A\" has an invalid name. Only lowercase alphanumeric"
                        + " characters, '-' and '_' are allowed",
                server.put("acl/token", "{\"ServiceIdentities\":[{\"ServiceName\":\"A\"}]}"));
        assertEquals(
                "500 Node identity is missing the datacenter field on this role",
                server.put(
                        "acl/role", "{\"Name\":\"r\",\"NodeIdentities\":[{\"NodeName\":\"n\"}]}"));
        assertEquals("500 Invalid Policy: no Name is set", server.put("acl/policy", "{}"));
        assertEquals(
                "500 Invalid Policy: A Policy with Name \"GLOBAL-management\" already exists",
                server.put("acl/policy", "{\"Name\":\"GLOBAL-management\"}"));
        assertHas(
                server.put("acl/policy", "{\"Name\":\"p\",\"Rules\":\"key {\"}"),
                "500 Failed to parse ACL rules: At 1:6: ");
        assertEquals(
                "400 Cannot specify the ID when creating a new policy",
                server.put("acl/policy", "{\"Name\":\"p\",\"ID\":\"" + none + "\"}"));
        assertEquals(
                "500 Delete operation not permitted on the builtin global-management policy",
                ask("DELETE", "acl/policy/00000000-0000-0000-0000-000000000001"));
        assertEquals(
                "500 Changing the Rules for the builtin global-management policy is not permitted",
                server.put(
                        "acl/policy/00000000-0000-0000-0000-000000000001",
                        "{\"Name\":\"global-management\",\"Rules\":\"\"}"));
        assertEquals("404 Cannot find role to delete", ask("DELETE", "acl/role/" + none));
    }

    private String ask(String method, String path) throws Exception {
        return server.ask(method, path, "");
    }

    @Test
    void all_of_it_is_there_after_a_restart() throws Exception {
        String secret = token("p", "key_prefix \"k\" { policy = \"write\" }");
        String tokens = server.get("acl/tokens");
        String policies = server.get("acl/policies");
        restart(DENY);
        server.show(ROOT);
        assertEquals(tokens, server.get("acl/tokens"));
        assertEquals(policies, server.get("acl/policies"));
        assertHas(server.put("acl/bootstrap", ""), "(reset index: ");
        server.show(secret);
        assertEquals("200 true", server.put("kv/k", "1"));
    }

    // ---- Every endpoint

    /** What asks for rights with a refusal; the rest shows nothing, or has nothing to hide. */
    @Test
    void every_endpoint_asks_for_rights() throws Exception {
        server.put("agent/service/register", "{\"Name\":\"web\",\"Check\":{\"TTL\":\"1h\"}}");
        server.put("agent/check/register", "{\"Name\":\"c\",\"TTL\":\"1h\"}");
        server.put("kv/k", "1");
        server.put("event/fire/e", "");
        String session = field(server.put("session/create", "{}"), "ID");
        String prepared =
                field(
                        server.ask(
                                "POST",
                                "query",
                                "{\"Name\":\"q\",\"Service\":{\"Service\":\"web\"}}"),
                        "ID");
        String secret = field(server.put("acl/token", "{}"), "SecretID");
        server.show(secret);
        String anyId = "44444444-4444-4444-4444-444444444444";
        String[] refused = {
            "GET agent/self",
            "GET agent/version",
            "GET agent/service/web",
            "GET agent/health/service/id/web",
            "GET agent/health/service/name/web",
            "PUT agent/service/register {\"Name\":\"x\"}",
            "PUT agent/service/deregister/web",
            "PUT agent/service/maintenance/web?enable=true",
            "PUT agent/maintenance?enable=true",
            "PUT agent/check/register {\"Name\":\"x\",\"TTL\":\"1h\"}",
            "PUT agent/check/register {\"Name\":\"x\",\"TTL\":\"1h\",\"ServiceID\":\"web\"}",
            "PUT agent/check/deregister/c",
            "PUT agent/check/pass/c",
            "PUT agent/check/warn/c",
            "PUT agent/check/fail/service:web",
            "PUT agent/check/update/c {\"Status\":\"passing\"}",
            "PUT catalog/register {\"Node\":\"x\",\"Address\":\"10.0.0.1\"}",
            "PUT catalog/register {\"Node\":\"n1\",\"SkipNodeUpdate\":true,"
                    + "\"Service\":{\"Service\":\"x\"}}",
            "PUT catalog/register {\"Node\":\"n1\",\"SkipNodeUpdate\":true,"
                    + "\"Check\":{\"Name\":\"x\"}}",
            "PUT catalog/deregister {\"Node\":\"n1\"}",
            "PUT catalog/deregister {\"Node\":\"none\"}",
            "PUT catalog/deregister {\"Node\":\"n1\",\"ServiceID\":\"none\"}",
            "PUT catalog/deregister {\"Node\":\"n1\",\"CheckID\":\"none\"}",
            "PUT catalog/deregister {\"Node\":\"n1\",\"ServiceID\":\"web\"}",
            "PUT catalog/deregister {\"Node\":\"n1\",\"CheckID\":\"c\"}",
            "PUT catalog/deregister {\"Node\":\"n1\",\"CheckID\":\"service:web\"}",
            "GET kv/k",
            "PUT kv/k",
            "DELETE kv/k",
            "DELETE kv/?recurse",
            "PUT session/create {}",
            "PUT session/destroy/" + session,
            "PUT session/renew/" + session,
            "PUT event/fire/x",
            "POST query {\"Name\":\"x\",\"Service\":{\"Service\":\"web\"}}",
            "GET query/" + prepared,
            "GET query/q/explain",
            "PUT query/" + prepared + " {\"Service\":{\"Service\":\"web\"}}",
            "DELETE query/" + prepared,
            "PUT acl/token {}",
            "GET acl/token/" + anyId,
            "PUT acl/token/" + anyId + " {}",
            "PUT acl/token/" + anyId + "/clone {}",
            "DELETE acl/token/" + anyId,
            "GET acl/tokens",
            "PUT acl/policy {}",
            "GET acl/policy/" + anyId,
            "GET acl/policy/name/x",
            "PUT acl/policy/" + anyId + " {}",
            "DELETE acl/policy/" + anyId,
            "GET acl/policies",
            "PUT acl/role {}",
            "GET acl/role/" + anyId,
            "GET acl/role/name/x",
            "PUT acl/role/" + anyId + " {}",
            "DELETE acl/role/" + anyId,
            "GET acl/roles",
            "PUT acl/bootstrap"
        };
        List<String> open = new ArrayList<>();
        for (String request : refused) {
            String answer = asked(request);
            if (!answer.startsWith("403 Permission denied")) {
                open.add(request + ": " + answer);
            }
        }
        assertEquals(List.of(), open);
        String[] shown = {
            "GET agent/services {}",
            "GET agent/checks {}",
            "GET agent/members []",
            "GET catalog/nodes []",
            "GET catalog/services {}",
            "GET catalog/service/web []",
            "GET catalog/connect/web []",
            "GET catalog/node/n1 null",
            "GET catalog/node-services/n1 null",
            "GET health/node/n1 []",
            "GET health/checks/web []",
            "GET health/state/any []",
            "GET health/service/web []",
            "GET health/connect/web []",
            "GET session/list []",
            "GET session/node/n1 []",
            "GET session/info/" + session + " []",
            "GET coordinate/nodes []",
            "GET event/list []",
            "GET query []",
            "GET catalog/datacenters [\"dc1\"]"
        };
        for (String line : shown) {
            String[] words = line.split(" ", 3);
            assertEquals("200 " + words[2], server.get(words[1]), line);
        }
        assertEquals("404 ", server.get("kv/?keys"));
        assertEquals("404 ", server.get("kv/?recurse"));
        assertHas(server.get("query/q/execute"), "\"Nodes\":[]");
        for (String operation :
                List.of(
                        "{\"KV\":{\"Verb\":\"set\",\"Key\":\"k\",\"Value\":\"\"}}",
                        "{\"KV\":{\"Verb\":\"get\",\"Key\":\"k\"}}",
                        "{\"KV\":{\"Verb\":\"delete-tree\",\"Key\":\"\"}}",
                        "{\"Node\":{\"Verb\":\"get\",\"Node\":{\"Node\":\"n1\"}}}",
                        "{\"Service\":{\"Verb\":\"delete\",\"Node\":\"n1\",\"Service\":{\"ID\":\"web\"}}}",
                        "{\"Check\":{\"Verb\":\"delete\",\"Check\":{\"Node\":\"n1\",\"CheckID\":\"c\"}}}",
                        "{\"Session\":{\"Verb\":\"delete\",\"Session\":{\"ID\":\""
                                + session
                                + "\"}}}")) {
            assertHas(server.put("txn", "[" + operation + "]"), "409 ", "lacks permission");
        }
    }

    private String asked(String request) throws Exception {
        String[] words = request.split(" ", 3);
        return server.ask(words[0], words[1], words.length > 2 ? words[2] : "");
    }
}
