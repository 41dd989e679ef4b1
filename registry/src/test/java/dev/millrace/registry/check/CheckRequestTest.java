package dev.millrace.registry.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.millrace.registry.catalog.Status;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class CheckRequestTest {
    private static final Duration TEN = Duration.ofSeconds(10);

    @Test
    void contradictions_are_refused_in_consuls_words() {
        assertRefused(
                "Interval and TTL cannot both be specified",
                new CheckRequest().ttl(TEN).interval(TEN));
        assertRefused(
                "Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks",
                new CheckRequest().http("http://localhost/"));
        assertRefused(
                "Interval cannot be set for Alias checks",
                new CheckRequest().tcp("localhost:1").interval(TEN).aliasService("web"));
        assertRefused(
                "TTL must be not be set for Alias checks",
                new CheckRequest().aliasNode("n").ttl(TEN));
        assertRefused("TTL must be > 0 for TTL checks", new CheckRequest());
        assertRefused(
                "MaxOutputMaxSize must be positive", new CheckRequest().ttl(TEN).outputMaxSize(-1));
        assertRefused(
                "FailuresBeforeWarning can't be higher than FailuresBeforeCritical",
                new CheckRequest().ttl(TEN).failuresBeforeWarning(3).failuresBeforeCritical(2));
    }

    @Test
    void programs_are_not_run() {
        assertRefused(
                "Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or"
                        + " 'enable_local_script_checks' to true",
                new CheckRequest().script(true).interval(TEN));
        assertRefused(
                "OSService checks are not supported",
                new CheckRequest().osService(true).interval(TEN));
    }

    @Test
    void an_unknown_status_is_refused() {
        assertRefused("Bad check status: fine", new CheckRequest().ttl(TEN).status("fine"));
    }

    @Test
    void defaults_are_consuls() {
        CheckDefinition definition =
                accepted(
                        new CheckRequest()
                                .http("http://localhost/")
                                .interval(Duration.ofMinutes(1)));
        assertEquals(
                new CheckKind.Http(
                        "http://localhost/", "GET", Map.of(), "", CheckKind.Tls.VERIFIED, true),
                definition.kind());
        assertEquals(TEN, definition.timeout());
        assertEquals(4_096, definition.outputBytesMax());
        assertEquals(new Standing(Status.CRITICAL, ""), definition.initially());
        assertEquals(Thresholds.NONE, definition.thresholds());
        assertEquals(Duration.ZERO, definition.deregisterAfter());
    }

    @Test
    void failures_before_warning_are_those_before_critical_unless_they_are_set() {
        assertEquals(
                new Thresholds(2, 5, 5),
                accepted(ttl().successBeforePassing(2).failuresBeforeCritical(5)).thresholds());
        assertEquals(
                new Thresholds(0, 1, 5),
                accepted(ttl().failuresBeforeWarning(1).failuresBeforeCritical(5)).thresholds());
    }

    @Test
    void what_is_too_short_or_too_much_is_brought_to_its_limit() {
        CheckDefinition definition =
                accepted(
                        new CheckRequest()
                                .udp("localhost:53")
                                .interval(Duration.ofMillis(10))
                                .deregisterCriticalServiceAfter(Duration.ofSeconds(1))
                                .outputMaxSize(1 << 20));
        assertEquals(Duration.ofSeconds(1), definition.interval());
        assertEquals(Duration.ofSeconds(1), definition.timeout());
        assertEquals(Duration.ofMinutes(1), definition.deregisterAfter());
        assertEquals(4_096, definition.outputBytesMax());
    }

    @Test
    void of_several_kinds_the_first_counts() {
        CheckRequest all =
                new CheckRequest()
                        .interval(TEN)
                        .http("http://localhost/")
                        .tcp("localhost:1")
                        .udp("localhost:2")
                        .grpc("localhost:3")
                        .process(4)
                        .h2ping("localhost:5");
        assertEquals("http", accepted(all).kind().type());
        assertEquals("tcp", accepted(all.http("")).kind().type());
        assertEquals("udp", accepted(all.tcp("")).kind().type());
        assertEquals("grpc", accepted(all.udp("")).kind().type());
        assertEquals("process", accepted(all.grpc("")).kind().type());
        assertEquals(
                new CheckKind.H2ping("localhost:5", Optional.of(CheckKind.Tls.VERIFIED)),
                accepted(all.process(0)).kind());
    }

    @Test
    void a_check_of_the_catalog_asks_nobody() {
        CheckDefinition definition =
                new CheckRequest()
                        .http("http://localhost/")
                        .interval(TEN)
                        .deregisterCriticalServiceAfter(Duration.ofMinutes(5))
                        .ofCatalog();
        assertEquals(new CheckKind.None(), definition.kind());
        assertEquals(Duration.ofMinutes(5), definition.deregisterAfter());
    }

    @Test
    void headers_keep_their_order() {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("b", List.of("1", "2"));
        headers.put("a", List.of("3"));
        CheckKind kind =
                accepted(new CheckRequest().http("http://h/").interval(TEN).header(headers)).kind();
        assertEquals(
                List.of("b", "a"),
                List.copyOf(assertInstanceOf(CheckKind.Http.class, kind).headers().keySet()));
    }

    private static CheckRequest ttl() {
        return new CheckRequest().ttl(TEN);
    }

    private static CheckDefinition accepted(CheckRequest request) {
        return assertInstanceOf(CheckRequest.Accepted.class, request.decide()).definition();
    }

    private static void assertRefused(String reason, CheckRequest request) {
        assertEquals(new CheckRequest.Refused(reason), request.decide());
    }
}
