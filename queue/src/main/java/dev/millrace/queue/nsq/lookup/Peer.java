package dev.millrace.queue.nsq.lookup;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An nsqd, this node or another that registered here.
 *
 * @param remoteAddress where its connection comes from
 * @param broadcastAddress where clients reach it
 */
public record Peer(
        String remoteAddress,
        String hostname,
        String broadcastAddress,
        int tcpPort,
        int httpPort,
        String version,
        String topologyZone,
        String topologyRegion) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Reads what one says of itself. */
    static Peer read(ByteBuf body, String remoteAddress) throws Refusal {
        Map<String, String> said = fields(body.toString(StandardCharsets.UTF_8));
        Peer peer =
                new Peer(
                        remoteAddress,
                        said.getOrDefault("hostname", ""),
                        said.getOrDefault("broadcast_address", ""),
                        port(said.getOrDefault("tcp_port", "0")),
                        port(said.getOrDefault("http_port", "0")),
                        said.getOrDefault("version", ""),
                        said.getOrDefault("topology_zone", ""),
                        said.getOrDefault("topology_region", ""));
        if (peer.broadcastAddress.isEmpty()
                || peer.tcpPort == 0
                || peer.httpPort == 0
                || peer.version.isEmpty()) {
            throw Refusal.closing("E_BAD_BODY", "IDENTIFY missing fields");
        }
        return peer;
    }

    private static int port(String digits) throws Refusal {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException noNumber) {
            throw undecodable();
        }
    }

    private static Refusal undecodable() {
        return Refusal.closing("E_BAD_BODY", "IDENTIFY failed to decode JSON body");
    }

    private static Map<String, String> fields(String json) throws Refusal {
        Map<String, String> found = new HashMap<>();
        try (JsonParser in = JSON.createParser(json)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw undecodable();
            }
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String name = in.currentName().toLowerCase(Locale.ROOT);
                JsonToken value = in.nextToken();
                if (value.isStructStart()) {
                    in.skipChildren();
                } else if (value != JsonToken.VALUE_NULL) {
                    found.put(name, in.getText());
                }
            }
            if (in.nextToken() != null) {
                throw undecodable();
            }
        } catch (JacksonException notJson) {
            throw undecodable();
        } catch (IOException impossible) {
            throw new AssertionError("a string has no I/O", impossible);
        }
        return found;
    }
}
