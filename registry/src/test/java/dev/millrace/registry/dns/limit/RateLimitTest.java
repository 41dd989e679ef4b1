package dev.millrace.registry.dns.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.registry.dns.limit.RateLimit.Verdict;
import dev.millrace.registry.dns.wire.DomainName;
import dev.millrace.registry.dns.wire.Query;
import dev.millrace.registry.dns.wire.Rcode;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

class RateLimitTest {
    private static final int WINDOW = 15;

    private static Query query(String name) {
        byte[] wire = DomainName.of(name).orElseThrow().wire();
        byte[] message = new byte[12 + wire.length + 4];
        message[5] = 1;
        System.arraycopy(wire, 0, message, 12, wire.length);
        message[message.length - 3] = 1;
        message[message.length - 1] = 1;
        Query query = new Query();
        assertEquals(Query.Kind.QUESTION, query.read(message, message.length));
        return query;
    }

    private static List<Verdict> ask(
            RateLimit limit, String client, String name, int rcode, int second, int times)
            throws Exception {
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            verdicts.add(limit.judge(InetAddress.getByName(client), query(name), rcode, second));
        }
        return verdicts;
    }

    @Test
    void every_second_answer_over_the_rate_says_to_come_by_tcp() throws Exception {
        RateLimit limit = new RateLimit(2, WINDOW, 2, 1);
        assertEquals(
                List.of(
                        Verdict.ANSWER,
                        Verdict.ANSWER,
                        Verdict.DROP,
                        Verdict.TRUNCATE,
                        Verdict.DROP,
                        Verdict.TRUNCATE),
                ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 5, 6));
    }

    @Test
    void slip_can_be_never_or_always() throws Exception {
        assertEquals(
                List.of(Verdict.ANSWER, Verdict.DROP, Verdict.DROP, Verdict.DROP),
                ask(new RateLimit(1, WINDOW, 0, 1), "192.0.2.1", "a", 0, 5, 4));
        assertEquals(
                List.of(Verdict.ANSWER, Verdict.TRUNCATE, Verdict.TRUNCATE),
                ask(new RateLimit(1, WINDOW, 1, 1), "192.0.2.1", "a", 0, 5, 3));
    }

    @Test
    void a_debt_is_paid_by_time_and_never_larger_than_the_window() throws Exception {
        RateLimit limit = new RateLimit(2, WINDOW, 0, 1);
        ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 5, 4);
        // Two in debt: one second pays it, and leaves nothing.
        assertEquals(Verdict.DROP, ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 6, 1).getFirst());
        assertEquals(Verdict.ANSWER, ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 7, 1).getFirst());
        ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 7, 1_000);
        assertEquals(
                Verdict.DROP,
                ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 7 + WINDOW, 1).getFirst());
        assertEquals(
                Verdict.ANSWER,
                ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 8 + WINDOW, 1).getFirst());
    }

    @Test
    void a_network_is_limited_as_one_and_no_other_with_it() throws Exception {
        RateLimit limit = new RateLimit(1, WINDOW, 0, 1);
        ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 5, 1);
        assertEquals(List.of(Verdict.DROP), ask(limit, "192.0.2.200", "a", Rcode.NOERROR, 5, 1));
        assertEquals(List.of(Verdict.ANSWER), ask(limit, "192.0.3.1", "a", Rcode.NOERROR, 5, 1));
        ask(limit, "2001:db8:0:100::1", "a", Rcode.NOERROR, 5, 1);
        assertEquals(
                List.of(Verdict.DROP), ask(limit, "2001:db8:0:1ff::1", "a", Rcode.NOERROR, 5, 1));
        assertEquals(
                List.of(Verdict.ANSWER), ask(limit, "2001:db8:0:200::1", "a", Rcode.NOERROR, 5, 1));
    }

    @Test
    void names_that_are_there_count_each_and_all_others_together() throws Exception {
        RateLimit limit = new RateLimit(1, WINDOW, 0, 1);
        ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 5, 1);
        assertEquals(List.of(Verdict.ANSWER), ask(limit, "192.0.2.1", "b", Rcode.NOERROR, 5, 1));
        assertEquals(List.of(Verdict.ANSWER), ask(limit, "192.0.2.1", "c", Rcode.NXDOMAIN, 5, 1));
        assertEquals(List.of(Verdict.DROP), ask(limit, "192.0.2.1", "d", Rcode.NXDOMAIN, 5, 1));
        assertEquals(List.of(Verdict.ANSWER), ask(limit, "192.0.2.1", "e", Rcode.REFUSED, 5, 1));
    }

    @Test
    void more_networks_than_there_are_places_for_do_no_harm() throws Exception {
        RateLimit limit = new RateLimit(1, WINDOW, 2, 1);
        Query query = query("a");
        for (int i = 0; i < 200_000; i++) {
            byte[] address = {(byte) (i >> 16), (byte) (i >> 8), (byte) i, 1};
            limit.judge(InetAddress.getByAddress(address), query, Rcode.NOERROR, i / 1_000);
        }
        assertEquals(
                List.of(Verdict.ANSWER, Verdict.DROP),
                ask(limit, "192.0.2.1", "a", Rcode.NOERROR, 300, 2));
    }

    @Test
    void a_flood_lasts_to_the_end_of_the_first_calm_second() {
        Flood flood = new Flood(2, List.of(DomainName.of("db.consul").orElseThrow()));
        Query other = query("web.consul");
        Query listed = query("a.db.consul");
        assertTrue(flood.admits(other, 5));
        assertTrue(flood.admits(other, 5));
        assertFalse(flood.admits(other, 5));
        assertTrue(flood.admits(listed, 5));
        assertFalse(flood.admits(other, 6));
        assertTrue(flood.admits(other, 7));
        assertFalse(new Flood(0, List.of()).isOn());
    }
}
