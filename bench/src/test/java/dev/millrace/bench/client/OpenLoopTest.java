package dev.millrace.bench.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.client.OpenLoop.Outcome;
import dev.millrace.bench.client.OpenLoop.Plan;

import org.junit.jupiter.api.Test;

class OpenLoopTest {
    private static final int RATE = 500;

    @Test
    void every_planned_request_is_sent_and_its_latency_recorded() throws Exception {
        try (StallingServer server = new StallingServer(-1, 0)) {
            Outcome outcome = OpenLoop.run(plan(server.port()));
            assertEquals(RATE, server.requests());
            assertEquals(RATE, outcome.latencyNanos().getTotalCount());
            assertEquals(RATE, outcome.lagNanos().getTotalCount());
            assertEquals(0, outcome.errors());
            assertEquals(0, outcome.unanswered());
        }
    }

    @Test
    void a_stall_is_charged_to_all_who_would_have_come_meanwhile() throws Exception {
        // A closed loop would see four slow requests, one per connection. Here half a second at
        // 500 a second is 250 that waited, three in five of them at least 200 ms.
        try (StallingServer server = new StallingServer(100, 500)) {
            Outcome outcome = OpenLoop.run(plan(server.port()));
            double p80Millis = outcome.latencyNanos().getValueAtPercentile(80) / 1e6;
            assertTrue(p80Millis >= 200, p80Millis + " ms");
        }
    }

    private static Plan plan(int port) {
        return new Plan(port, 4, RATE, 1, new GetsAndSets(Keys.ofRedisBenchmark(1000), "value"));
    }
}
