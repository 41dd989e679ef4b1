package dev.millrace.registry.dns;

import static dev.millrace.registry.dns.KnownNames.at;
import static dev.millrace.registry.dns.KnownNames.elsewhere;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.registry.dns.wire.Rcode;
import dev.millrace.registry.dns.wire.RecordType;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

class ServiceNamesTest {
    private static final String SOA =
            "consul. 0 SOA ns.consul. hostmaster.consul. 3600 600 86400 0";
    private static final String OPT = ". OPT 4096 0";

    private final KnownNames names =
            new KnownNames()
                    .service(
                            "web",
                            at("n1", "10.0.0.1", 80, "v1", "blue"),
                            at("n2", "10.0.0.2", 81, "v2"))
                    .service("six", at("n6", "2001:db8::6", 80));

    @Test
    void a_service_has_the_addresses_of_its_instances() throws Exception {
        Message answer = new Asking(names).ask("web.service.consul", RecordType.A);
        assertEquals(
                Set.of("web.service.consul. 0 A 10.0.0.1", "web.service.consul. 0 A 10.0.0.2"),
                Set.copyOf(answer.answer()));
        assertEquals(List.of("web.service.consul. A 1"), answer.question());
        assertEquals(List.of(OPT), answer.additional());
        assertEquals(7, answer.id());
        assertTrue(answer.authoritative());
        assertFalse(answer.truncated());
    }

    @Test
    void the_datacenter_may_be_named_and_any_other_is_unknown() throws Exception {
        Asking asking = new Asking(names);
        assertEquals(2, asking.ask("web.service.dc1.consul", RecordType.A).answer().size());
        Message other = asking.ask("web.service.dc2.consul", RecordType.A);
        assertEquals(Rcode.NXDOMAIN, other.rcode());
        assertEquals(List.of(SOA), other.authority());
        assertEquals(Rcode.NXDOMAIN, asking.ask("web.service.x.dc1.consul", RecordType.A).rcode());
    }

    @Test
    void a_tag_selects_in_any_case() throws Exception {
        Asking asking = new Asking(names);
        assertEquals(
                List.of("BLUE.web.service.consul. 0 A 10.0.0.1"),
                asking.ask("BLUE.web.service.consul", RecordType.A).answer());
        assertEquals(Rcode.NXDOMAIN, asking.ask("green.web.service.consul", RecordType.A).rcode());
    }

    @Test
    void rfc_2782_names_a_tag_or_tcp() throws Exception {
        Asking asking = new Asking(names);
        assertEquals(2, asking.ask("_web._tcp.service.consul", RecordType.SRV).answer().size());
        assertEquals(2, asking.ask("_web._tcp.consul", RecordType.SRV).answer().size());
        assertEquals(
                List.of("_web._v2.service.consul. 0 SRV 1 1 81 n2.node.dc1.consul."),
                asking.ask("_web._v2.service.consul", RecordType.SRV).answer());
        assertEquals(Rcode.NXDOMAIN, asking.ask("_web._tcp.consul", RecordType.A).rcode());
    }

    @Test
    void srv_says_port_weight_and_node_and_adds_the_address() throws Exception {
        names.service(
                "db",
                new Names.Instance(
                        "N9", "10.0.0.9", "", 5_432, 10, List.of(), Map.of("rack", "a=b")));
        Message answer = new Asking(names).ask("db.service.consul", RecordType.SRV);
        assertEquals(
                List.of("db.service.consul. 0 SRV 1 10 5432 n9.node.dc1.consul."), answer.answer());
        assertEquals(
                List.of(
                        "n9.node.dc1.consul. 0 A 10.0.0.9",
                        "n9.node.dc1.consul. 0 TXT \"rack=a=b\"",
                        OPT),
                answer.additional());
    }

    @Test
    void an_instance_at_an_address_of_its_own_is_named_by_it() throws Exception {
        names.service("db", elsewhere("n1", "10.0.0.1", "10.1.1.200", 5_432))
                .service("db6", elsewhere("n1", "10.0.0.1", "2001:db8::1", 5_432));
        Asking asking = new Asking(names);
        Message answer = asking.ask("db.service.consul", RecordType.SRV);
        assertEquals(
                List.of("db.service.consul. 0 SRV 1 1 5432 0a0101c8.addr.dc1.consul."),
                answer.answer());
        assertEquals(List.of("0a0101c8.addr.dc1.consul. 0 A 10.1.1.200", OPT), answer.additional());
        assertEquals(
                List.of(
                        "20010db8000000000000000000000001.addr.dc1.consul. 0 AAAA"
                                + " 2001:db8:0:0:0:0:0:1",
                        OPT),
                asking.ask("db6.service.consul", RecordType.SRV).additional());
    }

    @Test
    void instances_on_one_node_share_what_is_added() throws Exception {
        names.service("db", at("n1", "10.0.0.1", 1), at("n1", "10.0.0.1", 2));
        Asking asking = new Asking(names);
        Message places = asking.ask("db.service.consul", RecordType.SRV);
        assertEquals(2, places.answer().size());
        assertEquals(List.of("n1.node.dc1.consul. 0 A 10.0.0.1", OPT), places.additional());
        assertEquals(1, asking.ask("db.service.consul", RecordType.A).answer().size());
    }

    @Test
    void a_type_that_a_service_does_not_have_is_no_data() throws Exception {
        Asking asking = new Asking(names);
        for (int type : new int[] {RecordType.AAAA, RecordType.TXT, RecordType.PTR, 15}) {
            Message answer = asking.ask("web.service.consul", type);
            assertEquals(Rcode.NOERROR, answer.rcode());
            assertEquals(List.of(), answer.answer());
            assertEquals(List.of(SOA), answer.authority());
        }
        assertEquals(
                List.of("six.service.consul. 0 AAAA 2001:db8:0:0:0:0:0:6"),
                asking.ask("six.service.consul", RecordType.AAAA).answer());
        assertEquals(1, asking.ask("six.service.consul", RecordType.ANY).answer().size());
    }

    @Test
    void an_unknown_service_is_no_name() throws Exception {
        Message answer = new Asking(names).ask("nobody.service.consul", RecordType.A);
        assertEquals(Rcode.NXDOMAIN, answer.rcode());
        assertEquals(List.of(SOA), answer.authority());
        assertTrue(answer.authoritative());
    }

    @Test
    void the_case_of_the_question_goes_back_as_it_came() throws Exception {
        Asking asking = new Asking(names);
        for (String name : List.of("wEb.SerVice.CONsul.", "web.service.consul.")) {
            Message answer = asking.ask(name, RecordType.A);
            assertEquals(List.of(name + " A 1"), answer.question());
            assertTrue(answer.answer().getFirst().startsWith(name));
        }
    }

    @Test
    void who_offers_no_more_than_512_bytes_gets_three_in_any_order() throws Exception {
        List<Names.Instance> many = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            many.add(at("n" + i, "10.0.0." + i, 80));
        }
        names.service("big", many.toArray(Names.Instance[]::new));
        Asking asking = new Asking(names);
        Set<List<String>> seen = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Message answer = asking.askPlainly("big.service.consul", RecordType.A);
            assertEquals(3, answer.answer().size());
            assertFalse(answer.truncated());
            seen.add(answer.answer());
            addresses.addAll(answer.answer());
        }
        assertTrue(seen.size() > 50, "orders: " + seen.size());
        assertEquals(10, addresses.size());
        assertEquals(10, asking.ask("big.service.consul", RecordType.A).answer().size());
        assertEquals(10, asking.askByTcp("big.service.consul", RecordType.A).answer().size());
    }

    @Test
    void what_is_cut_says_so_where_that_is_wanted() throws Exception {
        List<Names.Instance> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            many.add(at("n" + i, "10.0.0." + i, 80));
        }
        names.service("big", many.toArray(Names.Instance[]::new));
        Asking quiet = new Asking(names);
        Asking telling = new Asking(names, "registry.dns.enable-truncate=true");
        byte[] question = Message.offering(1, "big.service.consul", RecordType.SRV, 1_232);
        Message cut = telling.message(question);
        assertTrue(cut.truncated());
        assertTrue(cut.size() <= 1_232, "bytes: " + cut.size());
        assertTrue(cut.answer().size() > 15);
        assertFalse(quiet.message(question).truncated());
        assertTrue(telling.askPlainly("big.service.consul", RecordType.A).truncated());
        Message whole = telling.askByTcp("big.service.consul", RecordType.SRV);
        assertFalse(whole.truncated());
        assertEquals(200, whole.answer().size());
        assertEquals(200, whole.additional().size());
    }

    @Test
    void no_answer_is_longer_than_its_client_takes() throws Exception {
        List<Names.Instance> many = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            many.add(at("node-with-a-long-name-" + i, "10.0." + i / 250 + "." + i % 250, i + 1));
        }
        names.service("huge", many.toArray(Names.Instance[]::new));
        Asking asking = new Asking(names, "registry.dns.enable-truncate=true");
        for (int offered = 0; offered < 6_000; offered += 37) {
            Message answer =
                    asking.message(
                            Message.offering(1, "huge.service.consul", RecordType.SRV, offered));
            int limit = Math.min(Math.max(512, offered), 4_096);
            assertTrue(answer.size() <= limit, answer.size() + " (expected: <= " + limit + ")");
            assertTrue(answer.truncated());
        }
        Message byTcp = asking.askByTcp("huge.service.consul", RecordType.SRV);
        assertTrue(byTcp.truncated());
        assertTrue(byTcp.answer().size() > 1_000);
    }

    @Test
    void the_number_of_addresses_can_be_limited() throws Exception {
        Asking asking = new Asking(names, "registry.dns.a-record-limit=1");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            Message answer = asking.askByTcp("web.service.consul", RecordType.A);
            assertEquals(1, answer.answer().size());
            assertFalse(answer.truncated());
            seen.addAll(answer.answer());
        }
        assertEquals(2, seen.size());
        assertEquals(2, asking.askByTcp("web.service.consul", RecordType.SRV).answer().size());
    }

    @Test
    void instances_with_a_warning_are_answered_unless_only_passing_is_set() throws Exception {
        names.passing("web", at("n1", "10.0.0.1", 80));
        assertEquals(2, new Asking(names).ask("web.service.consul", RecordType.A).answer().size());
        assertEquals(
                1,
                new Asking(names, "registry.dns.only-passing=true")
                        .ask("web.service.consul", RecordType.A)
                        .answer()
                        .size());
    }

    @Test
    void the_longest_prefix_says_how_long_an_answer_may_be_kept() throws Exception {
        names.service("web-eu", at("n1", "10.0.0.1", 80)).service("db", at("n1", "10.0.0.1", 80));
        Asking asking =
                new Asking(names, "registry.dns.service-ttl=web=10s, web-*=5s, w*=4s, *=1s");
        assertTrue(
                asking.ask("web.service.consul", RecordType.A)
                        .answer()
                        .getFirst()
                        .startsWith("web.service.consul. 10 A"));
        assertEquals(
                List.of("web-eu.service.consul. 5 A 10.0.0.1"),
                asking.ask("web-eu.service.consul", RecordType.A).answer());
        assertEquals(
                List.of("db.service.consul. 1 A 10.0.0.1"),
                asking.ask("db.service.consul", RecordType.A).answer());
    }

    @Test
    void a_host_name_becomes_a_cname_if_there_is_no_address() throws Exception {
        names.service("ext", elsewhere("n1", "10.0.0.1", "www.example.com", 443))
                .service(
                        "mixed",
                        elsewhere("n1", "10.0.0.1", "www.example.com", 443),
                        at("n2", "10.0.0.2", 443));
        Asking asking = new Asking(names);
        assertEquals(
                List.of("ext.service.consul. 0 CNAME www.example.com."),
                asking.ask("ext.service.consul", RecordType.A).answer());
        assertEquals(
                List.of("ext.service.consul. 0 SRV 1 1 443 www.example.com."),
                asking.ask("ext.service.consul", RecordType.SRV).answer());
        assertEquals(
                List.of("mixed.service.consul. 0 A 10.0.0.2"),
                asking.ask("mixed.service.consul", RecordType.A).answer());
    }

    @Test
    void a_host_name_of_ours_is_followed_and_a_circle_ends() throws Exception {
        names.service("a", elsewhere("n1", "10.0.0.1", "b.service.consul", 1))
                .service("b", elsewhere("n1", "10.0.0.1", "web.service.consul", 1))
                .service("loop", elsewhere("n1", "", "pool.service.consul", 1))
                .service("pool", elsewhere("n1", "", "loop.service.consul", 1))
                .service("self", elsewhere("n1", "10.0.0.1", "self.service.consul", 1));
        Asking asking = new Asking(names);
        Message answer = asking.ask("a.service.consul", RecordType.A);
        assertEquals(
                List.of(
                        "a.service.consul. 0 CNAME b.service.consul.",
                        "b.service.consul. 0 CNAME web.service.consul."),
                answer.answer().subList(0, 2));
        assertEquals(4, answer.answer().size());
        assertTrue(answer.answer().contains("web.service.consul. 0 A 10.0.0.1"));
        assertEquals(4, asking.ask("loop.service.consul", RecordType.A).answer().size());
        assertEquals(
                List.of("self.service.consul. 0 A 10.0.0.1"),
                asking.ask("self.service.consul", RecordType.A).answer());
    }

    @Test
    void prepared_queries_answer_in_their_order_with_their_ttl() throws Exception {
        names.query(
                        "geo.db",
                        new Names.Found(
                                "db",
                                List.of(
                                        at("n1", "10.0.0.1", 1),
                                        at("n2", "10.0.0.2", 1),
                                        at("n3", "10.0.0.3", 1)),
                                Optional.of(Duration.ofSeconds(9))))
                .query("web", new Names.Found("web", List.of(), Optional.empty()));
        Asking asking = new Asking(names);
        for (int i = 0; i < 10; i++) {
            assertEquals(
                    List.of(
                            "geo.db.query.consul. 9 A 10.0.0.1",
                            "geo.db.query.consul. 9 A 10.0.0.2",
                            "geo.db.query.consul. 9 A 10.0.0.3"),
                    asking.ask("geo.db.query.consul", RecordType.A).answer());
        }
        assertEquals(
                3, asking.ask("_geo.db._tcp.query.dc1.consul", RecordType.SRV).answer().size());
        assertEquals(Rcode.NXDOMAIN, asking.ask("web.query.consul", RecordType.A).rcode());
        assertEquals(Rcode.NXDOMAIN, asking.ask("none.query.consul", RecordType.A).rcode());
    }

    @Test
    void an_answer_is_made_once_until_its_service_changes() throws Exception {
        Asking asking = new Asking(names);
        for (int i = 0; i < 10; i++) {
            asking.ask("web.service.consul", RecordType.A);
            asking.askByTcp("WEB.service.consul", RecordType.A);
        }
        assertEquals(1, names.lookups());
        names.service("other", at("n1", "10.0.0.1", 80));
        asking.ask("web.service.consul", RecordType.A);
        assertEquals(1, names.lookups());
        names.service("web", at("n3", "10.0.0.3", 80));
        assertEquals(
                List.of("web.service.consul. 0 A 10.0.0.3"),
                asking.ask("web.service.consul", RecordType.A).answer());
        names.service("web");
        assertEquals(Rcode.NXDOMAIN, asking.ask("web.service.consul", RecordType.A).rcode());
    }

    @Test
    void a_node_whose_name_dns_cannot_say_is_left_out_of_srv_only() throws Exception {
        String longName = "x".repeat(64);
        names.service("odd", at(longName, "10.0.0.1", 1), at("n2", "10.0.0.2", 1));
        Asking asking = new Asking(names);
        assertEquals(1, asking.ask("odd.service.consul", RecordType.SRV).answer().size());
        assertEquals(2, asking.ask("odd.service.consul", RecordType.A).answer().size());
    }
}
