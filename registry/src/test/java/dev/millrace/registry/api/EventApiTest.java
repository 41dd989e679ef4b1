package dev.millrace.registry.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Events over HTTP. */
@Timeout(60)
class EventApiTest {
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

    private static void assertHas(String answer, String... parts) {
        for (String part : parts) {
            assertTrue(answer.contains(part), part + " in " + answer);
        }
    }

    private String fire(String path, String payload) throws Exception {
        String answer = server.put("event/fire/" + path, payload);
        assertHas(answer, "200 {\"ID\":\"");
        return answer.substring(11, 47);
    }

    @Test
    void an_event_is_fired_and_listed_with_its_payload() throws Exception {
        assertEquals("200 []", server.get("event/list"));
        assertEquals(1, server.index("event/list"));
        String one = fire("deploy", "hello");
        String other = fire("restart", "");
        assertHas(
                server.get("event/list"),
                "200 [{\"ID\":\""
                        + one
                        + "\",\"Name\":\"deploy\",\"Payload\":\"aGVsbG8=\","
                        + "\"NodeFilter\":\"\",\"ServiceFilter\":\"\",\"TagFilter\":\"\","
                        + "\"Version\":1,\"LTime\":1},{\"ID\":\""
                        + other,
                "\"Payload\":null",
                "\"LTime\":2}]");
        assertFalse(server.get("event/list?name=deploy").contains(other));
    }

    @Test
    void who_waits_for_a_name_hears_of_it_and_of_no_other() throws Exception {
        fire("deploy", "1");
        CompletableFuture<String> waiting =
                server.later(
                        "event/list?name=deploy&index=" + server.index("event/list?name=deploy"));
        CompletableFuture<String> first = server.later("event/list?name=new&index=1");
        fire("other", "");
        assertFalse(waiting.isDone());
        String id = fire("deploy", "2");
        assertHas(waiting.get(), id);
        assertFalse(first.isDone());
        fire("new", "3");
        assertHas(first.get(), "\"Name\":\"new\"");
    }

    @Test
    void filters_say_whom_an_event_is_for() throws Exception {
        server.put("agent/service/register", "{\"Name\":\"web\",\"Tags\":[\"blue\"]}");
        fire("a?node=%5En1%24", "");
        fire("b?node=n2", "");
        fire("c?service=we", "");
        fire("d?service=db", "");
        fire("e?service=web&tag=bl", "");
        fire("f?service=web&tag=red", "");
        String listed = server.get("event/list");
        assertHas(
                listed,
                "\"Name\":\"a\"",
                "\"NodeFilter\":\"^n1$\"",
                "\"Name\":\"c\"",
                "\"Name\":\"e\"",
                "\"TagFilter\":\"bl\"");
        for (String name : new String[] {"b", "d", "f"}) {
            assertFalse(listed.contains("\"Name\":\"" + name + "\""), name);
        }
    }

    @Test
    void bad_events_are_refused_in_consuls_words() throws Exception {
        assertEquals("400 Missing name", server.put("event/fire/", "x"));
        assertEquals(
                "500 Cannot provide tag filter without service filter",
                server.put("event/fire/a?tag=x", ""));
        assertHas(
                server.put("event/fire/a?node=%28", ""),
                "500 Invalid node filter: error parsing regexp: ");
        assertHas(
                server.put("event/fire/a?service=%28%28x%7B1000%7D%29%7B1000%7D%29%7B9%7D", ""),
                "500 Invalid service filter: error parsing regexp: ");
        assertEquals(
                "500 user event exceeds configured limit of 512 bytes before encoding",
                server.put("event/fire/a", "x".repeat(512)));
        fire("a", "x".repeat(511));
    }

    @Test
    void events_are_there_after_a_restart() throws Exception {
        fire("deploy", "1");
        String before = server.get("event/list");
        server.close();
        server = new RegistryServer(data);
        assertEquals(before, server.get("event/list"));
        fire("deploy", "2");
        assertHas(server.get("event/list"), "\"LTime\":2}]");
    }

    @Test
    void rules_about_events_count() throws Exception {
        String root = "11111111-2222-3333-4444-555555555555";
        fire("open", "");
        fire("closed", "");
        server.close();
        server =
                new RegistryServer(
                        data,
                        "registry.acl.enabled=true",
                        "registry.acl.default-policy=deny",
                        "registry.acl.initial-management-token=" + root);
        server.show(root);
        server.put(
                "acl/policy",
                "{\"Name\":\"p\",\"Rules\":\"event \\\"open\\\" { policy = \\\"read\\\" }\"}");
        server.put(
                "acl/token/00000000-0000-0000-0000-000000000002",
                "{\"Policies\":[{\"Name\":\"p\"}]}");
        server.show("");
        assertHas(server.get("event/list"), "\"Name\":\"open\"");
        assertFalse(server.get("event/list").contains("closed"));
        assertHas(
                server.put("event/fire/open", ""),
                "403 Permission denied: anonymous token lacks permission 'event:write' on"
                        + " \"open\"");
    }
}
