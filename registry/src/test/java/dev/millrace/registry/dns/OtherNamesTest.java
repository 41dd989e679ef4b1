package dev.millrace.registry.dns;

import static dev.millrace.registry.dns.KnownNames.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.MovedClock;
import dev.millrace.kernel.config.BadSettings;
import dev.millrace.registry.dns.wire.Rcode;
import dev.millrace.registry.dns.wire.RecordType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

class OtherNamesTest {
    private static final String SOA =
            "consul. 0 SOA ns.consul. hostmaster.consul. 3600 600 86400 0";
    private static final String OPT = ". OPT 4096 0";

    private final KnownNames names =
            new KnownNames()
                    .node("N1.rack", "10.0.0.1", Map.of("os", "linux", "RFC1035-spf", "v=spf1"))
                    .node("ext", "www.example.com", Map.of())
                    .service("consul", at("n1", "10.0.0.1", 8_300), at("n2", "2001:db8::2", 8_300));

    @Test
    void a_node_has_its_address_and_what_is_known_of_it() throws Exception {
        Asking asking = new Asking(names);
        Message address = asking.ask("n1.rack.node.consul", RecordType.A);
        assertEquals(List.of("n1.rack.node.consul. 0 A 10.0.0.1"), address.answer());
        assertEquals(
                List.of(
                        "n1.rack.node.consul. 0 TXT \"v=spf1\"",
                        "n1.rack.node.consul. 0 TXT \"os=linux\"",
                        OPT),
                address.additional());
        assertEquals(2, asking.ask("n1.rack.node.dc1.consul", RecordType.TXT).answer().size());
        Message all = asking.ask("n1.rack.node.consul", RecordType.ANY);
        assertEquals(3, all.answer().size());
        assertEquals(List.of(OPT), all.additional());
        assertEquals(List.of(SOA), asking.ask("n1.rack.node.consul", RecordType.AAAA).authority());
        assertEquals(Rcode.NXDOMAIN, asking.ask("n2.node.consul", RecordType.A).rcode());
        assertEquals(
                List.of("ext.node.consul. 0 CNAME www.example.com."),
                asking.ask("ext.node.consul", RecordType.A).answer());
    }

    @Test
    void what_is_known_of_nodes_need_not_go_along() throws Exception {
        Asking asking =
                new Asking(
                        names,
                        "registry.dns.enable-additional-node-meta-txt=false",
                        "registry.dns.node-ttl=30s");
        Message address = asking.ask("n1.rack.node.consul", RecordType.A);
        assertEquals(List.of("n1.rack.node.consul. 30 A 10.0.0.1"), address.answer());
        assertEquals(List.of(OPT), address.additional());
        assertEquals(2, asking.ask("n1.rack.node.consul", RecordType.TXT).answer().size());
    }

    @Test
    void text_is_written_as_rfc_1464_has_it() {
        assertEquals("a`=b=c=`` d", said(Records.text("a=b", "c=` d")));
        assertEquals("` ` key` =value", said(Records.text("  key ", "value")));
        byte[] longText = Records.text("k", "v".repeat(600));
        assertEquals(602 + 3, longText.length);
        assertEquals((byte) 255, longText[0]);
        assertEquals(602 - 510, longText[512]);
    }

    private static String said(byte[] text) {
        return new String(text, 1, text.length - 1, StandardCharsets.UTF_8);
    }

    @Test
    void an_address_can_be_spelled_in_a_name() throws Exception {
        Asking asking = new Asking(names);
        assertEquals(
                List.of("0a0101C8.addr.dc1.consul. 0 A 10.1.1.200"),
                asking.ask("0a0101C8.addr.dc1.consul", RecordType.A).answer());
        assertEquals(
                List.of(
                        "20010db8000000000000000000000001.addr.consul. 0 AAAA"
                                + " 2001:db8:0:0:0:0:0:1"),
                asking.ask("20010db8000000000000000000000001.addr.consul", RecordType.AAAA)
                        .answer());
        assertEquals(List.of(SOA), asking.ask("0a0101c8.addr.consul", RecordType.AAAA).authority());
        for (String name :
                List.of("0a0101c.addr.consul", "0a0101cx.addr.consul", "1.2.addr.consul")) {
            assertEquals(Rcode.NXDOMAIN, asking.ask(name, RecordType.A).rcode(), name);
        }
    }

    @Test
    void an_address_leads_back_to_its_node_else_to_its_service() throws Exception {
        names.addressOfNode("10.0.0.1", "N1")
                .addressOfService("10.0.0.1", "hidden")
                .addressOfService("2001:db8::7", "Web");
        Asking asking = new Asking(names);
        assertEquals(
                List.of("1.0.0.10.in-addr.arpa. 0 PTR n1.node.dc1.consul."),
                asking.ask("1.0.0.10.in-addr.arpa", RecordType.PTR).answer());
        String six = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        assertEquals(
                List.of(six + ". 0 PTR web.service.dc1.consul."),
                asking.ask(six, RecordType.PTR).answer());
        Message unknown = asking.ask("9.0.0.10.in-addr.arpa", RecordType.PTR);
        assertEquals(Rcode.NXDOMAIN, unknown.rcode());
        assertEquals(List.of(SOA), unknown.authority());
        assertEquals(List.of(SOA), asking.ask("1.0.0.10.in-addr.arpa", RecordType.A).authority());
    }

    @Test
    void the_domain_has_soa_and_name_servers_with_their_addresses() throws Exception {
        Asking asking = new Asking(names, "registry.dns.soa.min-ttl=60s");
        Message soa = asking.ask("consul", RecordType.SOA);
        assertEquals(
                List.of("consul. 60 SOA ns.consul. hostmaster.consul. 3600 600 86400 60"),
                soa.answer());
        assertEquals(2, soa.authority().size());
        Message servers = asking.ask("consul", RecordType.NS);
        assertTrue(servers.answer().contains("consul. 0 NS n1.node.dc1.consul."));
        assertTrue(servers.additional().contains("n1.node.dc1.consul. 0 A 10.0.0.1"));
        assertTrue(
                servers.additional().contains("n2.node.dc1.consul. 0 AAAA 2001:db8:0:0:0:0:0:2"));
        assertEquals(2, soa.additional().size() - 1);
    }

    @Test
    void names_that_others_lie_below_are_there_without_records() throws Exception {
        Asking asking = new Asking(names);
        for (String name : List.of("consul", "service.consul", "node.dc1.consul")) {
            Message answer = asking.ask(name, RecordType.A);
            assertEquals(Rcode.NOERROR, answer.rcode(), name);
            assertEquals(1, answer.authority().size());
        }
        assertEquals(Rcode.NXDOMAIN, asking.ask("what.consul", RecordType.A).rcode());
    }

    @Test
    void names_of_others_are_refused_where_nobody_can_be_asked() throws Exception {
        Asking asking = new Asking(names);
        for (String name : List.of("example.com", ".", "notconsul", "consul.com")) {
            Message answer = asking.ask(name, RecordType.A);
            assertEquals(Rcode.REFUSED, answer.rcode(), name);
            assertEquals(List.of(), answer.authority());
            assertFalse(answer.authoritative());
        }
        byte[] chaos = Message.question(1, 0, "version.bind", RecordType.TXT, 3, -1);
        assertEquals(Rcode.REFUSED, asking.message(chaos).rcode());
    }

    @Test
    void transfers_and_anything_but_queries_are_not_implemented() throws Exception {
        Asking asking = new Asking(names);
        assertEquals(Rcode.NOTIMP, asking.ask("consul", RecordType.AXFR).rcode());
        byte[] update = Message.question(9, 5 << 11, "consul", RecordType.SOA, 1, -1);
        Message answer = asking.message(update);
        assertEquals(Rcode.NOTIMP, answer.rcode());
        assertEquals(9, answer.id());
        assertEquals(5 << 11, answer.flags() & 0x7800);
    }

    @Test
    void a_version_of_edns_that_nobody_knows_is_named_so() throws Exception {
        byte[] question = Message.offering(1, "consul", RecordType.A, 1_232);
        question[question.length - 5] = 1;
        Message answer = new Asking(names).message(question);
        assertEquals(0, answer.rcode());
        assertEquals(List.of(". OPT 4096 " + (1L << 24)), answer.additional());
    }

    @Test
    void the_domain_can_be_another_one() throws Exception {
        Asking asking = new Asking(names, "registry.domain=Discovery.Example.");
        assertEquals(1, asking.ask("n1.rack.node.discovery.example", RecordType.A).answer().size());
        assertEquals(Rcode.REFUSED, asking.ask("n1.rack.node.consul", RecordType.A).rcode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "registry.domain=.",
                "registry.domain=a..b",
                "registry.dns.service-ttl=web",
                "registry.dns.service-ttl=web=soon",
                "registry.dns.flood-names=a..b"
            })
    void settings_that_cannot_be_read_are_complained_of(String assignment) {
        BadSettings bad = assertThrows(BadSettings.class, () -> Asking.settings(assignment));
        String key = assignment.substring(0, assignment.indexOf('='));
        assertTrue(String.valueOf(bad.getMessage()).contains(key));
    }

    @Test
    void a_flood_is_answered_for_the_listed_names_and_sends_others_to_tcp() throws Exception {
        Asking asking =
                new Asking(
                        names,
                        new MovedClock(5_000),
                        "registry.dns.flood-qps=3",
                        "registry.dns.flood-names=n1.rack.node.consul, web.service.consul");
        for (int i = 0; i < 3; i++) {
            assertFalse(asking.ask("ext.node.consul", RecordType.A).truncated());
        }
        assertTrue(asking.ask("ext.node.consul", RecordType.A).truncated());
        assertFalse(asking.ask("n1.RACK.node.consul", RecordType.A).truncated());
        assertFalse(asking.askByTcp("ext.node.consul", RecordType.A).truncated());
        assertEquals(1, asking.counts().flooded);
    }

    @Test
    void a_network_that_asks_too_much_is_limited_by_udp_and_not_by_tcp() throws Exception {
        Asking asking =
                new Asking(names, new MovedClock(5_000), "registry.dns.responses-per-second=2");
        byte[] question = Message.question(1, "ext.node.consul", RecordType.A);
        asking.from("192.0.2.1").message(question);
        asking.from("192.0.2.77").message(question);
        assertTrue(asking.from("192.0.2.1").bytes(question, false).isEmpty());
        Message slipped = asking.from("192.0.2.1").message(question);
        assertTrue(slipped.truncated());
        assertEquals(List.of(), slipped.answer());
        assertEquals(1, asking.from("192.0.3.1").message(question).answer().size());
        assertTrue(asking.from("192.0.2.1").bytes(question, true).isPresent());
    }
}
