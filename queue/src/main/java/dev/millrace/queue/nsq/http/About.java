package dev.millrace.queue.nsq.http;

import dev.millrace.queue.nsq.identify.Agreement;
import dev.millrace.queue.nsq.identify.Limits;
import dev.millrace.queue.nsq.session.Node;

import java.time.Duration;
import java.time.Instant;

/**
 * How this node is found.
 *
 * @param address where clients reach it
 */
public record About(
        String hostname,
        String address,
        Instant start,
        java.util.function.IntSupplier tcpPort,
        java.util.function.IntSupplier httpPort) {
    private static final int NANOS_PER_MILLI = 1_000_000;

    /** What an nsqd that registers is told of the nsqlookupd here. */
    public String lookupJson(int tcp, int http) {
        return Json.object(
                out -> {
                    out.writeStringField("broadcast_address", address);
                    out.writeStringField("hostname", hostname);
                    out.writeNumberField("http_port", http);
                    out.writeNumberField("tcp_port", tcp);
                    out.writeStringField("version", Agreement.VERSION);
                });
    }

    String json(Node node) {
        return Json.object(
                out -> {
                    out.writeStringField("version", Agreement.VERSION);
                    out.writeStringField("broadcast_address", address);
                    out.writeStringField("hostname", hostname);
                    out.writeNumberField("http_port", httpPort.getAsInt());
                    out.writeNumberField("tcp_port", tcpPort.getAsInt());
                    out.writeNumberField("start_time", start.getEpochSecond());
                    out.writeNumberField(
                            "max_heartbeat_interval",
                            node.limits().heartbeatMillisMax() * NANOS_PER_MILLI);
                    out.writeNumberField("max_output_buffer_size", Limits.OUTPUT_BYTES_MAX);
                    out.writeNumberField(
                            "max_output_buffer_timeout",
                            Duration.ofMillis(Limits.OUTPUT_MILLIS_MAX).toNanos());
                    out.writeNumberField("max_deflate_level", Limits.DEFLATE_LEVEL_MAX);
                    out.writeStringField("topology_zone", "");
                    out.writeStringField("topology_region", "");
                });
    }
}
