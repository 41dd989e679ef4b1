package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.HostAndPort;

import dev.millrace.it.Product;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kiwiproject.consul.AclClient;
import org.kiwiproject.consul.Consul;
import org.kiwiproject.consul.ConsulException;
import org.kiwiproject.consul.PreparedQueryClient;
import org.kiwiproject.consul.model.EventResponse;
import org.kiwiproject.consul.model.acl.ImmutablePolicy;
import org.kiwiproject.consul.model.acl.ImmutablePolicyLink;
import org.kiwiproject.consul.model.acl.ImmutableRole;
import org.kiwiproject.consul.model.acl.ImmutableRoleLink;
import org.kiwiproject.consul.model.acl.ImmutableRolePolicyLink;
import org.kiwiproject.consul.model.acl.ImmutableToken;
import org.kiwiproject.consul.model.acl.PolicyResponse;
import org.kiwiproject.consul.model.acl.RoleResponse;
import org.kiwiproject.consul.model.acl.TokenResponse;
import org.kiwiproject.consul.model.agent.ImmutableRegistration;
import org.kiwiproject.consul.model.event.Event;
import org.kiwiproject.consul.model.query.ImmutableDnsQuery;
import org.kiwiproject.consul.model.query.ImmutablePreparedQuery;
import org.kiwiproject.consul.model.query.ImmutableServiceQuery;
import org.kiwiproject.consul.model.query.StoredQuery;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** kiwiproject's consul-client, unchanged: tokens, prepared queries and events. */
@Timeout(120)
class KiwiRightsTest {
    private static final String ROOT = "11111111-2222-3333-4444-555555555555";

    @TempDir static Path data;
    private static Product product;
    private static Consul consul;

    @BeforeAll
    static void start() throws Exception {
        product =
                Product.up(
                        data,
                        "--only",
                        "registry",
                        "--set",
                        "registry.acl.enabled=true",
                        "--set",
                        "registry.acl.default-policy=deny",
                        "--set",
                        "registry.acl.initial-management-token=" + ROOT);
        consul = client(ROOT);
    }

    @AfterAll
    static void stop() throws Exception {
        consul.destroy();
        product.close();
    }

    private static Consul client(String token) {
        return Consul.builder()
                .withHostAndPort(
                        HostAndPort.fromParts("127.0.0.1", product.port("registry.http.port")))
                .withTokenAuth(token)
                .build();
    }

    @Test
    void a_token_has_the_rights_of_its_policies_and_roles_until_they_go() {
        AclClient acl = consul.aclClient();
        PolicyResponse policy =
                acl.createPolicy(
                        ImmutablePolicy.builder()
                                .name("keys")
                                .rules("key_prefix \"app/\" { policy = \"write\" }")
                                .build());
        assertEquals(policy, acl.readPolicyByName("keys"));
        RoleResponse role =
                acl.createRole(
                        ImmutableRole.builder()
                                .name("apps")
                                .addPolicies(ImmutableRolePolicyLink.builder().name("keys").build())
                                .build());
        TokenResponse token =
                acl.createToken(
                        ImmutableToken.builder()
                                .description("app")
                                .addRoles(ImmutableRoleLink.builder().name("apps").build())
                                .build());
        assertEquals("app", acl.readToken(token.accessorId()).description());
        assertTrue(
                acl.listTokens().stream()
                        .anyMatch(one -> one.accessorId().equals(token.accessorId())));
        Consul app = client(token.secretId());
        try {
            assertTrue(app.keyValueClient().putValue("app/a", "1"));
            assertEquals(403, denied(() -> app.keyValueClient().putValue("other", "1")));
            acl.deleteRole(role.id());
            assertEquals(403, denied(() -> app.keyValueClient().putValue("app/a", "2")));
            acl.updateToken(
                    token.accessorId(),
                    ImmutableToken.builder()
                            .addPolicies(ImmutablePolicyLink.builder().id(policy.id()).build())
                            .build());
            assertTrue(app.keyValueClient().putValue("app/a", "3"));
            assertEquals(token.accessorId(), app.aclClient().readSelfToken().accessorId());
            acl.deleteToken(token.accessorId());
            assertEquals(403, denied(() -> app.keyValueClient().putValue("app/a", "4")));
        } finally {
            app.destroy();
        }
    }

    private static int denied(Runnable request) {
        return assertThrows(ConsulException.class, request::run).getCode();
    }

    @Test
    void a_prepared_query_finds_instances() {
        consul.agentClient()
                .register(
                        ImmutableRegistration.builder()
                                .name("web")
                                .id("web-1")
                                .port(80)
                                .addTags("v1")
                                .build());
        PreparedQueryClient queries = consul.preparedQueryClient();
        String id =
                queries.createPreparedQuery(
                        ImmutablePreparedQuery.builder()
                                .name("find-web")
                                .service(
                                        ImmutableServiceQuery.builder()
                                                .service("web")
                                                .onlyPassing(true)
                                                .tags(List.of("v1", "!v2"))
                                                .build())
                                .dns(ImmutableDnsQuery.builder().ttl("10s").build())
                                .build());
        assertEquals(
                Optional.of("find-web"), queries.getPreparedQuery(id).map(StoredQuery::getName));
        assertEquals("web-1", queries.execute("find-web").nodes().getFirst().getService().getId());
        queries.deletePreparedQuery(id);
        assertEquals(List.of(), queries.getPreparedQueries());
    }

    @Test
    void an_event_is_fired_and_listed() {
        Event fired = consul.eventClient().fireEvent("deploy", "now");
        consul.eventClient().fireEvent("other");
        EventResponse listed = consul.eventClient().listEvents("deploy");
        assertEquals(
                List.of(fired.getId()), listed.getEvents().stream().map(Event::getId).toList());
        assertEquals(Optional.of("now"), listed.getEvents().getFirst().getPayload());
    }
}
