package dev.millrace.queue.nsq.identify;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.millrace.queue.nsq.wire.Refusal;

import io.netty.buffer.ByteBuf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a client says of itself and asks for: the body of IDENTIFY. Numbers are as it sent them; 0:
 * it said nothing.
 *
 * @param negotiates whether it wants to know what it got
 * @param heartbeatMillis -1: none
 * @param outputBytes -1: nothing is to be gathered
 * @param outputMillis -1: for as long as it takes
 * @param sampleRate it wants so many of a hundred messages
 * @see <a href="https://nsq.io/clients/tcp_protocol_spec.html#identify">IDENTIFY</a>
 */
public record Identity(
        String clientId,
        String hostname,
        String userAgent,
        String topologyRegion,
        String topologyZone,
        boolean negotiates,
        boolean tls,
        boolean snappy,
        boolean deflate,
        int deflateLevel,
        int sampleRate,
        int heartbeatMillis,
        int outputBytes,
        int outputMillis,
        int timeoutMillis) {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads it as Go's {@code encoding/json} would: names in any case, what is unknown is passed
     * over, {@code null} is nothing said, anything else of the wrong type is refused.
     */
    public static Identity read(ByteBuf body) throws Refusal {
        // As text: of bytes Jackson guesses whether they are UTF-16 or UTF-32, and JSON here is
        // neither.
        try (JsonParser in = JSON.createParser(body.toString(StandardCharsets.UTF_8))) {
            Reading reading = new Reading(in);
            reading.all();
            return reading.identity();
        } catch (JacksonException notJson) {
            throw undecodable();
        } catch (IOException impossible) {
            throw new AssertionError("a string has no I/O", impossible);
        }
    }

    private static Refusal undecodable() {
        return Refusal.closing("E_BAD_BODY", "IDENTIFY failed to decode JSON body");
    }

    /** What has been read. */
    private static final class Reading {
        private final JsonParser in;
        private String clientId = "";
        private String hostname = "";
        private String userAgent = "";
        private String topologyRegion = "";
        private String topologyZone = "";
        private boolean negotiates;
        private boolean tls;
        private boolean snappy;
        private boolean deflate;
        private int deflateLevel;
        private int sampleRate;
        private int heartbeatMillis;
        private int outputBytes;
        private int outputMillis;
        private int timeoutMillis;

        Reading(JsonParser in) {
            this.in = in;
        }

        void all() throws IOException, Refusal {
            JsonToken first = in.nextToken();
            if (first == JsonToken.START_OBJECT) {
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    field(in.currentName().toLowerCase(Locale.ROOT));
                }
            } else if (first != JsonToken.VALUE_NULL) {
                throw undecodable();
            }
            if (in.nextToken() != null) {
                throw undecodable();
            }
        }

        private void field(String name) throws IOException, Refusal {
            if (in.nextToken() == JsonToken.VALUE_NULL) {
                return;
            }
            switch (name) {
                case "client_id" -> clientId = text();
                case "hostname" -> hostname = text();
                case "user_agent" -> userAgent = text();
                case "topology_region" -> topologyRegion = text();
                case "topology_zone" -> topologyZone = text();
                case "feature_negotiation" -> negotiates = flag();
                case "tls_v1" -> tls = flag();
                case "snappy" -> snappy = flag();
                case "deflate" -> deflate = flag();
                case "deflate_level" -> deflateLevel = number();
                case "sample_rate" -> sampleRate = number();
                case "heartbeat_interval" -> heartbeatMillis = number();
                case "output_buffer_size" -> outputBytes = number();
                case "output_buffer_timeout" -> outputMillis = number();
                case "msg_timeout" -> timeoutMillis = number();
                default -> in.skipChildren();
            }
        }

        private String text() throws IOException, Refusal {
            require(JsonToken.VALUE_STRING);
            return in.getText();
        }

        private boolean flag() throws Refusal {
            if (in.currentToken() != JsonToken.VALUE_FALSE) {
                require(JsonToken.VALUE_TRUE);
            }
            return in.currentToken() == JsonToken.VALUE_TRUE;
        }

        private int number() throws IOException, Refusal {
            require(JsonToken.VALUE_NUMBER_INT);
            return in.getIntValue();
        }

        private void require(JsonToken wanted) throws Refusal {
            if (in.currentToken() != wanted) {
                throw undecodable();
            }
        }

        Identity identity() {
            return new Identity(
                    clientId,
                    hostname,
                    userAgent,
                    topologyRegion,
                    topologyZone,
                    negotiates,
                    tls,
                    snappy,
                    deflate,
                    deflateLevel,
                    sampleRate,
                    heartbeatMillis,
                    outputBytes,
                    outputMillis,
                    timeoutMillis);
        }
    }
}
