package dev.millrace.registry.http;

import dev.millrace.registry.json.Json;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a request gets.
 *
 * @param headers beside those that every answer has
 */
public record Reply(int status, Map<String, String> headers, Body body) {
    /** The content. */
    public sealed interface Body {}

    /** Written when it is sent; indented if the client wants that. */
    public record JsonBody(Json.Writing value) implements Body {}

    /**
     * As it is.
     *
     * @param type the media type
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Plain(byte[] bytes, String type) implements Body {}

    public static Reply json(Json.Writing value) {
        return new Reply(200, Map.of(), new JsonBody(value));
    }

    /** {@code true} or {@code false}. */
    public static Reply flag(boolean value) {
        return json(out -> out.writeBoolean(value));
    }

    /** Done, and nothing to say. */
    public static Reply empty() {
        return new Reply(200, Map.of(), new Plain(new byte[0], "text/plain; charset=utf-8"));
    }

    public static Reply text(int status, String text) {
        return plain(status, text.getBytes(StandardCharsets.UTF_8), "text/plain; charset=utf-8");
    }

    public static Reply plain(int status, byte[] bytes, String type) {
        return new Reply(status, Map.of(), new Plain(bytes, type));
    }

    public Reply status(int other) {
        return new Reply(other, headers, body);
    }

    /** With a header more. */
    public Reply header(String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new Reply(status, Map.copyOf(all), body);
    }
}
