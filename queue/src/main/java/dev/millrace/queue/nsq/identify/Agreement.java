package dev.millrace.queue.nsq.identify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.queue.nsq.wire.Refusal;

import java.io.IOException;
import java.io.StringWriter;

/**
 * What holds for a connection.
 *
 * @param heartbeatMillis how often it is asked for a sign of life; 0: never
 * @param outputBytes so much is gathered before it is sent
 * @param outputMillis so long; 0: until there is nothing more to gather
 * @param sampleRate it gets about so many of a hundred messages; 0: all
 * @param timeoutMillis how long it has for a message
 * @param deflateLevel 1 to {@link Limits#DEFLATE_LEVEL_MAX}
 */
public record Agreement(
        long heartbeatMillis,
        int outputBytes,
        long outputMillis,
        int sampleRate,
        long timeoutMillis,
        boolean tls,
        boolean snappy,
        boolean deflate,
        int deflateLevel) {
    /** The version of nsqd that clients find here. */
    public static final String VERSION = "1.3.0";

    private static final JsonFactory JSON = new JsonFactory();

    /** Says nothing: the client wants the default. */
    private static final int DEFAULT = 0;

    /** The client wants none of it. */
    private static final int NONE = -1;

    /** What holds before a client says who it is. */
    public static Agreement unasked(Limits limits) {
        return new Agreement(
                limits.heartbeatMillis(),
                Limits.OUTPUT_BYTES,
                Limits.OUTPUT_MILLIS,
                0,
                limits.timeoutMillis(),
                false,
                false,
                false,
                Limits.DEFLATE_LEVEL_MAX);
    }

    /**
     * What comes of what a client asks for.
     *
     * @param tlsPossible whether this node has a certificate
     * @throws Refusal when it asks for what is out of range, or for two compressions
     */
    public static Agreement on(Identity asked, Limits limits, boolean tlsPossible) throws Refusal {
        long heartbeatMillis = heartbeat(asked.heartbeatMillis(), limits);
        long outputMillis = outputMillis(asked);
        int outputBytes = outputBytes(asked.outputBytes());
        require(
                asked.sampleRate() >= 0 && asked.sampleRate() <= Limits.SAMPLE_RATE_MAX,
                "sample rate",
                asked.sampleRate());
        long timeoutMillis = timeout(asked.timeoutMillis(), limits);
        boolean negotiates = asked.negotiates();
        if (negotiates && asked.snappy() && asked.deflate()) {
            throw Refusal.closing(
                    "E_IDENTIFY_FAILED", "cannot enable both deflate and snappy compression");
        }
        return new Agreement(
                heartbeatMillis,
                outputBytes,
                outputMillis,
                asked.sampleRate(),
                timeoutMillis,
                negotiates && asked.tls() && tlsPossible,
                negotiates && asked.snappy(),
                negotiates && asked.deflate(),
                deflateLevel(asked));
    }

    private static void require(boolean valid, String what, int value) throws Refusal {
        if (!valid) {
            throw Refusal.closing("E_BAD_BODY", "IDENTIFY " + what + " (" + value + ") is invalid");
        }
    }

    private static long heartbeat(int asked, Limits limits) throws Refusal {
        if (asked == NONE) {
            return 0;
        }
        if (asked == DEFAULT) {
            return limits.heartbeatMillis();
        }
        require(
                asked >= Limits.INTERVAL_MILLIS_MIN && asked <= limits.heartbeatMillisMax(),
                "heartbeat interval",
                asked);
        return asked;
    }

    private static long outputMillis(Identity client) throws Refusal {
        int asked = client.outputMillis();
        require(
                asked == NONE
                        || asked == DEFAULT
                        || asked >= Limits.OUTPUT_MILLIS_MIN && asked <= Limits.OUTPUT_MILLIS_MAX,
                "output buffer timeout",
                asked);
        if (asked == NONE || client.outputBytes() == NONE) {
            return 0;
        }
        return asked == DEFAULT ? Limits.OUTPUT_MILLIS : asked;
    }

    private static int outputBytes(int asked) throws Refusal {
        if (asked == NONE) {
            return 1;
        }
        if (asked == DEFAULT) {
            return Limits.OUTPUT_BYTES;
        }
        require(
                asked >= Limits.OUTPUT_BYTES_MIN && asked <= Limits.OUTPUT_BYTES_MAX,
                "output buffer size",
                asked);
        return asked;
    }

    private static long timeout(int asked, Limits limits) throws Refusal {
        if (asked == DEFAULT) {
            return limits.timeoutMillis();
        }
        require(
                asked >= Limits.INTERVAL_MILLIS_MIN && asked <= limits.timeoutMillisMax(),
                "msg timeout",
                asked);
        return asked;
    }

    private static int deflateLevel(Identity asked) {
        boolean wanted = asked.deflate() && asked.deflateLevel() > 0;
        return Math.min(wanted ? asked.deflateLevel() : 6, Limits.DEFLATE_LEVEL_MAX);
    }

    /** What a client that negotiates is told. */
    public String json(Limits limits, boolean authRequired) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            out.writeNumberField("max_rdy_count", limits.readyMax());
            out.writeStringField("version", VERSION);
            out.writeNumberField("max_msg_timeout", limits.timeoutMillisMax());
            out.writeNumberField("msg_timeout", timeoutMillis);
            out.writeBooleanField("tls_v1", tls);
            out.writeBooleanField("deflate", deflate);
            out.writeNumberField("deflate_level", deflateLevel);
            out.writeNumberField("max_deflate_level", Limits.DEFLATE_LEVEL_MAX);
            out.writeBooleanField("snappy", snappy);
            out.writeNumberField("sample_rate", sampleRate);
            out.writeBooleanField("auth_required", authRequired);
            out.writeNumberField("output_buffer_size", outputBytes);
            out.writeNumberField("output_buffer_timeout", outputMillis);
            out.writeStringField("topology_region", "");
            out.writeStringField("topology_zone", "");
            out.writeEndObject();
        } catch (IOException impossible) {
            throw new AssertionError("a string has no I/O", impossible);
        }
        return text.toString();
    }
}
